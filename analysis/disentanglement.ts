/**
 * DCI, MIG and SAP of a checkpoint's layers (scores: `disentanglement-scores.ts`; methods §2). Factors are the three
 * relations of the two objects named in a question: which one is to the left, higher, farther. Rows are the questions
 * about consistent and counter scenes in equal number, where the three are unrelated; their states are taken about the
 * mean of the questions of the same axis, so that what is asked is no code.
 *
 * Informativeness and MIG have an interval: the delete-a-group jackknife with the codes made anew, of the score's
 * expected value at this number of scenes. The others have none that holds (docs/measures/disentanglement.md).
 */
import { itemsOf, spatialPairs, type Axis, type Condition, type ContrastSet } from '../core/artifacts/contrast-set.ts';
import { layersWith, type HiddenStates, type Selection } from '../core/artifacts/hidden-states.ts';
import type { Estimate } from '../core/artifacts/results.ts';
import type { DisentanglementResult } from '../core/artifacts/results/representation.ts';
import { PlumblineError } from '../core/errors.ts';
import { takeRows, type Matrix } from '../core/matrix.ts';
import { largeProduct } from '../core/numerics/large-products.ts';
import type { OnProgress } from '../core/progress.ts';
import { Random } from '../core/random.ts';
import { dealGroups, DELETED_GROUPS, GROUP_JACKKNIFE } from '../core/statistics/delete-groups.ts';
import { jackknifeInterval } from '../core/statistics/jackknife.ts';
import { sceneStrata } from '../core/statistics/strata.ts';
import { disentanglementScores, IMPORTANCE, type DisentanglementScores } from './disentanglement-scores.ts';
import { deltaDesign, rawDeltas, signCorrected, type DeltaDesign } from './geometry/deltas.ts';
import { jackknifedSpace } from './geometry/leave-out-spaces.ts';
import { disentanglementSchema } from '../core/artifacts/results/representation.ts';
import { defineAnalysis } from '../core/definitions/analysis.ts';
import { rowReadingOf } from '../core/definitions/reading.ts';

const FACTORS = ['left', 'above', 'far'] as const;
const DIRECTIONS: readonly Axis[] = ['horizontal', 'vertical', 'distance'];

export interface DisentanglementOptions {
  readonly set: Pick<ContrastSet, 'pairs'>;
  readonly states: HiddenStates;
  /**
   * `components`: the leading principal components; `directions`: the mean sign-corrected delta of each axis; defaults
   * to *components*.
   */
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

/**
 * @throws {PlumblineError} `no-selection`, `unknown-layer`; `too-few-scenes` without consistent and counter scenes
 * whose objects have boxes and depths.
 */
export async function disentanglement({
  set,
  states,
  codes = 'components',
  k = 10,
  selection = 'last',
  layers: names,
  seed,
  onProgress,
  signal,
}: DisentanglementOptions): Promise<DisentanglementResult> {
  const layers = layersWith(states, selection, names);
  const rows = balancedRows(set, states, seed);
  const factors = {
    data: Float64Array.from(rows.flatMap(({ factors: own }) => own)),
    rows: rows.length,
    cols: FACTORS.length,
  };
  const scenes = new Set(rows.map(({ group }) => group));
  // By condition: groups with more scenes of one would break the balance that keeps height and depth apart.
  const deal = dealGroups(
    [
      ...sceneStrata(
        rows.map(({ group }) => group),
        rows.map(({ condition }) => condition),
        ['consistent', 'counter'],
      ).values(),
    ],
    new Random(seed, 'deleted groups'),
  );
  const deleted = { of: rows.map(({ group }) => deal.get(group)!), count: Math.min(DELETED_GROUPS, scenes.size) };
  const results: DisentanglementResult['layers'] = [];
  for (const layer of layers) {
    signal?.throwIfAborted();
    const matrix = await states.read(layer, selection);
    const centred = aboutAxisMeans(
      takeRows(
        matrix,
        rows.map(({ row }) => row),
      ),
      rows.map(({ axis }) => axis),
    );
    const spaces =
      codes === 'components'
        ? await componentsOf(centred, deleted, k)
        : directionsOf(matrix, deltaDesign(set.pairs, states.items, 'question-swap'), deal, deleted.count, layer);
    results.push({ layer, ...(await scoresOf(centred, factors, spaces, deleted, scenes.size)) });
    onProgress?.({ stage: 'disentanglement', done: results.length, total: layers.length, unit: 'layers' });
  }
  return {
    analysis: 'disentanglement',
    version: 1,
    selection,
    codes,
    k: codes === 'components' ? k : DIRECTIONS.length,
    factors: [...FACTORS],
    importance: IMPORTANCE,
    n: rows.length,
    groups: scenes.size,
    layers: results,
  };
}

/** The directions that make the codes: from all scenes, and without each group of them. One a row. */
export interface CodeSpaces {
  readonly all: Matrix<Float64Array>;
  readonly without: readonly Matrix<Float64Array>[];
}

/** Group of each row, and how many there are. */
export interface DeletedGroups {
  readonly of: readonly number[];
  readonly count: number;
}

/** The leading principal components of rows about their mean. */
export async function componentsOf(
  centred: Matrix<Float64Array>,
  { of, count }: DeletedGroups,
  k: number,
): Promise<CodeSpaces> {
  const { all, without } = await jackknifedSpace(centred, of, count, k);
  return { all: all.basis, without: without.map(({ basis }) => basis) };
}

const NO_INTERVAL = {
  DCI: 'no interval: where weights are near 0 an entropy is too rough for a jackknife, which held 91 to 100 % in simulations',
  SAP: 'no interval: where codes tie the gap between the two best is too rough for a jackknife, which held 91 to 100 % in simulations',
};

/** The scores of the codes along given directions, informativeness and MIG with their intervals. */
export async function scoresOf(
  centred: Matrix<Float64Array>,
  factors: Matrix,
  { all, without }: CodeSpaces,
  { of, count }: DeletedGroups,
  groups: number,
): Promise<Omit<DisentanglementResult['layers'][number], 'layer'>> {
  const scores = disentanglementScores(await largeProduct(centred, all, 'b'), factors);
  const leftOut: (DisentanglementScores | null)[] = [];
  for (let g = 0; g < count; g++) {
    const rest = of.flatMap((own, i) => (own === g ? [] : [i]));
    const kept = takeRows(factors, rest);
    leftOut.push(
      varies(kept) ? disentanglementScores(await largeProduct(takeRows(centred, rest), without[g], 'b'), kept) : null,
    );
  }
  const bare = (value: number, note: string): Estimate => ({
    value,
    interval: null,
    intervalKind: null,
    n: centred.rows,
    groups,
    note,
  });
  const estimate = (score: 'informativeness' | 'mig'): Estimate => {
    const { interval, note } = jackknifeInterval(
      scores[score],
      leftOut.map((values) => values && values[score]),
      [0, 1],
    );
    if (interval === null) return bare(scores[score], note);
    // Codes that hold nothing score 0 whatever is left out.
    if (interval[0] === interval[1])
      return bare(scores[score], 'no interval: the score is the same without any of the groups of scenes');
    return { value: scores[score], interval, intervalKind: GROUP_JACKKNIFE, n: centred.rows, groups };
  };
  return {
    disentanglement: bare(scores.disentanglement, NO_INTERVAL.DCI),
    completeness: bare(scores.completeness, NO_INTERVAL.DCI),
    informativeness: estimate('informativeness'),
    mig: estimate('mig'),
    sap: bare(scores.sap, NO_INTERVAL.SAP),
    importances: scores.importances,
    mutualInformation: scores.mutualInformation,
  };
}

function varies({ data, rows, cols }: Matrix): boolean {
  for (let f = 0; f < cols; f++) {
    let same = true;
    for (let i = 1; i < rows && same; i++) same = data[i * cols + f] === data[f];
    if (same) return false;
  }
  return rows > 0;
}

interface FactorRow {
  readonly row: number;
  readonly group: string;
  readonly axis: Axis;
  readonly condition: Condition;
  readonly factors: readonly number[];
}

function balancedRows(set: Pick<ContrastSet, 'pairs'>, states: HiddenStates, seed: number): FactorRow[] {
  const position = new Map(states.items.map((item, i) => [item, i]));
  const pairs = spatialPairs(set.pairs).filter(({ kind }) => kind === 'question-swap');
  const items = itemsOf({ pairs })
    .filter(({ item, condition }) => condition !== 'ambiguous' && position.has(item))
    .sort((a, b) => (a.item < b.item ? -1 : 1));
  const scenes = (['consistent', 'counter'] as const).map((condition) =>
    new Random(seed, 'factors', condition).shuffle(
      [...new Set(items.filter((item) => item.condition === condition).map(({ group }) => group))].sort(),
    ),
  );
  const size = Math.min(...scenes.map(({ length }) => length));
  const [consistent, counter] = scenes.map((list) => new Set(list.slice(0, size)));
  const rows = items.flatMap(({ item, group, axis, condition, objects: [a, b] }): FactorRow[] => {
    if (
      !(condition === 'consistent' ? consistent : counter).has(group) ||
      a?.box === undefined ||
      b?.box === undefined ||
      a.depth === undefined ||
      b.depth === undefined
    )
      return [];
    const centre = (box: readonly number[], along: 0 | 1): number => box[along] + box[along + 2] / 2;
    const signs = [centre(b.box, 0) - centre(a.box, 0), centre(b.box, 1) - centre(a.box, 1), a.depth - b.depth].map(
      Math.sign,
    );
    return [{ row: position.get(item)!, group, axis, condition, factors: signs }];
  });
  if (rows.length > 0) return rows;
  throw new PlumblineError(
    'too-few-scenes',
    'no consistent and counter scenes whose questions carry boxes and depths',
    { hint: 'disentanglement scores need both conditions and located objects' },
  );
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

/**
 * The mean sign-corrected delta of each axis; distance is pooled over equally many consistent and counter scenes, its
 * depth part. Scenes that are not dealt stay in.
 */
function directionsOf(
  matrix: Matrix,
  design: DeltaDesign,
  deal: ReadonlyMap<string, number>,
  count: number,
  layer: string,
): CodeSpaces {
  const turned = signCorrected(rawDeltas(matrix, design, layer), design.cells);
  const without = (group: number): Matrix<Float64Array> => {
    const directions = {
      data: new Float64Array(DIRECTIONS.length * turned.cols),
      rows: DIRECTIONS.length,
      cols: turned.cols,
    };
    DIRECTIONS.forEach((axis, a) => {
      for (const condition of ['consistent', 'counter']) {
        const own = design.pairs.flatMap((pair, i) =>
          pair.axis === axis && pair.condition === condition && deal.get(pair.group) !== group ? [i] : [],
        );
        for (const i of own)
          for (let j = 0; j < turned.cols; j++)
            directions.data[a * turned.cols + j] += turned.data[i * turned.cols + j] / own.length / 2;
      }
    });
    return directions;
  };
  return { all: without(-1), without: Array.from({ length: count }, (_, g) => without(g)) };
}

export const disentanglementAnalysis = defineAnalysis({
  name: 'disentanglement',
  version: 6,
  title: 'DCI, MIG and SAP of the principal components',
  schema: disentanglementSchema,
  run: (context) => disentanglement(rowReadingOf(context)),
});
