import { isSpatial, itemsOf, type ContrastSet, type FlippingKind } from '../core/artifacts/contrast-set.ts';
import { layersWith, type HiddenStates, type Selection } from '../core/artifacts/hidden-states.ts';
import type { PcaResult } from '../core/artifacts/results.ts';
import type { StatePcaResult } from '../core/artifacts/results/representation.ts';
import { PlumblineError } from '../core/errors.ts';
import { row, takeRows, type Matrix } from '../core/matrix.ts';
import { columnMeans } from '../core/numerics/centre.ts';
import { leadingEigen } from '../core/numerics/leading-eigen.ts';
import { readSelection, type GeometrySelection } from './geometry/asked-patches.ts';
import { deltaDesign, rawDeltas, signCorrected } from './geometry/deltas.ts';

const COMPONENTS = 3;

export interface PrincipalComponents {
  /** Share of the total variance, largest first. */
  readonly explainedVariance: Float64Array;
  /** One unit vector a row; its largest entry is positive. */
  readonly components: Matrix<Float64Array>;
  /** n × components, about the mean. */
  readonly scores: Matrix<Float64Array>;
}

/**
 * Principal components of centred, unscaled rows, as scikit-learn's `PCA`.
 *
 * @param matrix n × d, at least two different rows.
 * @throws {PlumblineError} `no-variance` when all rows are equal.
 */
export async function principalComponents(matrix: Matrix, count = COMPONENTS): Promise<PrincipalComponents> {
  const { values, vectors, scores, total } = await leadingEigen(matrix, count, columnMeans(matrix));
  if (!(total > 0))
    throw new PlumblineError('no-variance', 'principal components need rows that differ', {
      hint: 'choose a layer or a selection that depends on the question',
    });
  for (let k = 0; k < vectors.rows; k++) {
    const vector = row(vectors, k);
    const largest = vector.reduce((best, value) => (Math.abs(value) > Math.abs(best) ? value : best), 0);
    if (largest >= 0) continue;
    for (let j = 0; j < vector.length; j++) vector[j] = -vector[j];
    for (let i = 0; i < scores.rows; i++) scores.data[i * scores.cols + k] *= -1;
  }
  return { explainedVariance: values.map((value) => value / total), components: vectors, scores };
}

/**
 * The sign-corrected deltas of one layer on their first three principal components (methods §2). `pole` is the one that
 * the raw delta points to.
 *
 * @throws {PlumblineError} as `geometry`, and `no-variance`.
 */
export async function deltaPca(options: {
  set: Pick<ContrastSet, 'pairs'>;
  states: HiddenStates;
  layer: string;
  /** Token positions to read, or `patches:asked`; defaults to *last*. */
  selection?: GeometrySelection;
  /** Kind of pair; defaults to *question-swap*. */
  kind?: FlippingKind;
}): Promise<PcaResult> {
  const { set, states, layer, selection = 'last', kind = 'question-swap' } = options;
  const design = deltaDesign(set.pairs, states.items, kind);
  const deltas = signCorrected(
    rawDeltas(await readSelection(states, layer, selection, set), design, layer),
    design.cells,
  );
  const { explainedVariance, scores } = await principalComponents(deltas);
  return {
    analysis: 'pca',
    version: 1,
    selection,
    kind,
    layer,
    explainedVariance: [...explainedVariance],
    points: design.pairs.map(({ id, axis, condition, second }, i) => {
      const [x = 0, y = 0, z = 0] = row(scores, i);
      return { pair: id, axis, condition, pole: second.answer, x, y, z };
    }),
  };
}

/**
 * The states themselves (not their deltas) of one layer on their first three principal components: all question-swap
 * items, about their common mean.
 *
 * @throws {PlumblineError} `no-selection`, `unknown-layer`, `no-pairs`, `no-variance`.
 */
export async function statePca({
  set,
  states,
  layer,
  selection = 'last',
}: {
  set: Pick<ContrastSet, 'pairs'>;
  states: HiddenStates;
  layer: string;
  /** Token positions to read; defaults to *last*. */
  selection?: Selection;
}): Promise<StatePcaResult> {
  layersWith(states, selection, [layer]);
  const position = new Map(states.items.map((item, i) => [item, i]));
  const pairs = set.pairs.filter(isSpatial).filter(({ kind }) => kind === 'question-swap');
  const items = itemsOf({ pairs })
    .filter(({ item }) => position.has(item))
    .sort((a, b) => (a.item < b.item ? -1 : 1));
  if (items.length === 0)
    throw new PlumblineError('no-pairs', 'no question-swap item of the set has a state', {
      hint: 'extract from the same contrast set',
    });
  const { explainedVariance, scores } = await principalComponents(
    takeRows(
      await states.read(layer, selection),
      items.map(({ item }) => position.get(item)!),
    ),
  );
  return {
    analysis: 'pca-of-states',
    version: 1,
    selection,
    layer,
    explainedVariance: [...explainedVariance],
    n: items.length,
    groups: new Set(items.map(({ group }) => group)).size,
    points: items.map(({ item, axis, condition, answer }, i) => {
      const [x = 0, y = 0, z = 0] = row(scores, i);
      return { item, axis, condition, answer, x, y, z };
    }),
  };
}
