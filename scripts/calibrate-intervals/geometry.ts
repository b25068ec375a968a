/**
 * What the intervals of the axis geometry promise: coherence, entanglement, height share, and all of them at a layer
 * that was picked. Deltas are planted with known parts.
 */
import { geometry } from '../../analysis/geometry.ts';
import { cellSums } from '../../analysis/geometry/cell-sums.ts';
import { coherenceTable } from '../../analysis/geometry/coherence.ts';
import { cosineEstimates } from '../../analysis/geometry/cosines.ts';
import { deltaDesign, rawDeltas } from '../../analysis/geometry/deltas.ts';
import { entanglement } from '../../analysis/geometry/entanglement.ts';
import { cueParts } from '../../analysis/geometry/cue-share.ts';
import { axesName, type Estimate } from '../../core/artifacts/results.ts';
import { fromRows } from '../../core/matrix.ts';
import type { Random } from '../../core/random.ts';
import {
  combine,
  heightSign,
  orthonormal,
  plantedItems,
  plantedPairs,
  plantedStates,
  toFloat32,
  type PlantedItem,
} from '../../tests/analysis/planted.ts';
import type { Outcome, Simulation } from './simulation.ts';

/** The distance question is read as `height`·up + `depth`·far; noise is of the item and, `shared`, of the scene. */
interface Reader {
  readonly height: number;
  readonly depth: number;
  readonly noise: number;
  readonly shared?: number;
  /** Without any axis: noise alone. */
  readonly nothing?: boolean;
}

const WIDTH = 24;
const DIRECTIONS = orthonormal(3, WIDTH, 1);
const PAIRS = plantedPairs({ consistent: 40, counter: 40 });
const ITEMS = plantedItems(PAIRS);
const DESIGN = deltaDesign(
  PAIRS,
  ITEMS.map(({ item }) => item),
  'question-swap',
);

function reading(
  { height, depth, noise, shared = 0, nothing = false }: Reader,
  random: Random,
): (item: PlantedItem) => Float64Array {
  const scenes = new Map(ITEMS.map(({ group }) => [group, combine(DIRECTIONS, [0, 0, 0], shared, random)]));
  return (item) => {
    const on = (axis: string): number => (!nothing && item.axis === axis ? item.truth : 0);
    const up = on('vertical') + (!nothing && item.axis === 'distance' ? height * heightSign(item) : 0);
    const scene = scenes.get(item.group)!;
    return combine(DIRECTIONS, [on('horizontal'), up, depth * on('distance')], noise, random).map(
      (value, j) => value + item.truth * scene[j],
    );
  };
}

const outcome = ({ value, interval }: Estimate, truth?: number): Outcome => ({ value, interval, truth });

const layer = (setting: string, reader: Reader): Simulation => ({
  name: 'axis geometry',
  setting,
  run: async (random) => {
    const deltas = rawDeltas(toFloat32(fromRows(ITEMS.map(reading(reader, random)))), DESIGN, 'layer');
    const sums = cellSums(deltas, DESIGN);
    const table = await coherenceTable(deltas, DESIGN, random.integer(2 ** 30));
    const indices = entanglement(sums);
    const { cueShare, cueCosine } = cueParts(sums);
    const { matrix, intervals } = cosineEstimates(sums).find(({ condition }) => condition === 'consistent')!;
    const { height, depth, nothing } = reader;
    const coherence = (axis: string, condition: string): Outcome => {
      const entry = table.find((found) => found.axis === axis && found.condition === condition)!;
      // Above the 5 % point of its null or not: a test at 5 %.
      return {
        ...outcome(entry.estimate, nothing ? 0 : undefined),
        ...(nothing && { p: entry.estimate.value! > entry.nullUpper! ? 0 : 1 }),
      };
    };
    const index = (
      estimator: string,
      corrected: boolean,
      pair = 'VD',
      condition = 'consistent',
      truth?: number,
    ): Outcome =>
      outcome(
        indices.find(
          (found) =>
            axesName(found.axes) === pair &&
            found.condition === condition &&
            found.estimator === estimator &&
            found.corrected === corrected,
        )!.estimate,
        truth,
      );
    return {
      'coherence of distance, consistent': coherence('distance', 'consistent'),
      'coherence of vertical, all': coherence('vertical', 'all'),
      'cosine of above and far, plug-in': { value: matrix[2][4], interval: intervals![2][4] },
      ...(!nothing && {
        'VD-EI (axis), plug-in': index('axis', false),
        'VD-EI (axis), corrected': index('axis', true, 'VD', 'consistent', height / Math.hypot(height, depth)),
        'VD-EI (paper), plug-in': index('paper', false),
        'VD-EI (paper), corrected': index('paper', true, 'VD', 'consistent', height / Math.hypot(height, depth)),
        'HV-EI (axis), corrected': index('axis', true, 'HV', 'all', 0),
        'height share': outcome(cueShare, height ** 2 / (height ** 2 + depth ** 2)),
        ...(height > 0 && { 'cosine of height part and vertical': outcome(cueCosine, 1) }),
      }),
    };
  },
});

/**
 * Three layers of growing strength and another height share each; the value at the layer picked on one half, from the
 * other half.
 */
const picked: Simulation = {
  name: 'layer choice',
  setting: '2 × 40 scenes, three layers, the later the clearer',
  run: async (random) => {
    const heights = [1, 0.7, 0.5];
    const models = heights.map((height, l) => reading({ height, depth: 1, noise: 1.6 - 0.4 * l }, random));
    const { choice } = await geometry({
      set: { pairs: PAIRS },
      states: plantedStates(ITEMS, Object.fromEntries(models.map((model, l) => [`text.${l}`, model]))),
      seed: random.integer(2 ** 30),
    });
    if (choice.reported === null) return { 'height share at the picked layer': { value: null, interval: null } };
    const height = heights[Number(choice.layer!.slice('text.'.length))];
    return {
      'height share at the picked layer': outcome(choice.reported.cueShare, height ** 2 / (height ** 2 + 1)),
    };
  },
};

export const GEOMETRY_SIMULATIONS: readonly Simulation[] = [
  layer('2 × 40 scenes, height .7, depth 1', { height: 0.7, depth: 1, noise: 0.7 }),
  layer('2 × 40 scenes, height .7, depth 1, noise shared by a scene', {
    height: 0.7,
    depth: 1,
    noise: 0.5,
    shared: 0.5,
  }),
  layer('2 × 40 scenes, height .7, depth 1, much noise', { height: 0.7, depth: 1, noise: 1.5 }),
  layer('2 × 40 scenes, height alone', { height: 1, depth: 0, noise: 0.7 }),
  layer('2 × 40 scenes, depth alone', { height: 0, depth: 1, noise: 0.7 }),
  layer('2 × 40 scenes, noise alone', { height: 0, depth: 0, noise: 0.7, nothing: true }),
  picked,
];
