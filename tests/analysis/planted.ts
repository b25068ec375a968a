/** Contrast sets without pictures and hidden states with planted directions, for tests of the analyses. */
import {
  AXES,
  CONDITIONS,
  POLES,
  type Axis,
  type Condition,
  type Item,
  spatialPairs,
  type Pair,
  type SpatialPair,
} from '../../core/artifacts/contrast-set.ts';
import type { HiddenStates } from '../../core/artifacts/hidden-states.ts';
import { fromRows, type Matrix } from '../../core/matrix.ts';
import { Random } from '../../core/random.ts';

export interface PlantedItem {
  readonly item: string;
  readonly group: string;
  readonly axis: Axis;
  readonly condition: Condition;
  /** +1 when the right answer is the canonical pole. */
  readonly truth: 1 | -1;
}

/** One question-swap pair an axis and scene; poles balanced within each condition. */
export function plantedPairs(scenes: Partial<Record<Condition, number>>, seed = 0): SpatialPair[] {
  const pairs: SpatialPair[] = [];
  for (const condition of CONDITIONS) {
    const count = scenes[condition] ?? 0;
    for (const axis of AXES) {
      const poles = new Random(seed, 'poles', axis, condition).shuffle(
        Array.from({ length: count }, (_, i) => (i % 2) as 0 | 1),
      );
      poles.forEach((pole, scene) => {
        const group = `${condition}-${String(scene).padStart(4, '0')}`;
        const item = (order: 'ab' | 'ba', answer: string): Item => ({
          item: `${group}-${axis}-${order}`,
          images: [`images/${group}.png`],
          question: `${axis}?`,
          options: [...POLES[axis]],
          answer,
          objects: [],
        });
        pairs.push({
          id: `${group}-${axis}`,
          group,
          axis,
          kind: 'question-swap',
          conditions: { height: condition },
          condition,
          first: item('ab', POLES[axis][pole]),
          second: item('ba', POLES[axis][1 - pole]),
          nuisance: {},
        });
      });
    }
  }
  return pairs;
}

/** The items of planted pairs, first sides and second sides alternating. */
export function plantedItems(pairs: readonly Pair[]): PlantedItem[] {
  return spatialPairs(pairs).flatMap(({ group, axis, condition, first, second }) =>
    [first, second].map(({ item, answer, options }) => ({
      item,
      group,
      axis,
      condition,
      truth: answer === options[0] ? (1 as const) : (-1 as const),
    })),
  );
}

/** +1 when the thing asked for is the higher one on a distance item. */
export function heightSign({ condition, truth }: Pick<PlantedItem, 'condition' | 'truth'>): number {
  return condition === 'consistent' ? truth : -truth;
}

/** States in memory at the last prompt token: a layer is a function from item to vector. */
export function plantedStates(
  items: readonly PlantedItem[],
  layers: Record<string, (item: PlantedItem) => ArrayLike<number>>,
): HiddenStates {
  const names = Object.keys(layers);
  const matrices = new Map(names.map((name) => [name, toFloat32(fromRows(items.map((item) => layers[name](item))))]));
  const width = matrices.get(names[0])!.cols;
  return {
    header: {
      format: 'plumbline-hidden-states',
      version: 1,
      key: 'planted',
      checkpoint: { name: 'planted', hash: '0' },
      set: { name: 'planted', hash: '0' },
      dtype: 'float32',
      rows: items.length,
      rowsPerShard: items.length,
      layers: names.map((name, depth) => ({
        name,
        part: 'text',
        depth,
        kind: 'block',
        tensor: name,
        file: 'model.onnx',
        width,
        norm: 'none',
        huggingFaceIndex: null,
      })),
      selections: Object.fromEntries(names.map((name) => [name, ['last']])),
    },
    items: items.map((item) => item.item),
    has: (layer, selection) => selection === 'last' && matrices.has(layer),
    read: (layer) => Promise.resolve(matrices.get(layer)!),
  };
}

export function toFloat32({ data, rows, cols }: Matrix): Matrix<Float32Array> {
  return { data: Float32Array.from(data), rows, cols };
}

/** `count` orthonormal vectors. */
export function orthonormal(count: number, width: number, seed = 0): Float64Array[] {
  const random = new Random(seed, 'orthonormal');
  const vectors: Float64Array[] = [];
  while (vectors.length < count) {
    const v = Float64Array.from({ length: width }, () => random.normal());
    for (const u of vectors) {
      const along = v.reduce((sum, value, j) => sum + value * u[j], 0);
      v.forEach((value, j) => (v[j] = value - along * u[j]));
    }
    const norm = Math.hypot(...v);
    vectors.push(v.map((value) => value / norm));
  }
  return vectors;
}

/** Σ weightᵢ·vectorᵢ + noise·N(0, I). */
export function combine(
  vectors: readonly Float64Array[],
  weights: readonly number[],
  noise: number,
  random: Random,
): Float64Array {
  return Float64Array.from(
    { length: vectors[0].length },
    (_, j) => vectors.reduce((sum, v, i) => sum + weights[i] * v[j], 0) + noise * random.normal(),
  );
}
