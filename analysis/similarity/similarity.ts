/** CKA or RSA between the layers of one checkpoint, or of two over the same items (methods §2). */
import { itemsOf, type ContrastSet } from '../../core/artifacts/contrast-set.ts';
import { layersWith, type HiddenStates, type Selection } from '../../core/artifacts/hidden-states.ts';
import type { Estimate } from '../../core/artifacts/results.ts';
import type { SimilarityResult } from '../../core/artifacts/results/similarity.ts';
import { PlumblineError } from '../../core/errors.ts';
import { takeRows, type Matrix } from '../../core/matrix.ts';
import type { OnProgress } from '../../core/progress.ts';
import { Random } from '../../core/random.ts';
import { ckaKernel, ckaOfKernels, type CkaEstimator } from './kernels.ts';
import { compareRdms, rdm, rsaSide, type RsaComparison, type RsaDistance } from './rdms.ts';

export interface SimilarityOptions {
  readonly set: Pick<ContrastSet, 'pairs'>;
  readonly states: HiddenStates;
  /** The checkpoint to compare with; defaults to the layers of *the same* one. */
  readonly other?: HiddenStates;
  /** How to compare; defaults to *cka*. */
  readonly measure?: 'cka' | 'rsa';
  /** Of CKA; defaults to *debiased*. */
  readonly estimator?: CkaEstimator;
  /** Of RSA; defaults to *correlation*. */
  readonly distance?: RsaDistance;
  /** Of RSA; defaults to *spearman*. */
  readonly comparison?: RsaComparison;
  /** Token positions to read; defaults to *last*. */
  readonly selection?: Selection;
  readonly layers?: readonly string[];
  readonly otherLayers?: readonly string[];
  /**
   * Most rows to compare, as time and memory grow with their square; beyond it a seeded sample of whole scenes;
   * defaults to *1,000*.
   */
  readonly maxRows?: number;
  readonly seed: number;
  readonly onProgress?: OnProgress;
  readonly signal?: AbortSignal;
}

/**
 * @throws {PlumblineError} `unknown-layer`, `no-selection`, `no-common-items`, `missing-group`, `constant-row` (RSA by
 * correlation).
 */
export async function similarity(options: SimilarityOptions): Promise<SimilarityResult> {
  const {
    set,
    states,
    other = states,
    measure = 'cka',
    estimator = 'debiased',
    distance = 'correlation',
    comparison = 'spearman',
    selection = 'last',
    maxRows = 1000,
    seed,
    onProgress,
    signal,
  } = options;
  const layers = layersWith(states, selection, options.layers);
  const otherLayers = other === states ? layers : layersWith(other, selection, options.otherLayers);
  const held = new Set(other.items);
  const known = new Set(states.items);
  const common = itemsOf(set)
    .filter(({ item }) => known.has(item) && held.has(item))
    .sort((a, b) => (a.item < b.item ? -1 : 1));
  const chosen = sampleScenes(common, maxRows, seed);
  if (chosen.length < 4)
    throw new PlumblineError(
      'no-common-items',
      `${chosen.length} items of the set have states in both, at least 4 are needed`,
      { hint: 'extract both checkpoints from the same contrast set' },
    );
  const groups = chosen.map(({ group }) => group);

  const compare = measure === 'cka' ? ckaComparer(groups, estimator) : rsaComparer(groups, distance, comparison);
  const read = async (from: HiddenStates, names: readonly string[]): Promise<unknown[]> => {
    const position = new Map(from.items.map((item, i) => [item, i]));
    const rows = chosen.map(({ item }) => position.get(item)!);
    const sides: unknown[] = [];
    for (const layer of names) {
      signal?.throwIfAborted();
      sides.push(await compare.side(takeRows(await from.read(layer, selection), rows)));
      onProgress?.({ stage: measure, done: sides.length, total: names.length, unit: 'layers' });
    }
    return sides;
  };
  const sides = await read(states, layers);
  const otherSides = other === states ? sides : await read(other, otherLayers);
  const matrix: Estimate[][] = layers.map(() => []);
  for (let i = 0; i < layers.length; i++) {
    signal?.throwIfAborted();
    for (let j = 0; j < otherLayers.length; j++)
      matrix[i].push(other === states && j < i ? matrix[j][i] : compare.of(sides[i], otherSides[j]));
  }
  return {
    analysis: measure === 'cka' && other !== states ? 'cka-between' : measure,
    version: 1,
    measure,
    estimator: compare.name,
    selection,
    rows: { checkpoint: states.header.checkpoint.name, layers },
    columns: { checkpoint: other.header.checkpoint.name, layers: otherLayers },
    matrix,
    n: chosen.length,
    groups: new Set(groups).size,
    of: common.length,
    chance: (measure === 'cka' && estimator === 'biased') || (measure === 'rsa' && comparison === 'cosine') ? null : 0,
  };
}

interface Comparer {
  readonly name: string;
  side(x: Matrix): Promise<unknown>;
  of(a: unknown, b: unknown): Estimate;
}

function ckaComparer(groups: readonly string[], estimator: CkaEstimator): Comparer {
  type Side = Awaited<ReturnType<typeof ckaKernel>>;
  return {
    name: estimator,
    side: (x) => ckaKernel(x, estimator),
    of: (a, b) => ckaOfKernels(a as Side, b as Side, groups, { estimator }),
  };
}

function rsaComparer(groups: readonly string[], distance: RsaDistance, comparison: RsaComparison): Comparer {
  type Side = ReturnType<typeof rsaSide>;
  const name = `${distance === 'correlation' ? 'correlation distance' : 'squared Euclidean distance / channels'}, ${comparison === 'spearman' ? 'Spearman' : 'cosine'}`;
  return {
    name,
    side: async (x) => rsaSide(await rdm(x, distance), groups, comparison),
    of: (a, b) => compareRdms(a as Side, b as Side),
  };
}

/** All items, or those of as many whole scenes as fit. */
function sampleScenes<T extends { readonly group: string }>(items: readonly T[], maxRows: number, seed: number): T[] {
  if (items.length <= maxRows) return [...items];
  const sizes = new Map<string, number>();
  for (const { group } of items) sizes.set(group, (sizes.get(group) ?? 0) + 1);
  const kept = new Set<string>();
  let rows = 0;
  for (const scene of new Random(seed, 'similarity scenes').shuffle([...sizes.keys()].sort())) {
    if (rows + sizes.get(scene)! > maxRows) continue;
    rows += sizes.get(scene)!;
    kept.add(scene);
  }
  return items.filter(({ group }) => kept.has(group));
}
