/**
 * DCI, MIG and SAP of a checkpoint's layers (scores: `disentanglement-scores.ts`; methods §2). Factors are the three relations of the two objects named in a question: which one is
 * to the left, higher, farther. Rows are the questions about consistent and counter scenes in equal number, where the three are unrelated; their states are taken about the mean of
 * the questions of the same axis, so that what is asked is no code.
 */
import { itemsOf, isSpatial, type Axis, type ContrastSet } from '../core/artifacts/contrast-set.ts';
import { layersWith, type HiddenStates, type Selection } from '../core/artifacts/hidden-states.ts';
import type { Estimate } from '../core/artifacts/results.ts';
import type { DisentanglementResult } from '../core/artifacts/results/representation.ts';
import { PlumblineError } from '../core/errors.ts';
import { takeRows, type Matrix } from '../core/matrix.ts';
import { largeProduct } from '../core/numerics/large-products.ts';
import type { OnProgress } from '../core/progress.ts';
import { Random } from '../core/random.ts';
import { disentanglementScores, IMPORTANCE } from './disentanglement-scores.ts';
import { deltaDesign, rawDeltas, signCorrected } from './geometry/deltas.ts';
import { principalComponents } from './pca.ts';

const FACTORS = ['left', 'above', 'far'] as const;
const DIRECTIONS: readonly Axis[] = ['horizontal', 'vertical', 'distance'];

export interface DisentanglementOptions {
  readonly set: Pick<ContrastSet, 'pairs'>;
  readonly states: HiddenStates;
  /** `components`: the leading principal components; `directions`: the mean sign-corrected delta of each axis; defaults to *components*. */
  readonly codes?: 'components' | 'directions';
  /** Components; defaults to *10*. */
  readonly k?: number;
  /** Defaults to *last*. */
  readonly selection?: Selection;
  readonly layers?: readonly string[];
  /** Seeds the choice of scenes that balances the conditions. */
  readonly seed: number;
  readonly onProgress?: OnProgress;
  readonly signal?: AbortSignal;
}

/** @throws {PlumblineError} `no-selection`, `unknown-layer`; `too-few-scenes` without consistent and counter scenes whose objects have boxes and depths. */
export async function disentanglement({ set, states, codes = 'components', k = 10, selection = 'last', layers: names, seed, onProgress, signal }: DisentanglementOptions): Promise<DisentanglementResult> {
  const layers = layersWith(states, selection, names);
  const rows = balancedRows(set, states, seed);
  const factors = { data: Float64Array.from(rows.flatMap(({ factors: own }) => own)), rows: rows.length, cols: FACTORS.length };
  const groups = new Set(rows.map(({ group }) => group)).size;
  const estimate = (value: number): Estimate => ({ value, interval: null, intervalKind: null, n: rows.length, groups, note: 'no interval: a maximum over codes is not smooth' });
  const results: DisentanglementResult['layers'] = [];
  for (const layer of layers) {
    signal?.throwIfAborted();
    const matrix = await states.read(layer, selection);
    const centred = aboutAxisMeans(takeRows(matrix, rows.map(({ row }) => row)), rows.map(({ axis }) => axis));
    const values = codes === 'components' ? (await principalComponents(centred, k)).scores : await alongDirections(centred, matrix, set, states, layer);
    const scores = disentanglementScores(values, factors);
    results.push({
      layer,
      disentanglement: estimate(scores.disentanglement),
      completeness: estimate(scores.completeness),
      informativeness: estimate(scores.informativeness),
      mig: estimate(scores.mig),
      sap: estimate(scores.sap),
      importances: scores.importances,
      mutualInformation: scores.mutualInformation,
    });
    onProgress?.({ stage: 'disentanglement', done: results.length, total: layers.length, unit: 'layers' });
  }
  return { analysis: 'disentanglement', version: 1, selection, codes, k: codes === 'components' ? k : DIRECTIONS.length, factors: [...FACTORS], importance: IMPORTANCE, n: rows.length, groups, layers: results };
}

interface FactorRow {
  readonly row: number;
  readonly group: string;
  readonly axis: Axis;
  readonly factors: readonly number[];
}

function balancedRows(set: Pick<ContrastSet, 'pairs'>, states: HiddenStates, seed: number): FactorRow[] {
  const position = new Map(states.items.map((item, i) => [item, i]));
  const pairs = set.pairs.filter(isSpatial).filter(({ kind }) => kind === 'question-swap');
  const items = itemsOf({ pairs }).filter(({ item, condition }) => condition !== 'ambiguous' && position.has(item)).sort((a, b) => (a.item < b.item ? -1 : 1));
  const scenes = (['consistent', 'counter'] as const).map((condition) => new Random(seed, 'factors', condition).shuffle([...new Set(items.filter((item) => item.condition === condition).map(({ group }) => group))].sort()));
  const size = Math.min(...scenes.map(({ length }) => length));
  const kept = new Set(scenes.flatMap((list) => list.slice(0, size)));
  const rows = items.flatMap(({ item, group, axis, objects: [a, b] }): FactorRow[] => {
    if (!kept.has(group) || a?.box === undefined || b?.box === undefined || a.depth === undefined || b.depth === undefined) return [];
    const centre = (box: readonly number[], along: 0 | 1): number => box[along] + box[along + 2] / 2;
    const signs = [centre(b.box, 0) - centre(a.box, 0), centre(b.box, 1) - centre(a.box, 1), a.depth - b.depth].map(Math.sign);
    return [{ row: position.get(item)!, group, axis, factors: signs }];
  });
  if (rows.length > 0) return rows;
  throw new PlumblineError('too-few-scenes', 'no consistent and counter scenes whose questions carry boxes and depths', { hint: 'disentanglement scores need both conditions and located objects' });
}

function aboutAxisMeans(x: Matrix, axes: readonly Axis[]): Matrix<Float64Array> {
  const { rows, cols } = x;
  const data = Float64Array.from(x.data);
  for (const axis of new Set(axes)) {
    const own = axes.flatMap((other, i) => (other === axis ? [i] : []));
    for (let j = 0; j < cols; j++) {
      const mean = own.reduce((sum, i) => sum + data[i * cols + j], 0) / own.length;
      for (const i of own) data[i * cols + j] -= mean;
    }
  }
  return { data, rows, cols };
}

/** Projections on the mean sign-corrected delta of each axis; distance is pooled over equally many consistent and counter scenes, its depth part. */
async function alongDirections(centred: Matrix<Float64Array>, matrix: Matrix, set: Pick<ContrastSet, 'pairs'>, states: HiddenStates, layer: string): Promise<Matrix<Float64Array>> {
  const design = deltaDesign(set.pairs, states.items, 'question-swap');
  const turned = signCorrected(rawDeltas(matrix, design, layer), design.cells);
  const directions = { data: new Float64Array(DIRECTIONS.length * turned.cols), rows: DIRECTIONS.length, cols: turned.cols };
  DIRECTIONS.forEach((axis, a) => {
    for (const condition of ['consistent', 'counter']) {
      const own = design.pairs.flatMap((pair, i) => (pair.axis === axis && pair.condition === condition ? [i] : []));
      for (const i of own) for (let j = 0; j < turned.cols; j++) directions.data[a * turned.cols + j] += turned.data[i * turned.cols + j] / own.length / 2;
    }
  });
  return largeProduct(centred, directions, 'b');
}
