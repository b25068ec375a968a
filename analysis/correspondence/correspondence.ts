/**
 * Correspondence between views (methods §4): per layer, each patch of one view is matched with its nearest patch of the
 * other by cosine. PCK by viewpoint bin, chance and baselines through the same code, confidence–accuracy ρ,
 * wide-baseline F1, temporal robustness, and example pairs to draw.
 */
import { itemsOf, type ContrastSet } from '../../core/artifacts/contrast-set.ts';
import { patchCentre, PIXELS, type DensePatches } from '../../core/artifacts/dense-patches.ts';
import {
  correspondenceSchema,
  type CorrespondenceExample,
  type CorrespondenceResult,
  type PckThreshold,
} from '../../core/artifacts/results/correspondence.ts';
import { defineAnalysis } from '../../core/definitions/analysis.ts';
import { checkpointOf } from '../../core/definitions/reading.ts';
import { PlumblineError } from '../../core/errors.ts';
import type { OnProgress } from '../../core/progress.ts';
import { Random } from '../../core/random.ts';
import { TAU } from './match.ts';
import { layerMatcher, plantedCoordinates, samePosition, type Matcher } from './matchers.ts';
import {
  BINS,
  chanceOf,
  confidenceAccuracy,
  inBin,
  pckMeans,
  perImage,
  perPoint,
  scorePairs,
  type PreparedPair,
  type Scores,
} from './score.ts';
import { temporalRobustness } from './temporal.ts';
import { DEFAULT_THRESHOLDS, isRight, thresholdLabel } from './thresholds.ts';
import { splitGroups, viewPairs, type ViewPair } from './view-pairs.ts';
import { mutualMatches, WIDE, wideMeans, wideSample, type MutualMatches } from './wide-baseline.ts';

export interface CorrespondenceOptions {
  /** A set of views: items with two pictures and correspondences. */
  readonly set: Pick<ContrastSet, 'directory' | 'pairs'>;
  readonly patches: DensePatches;
  /** Layers to score; defaults to *all of `patches`*. */
  readonly layers?: readonly string[];
  /** Layers are compared by the first; defaults to *PCK@2, PCK@1 and 10 px at a quarter of the picture*. */
  readonly thresholds?: readonly PckThreshold[];
  /** Temperature of the confidence; defaults to *0.07*. */
  readonly tau?: number;
  /** Seed of the split, the samples and the bootstrap; defaults to *0*. */
  readonly seed?: number;
  readonly onProgress?: OnProgress | undefined;
  readonly signal?: AbortSignal | undefined;
}

const EXAMPLES_PER_BIN = 1;
/** Lines drawn in one example. */
const LINES = 40;

/**
 * @throws PlumblineError `no-views`, `no-layers`, `no-visible-points`, and as `readCorrespondences`, `patchTruth` and
 * `matchPatches`
 */
export async function correspondence(options: CorrespondenceOptions): Promise<CorrespondenceResult> {
  const { set, patches, thresholds = DEFAULT_THRESHOLDS, tau = TAU, seed = 0, onProgress, signal } = options;
  const layers = (options.layers ?? patches.layers).filter((layer) => layer !== PIXELS);
  if (layers.length === 0)
    throw new PlumblineError('no-layers', 'no layer to compare', {
      where: set.directory,
      hint: 'extract dense states of at least one layer',
    });
  if (thresholds.length === 0) throw new RangeError('at least one threshold is needed');
  const pairs: PreparedPair[] = (await viewPairs(set, patches)).map((pair) => ({
    ...pair,
    sample: wideSample(pair, new Random(seed, 'wide-baseline', pair.id)),
    chance: chanceOf(pair, thresholds),
  }));
  const visible = pairs.reduce((sum, { truth }) => sum + truth.queries.length, 0);
  if (visible === 0)
    throw new PlumblineError(
      'no-visible-points',
      'no patch of these views has a point that is visible in the other view',
      { where: set.directory, hint: 'check the correspondences and the size of the pictures' },
    );
  const [
    {
      placements: [{ grid, picture }],
    },
  ] = pairs;
  const labels = thresholds.map((threshold) => thresholdLabel(threshold, picture));
  const halves = splitGroups(
    pairs.map(({ group }) => group),
    (groups) => new Random(seed, 'correspondence', 'halves').shuffle(groups),
  );
  const wideRandom = (): Random => new Random(seed, 'correspondence', 'wide');

  const order = new Map(pairs.map((pair, p) => [pair.id, pairs[p + 1] as PreparedPair | undefined]));
  const matcherOf = (layer: string): Matcher => layerMatcher(patches, layer, tau, ({ id }) => order.get(id));
  const held = patches.layers.includes(PIXELS);
  const total = pairs.length * (layers.length + (held ? 3 : 2));
  let done = 0;
  const each = (): void => {
    signal?.throwIfAborted();
    onProgress?.({ stage: 'correspondence', done: ++done, total, unit: 'pairs' });
  };
  const run = (matcher: Matcher): Promise<Scores> => scorePairs(pairs, thresholds, matcher, each);
  const reading = (scores: Scores) => ({
    pck: pckMeans(pairs, labels, scores, seed),
    wide: wideMeans(pairs, scores.wide, halves, wideRandom),
  });

  const scored: { layer: string; scores: Scores }[] = [];
  for (const layer of layers) scored.push({ layer, scores: await run(matcherOf(layer)) });
  const baselines: CorrespondenceResult['baselines'] = [{ name: 'same position', ...reading(await run(samePosition)) }];
  if (held) baselines.push({ name: 'raw RGB', ...reading(await run(matcherOf(PIXELS))) });
  baselines.push({ name: 'planted coordinates', ...reading(await run(plantedCoordinates(tau))) });

  const chosen = bestLayer(pairs, scored, halves[0]);
  const reports = ({ group }: ViewPair): boolean => halves[1].has(group);
  return {
    analysis: 'correspondence',
    version: 1,
    grid,
    picture,
    tau,
    thresholds: thresholds.map((threshold, t) => ({ label: labels[t], threshold })),
    bins: BINS.map((bin) => {
      const inside = pairs.filter((pair) => inBin(pair, bin));
      return { ...bin, pairs: inside.length, points: inside.reduce((sum, { truth }) => sum + truth.queries.length, 0) };
    }),
    pairs: pairs.length,
    points: { visible, unmatched: pairs.reduce((sum, { truth }) => sum + truth.unmatched.length, 0) },
    layers: scored.map(({ layer, scores }) => ({
      layer,
      ...reading(scores),
      confidence: confidenceAccuracy(pairs, scores.moments!),
    })),
    baselines,
    chance: { pck: chanceMeans(pairs, labels), wide: wideMeans(pairs, randomMatches(pairs, seed), halves, wideRandom) },
    choice: {
      layer: chosen.layer,
      groups: [halves[0].size, halves[1].size],
      reported: {
        threshold: labels[0],
        bin: 'all',
        perPoint: perPoint(pairs, chosen.scores.right[0], reports),
        perImage: perImage(pairs, chosen.scores.right[0], reports, seed),
      },
    },
    wideBaseline: {
      points: WIDE.points,
      distractors: WIDE.distractors,
      separation: WIDE.separation,
      samples: pairs.filter(({ sample }) => sample !== null).length,
    },
    examples: await drawExamples(
      pairs.filter(reports),
      chosen.layer,
      thresholds[0],
      layerMatcher(patches, chosen.layer, tau, () => undefined),
    ),
    temporal: temporalRobustness(pairs, chosen.scores.right[0], chosen.layer),
  };
}

/** The layer with the highest PCK at the first threshold on these groups; the deeper one of equals. */
function bestLayer(
  pairs: readonly PreparedPair[],
  scored: readonly { readonly layer: string; readonly scores: Scores }[],
  groups: ReadonlySet<string>,
): (typeof scored)[number] {
  const value = ({ scores }: (typeof scored)[number]): number =>
    perPoint(pairs, scores.right[0], ({ group }) => groups.has(group)).value ?? 0;
  return scored.reduce((best, candidate) => (value(candidate) >= value(best) ? candidate : best));
}

function chanceMeans(pairs: readonly PreparedPair[], labels: readonly string[]): CorrespondenceResult['chance']['pck'] {
  const scopes = [
    { bin: 'all', of: pairs },
    ...BINS.map((bin) => ({ bin: bin.bin, of: pairs.filter((pair) => inBin(pair, bin)) })),
  ].filter(({ of }) => of.length > 0);
  return labels.flatMap((threshold, t) =>
    scopes.map(({ bin, of }) => {
      const seen = of.filter(({ truth }) => truth.queries.length > 0);
      const points = seen.reduce((sum, { truth }) => sum + truth.queries.length, 0);
      if (points === 0) return { threshold, bin, perPoint: null, perImage: null };
      return {
        threshold,
        bin,
        perPoint: seen.reduce((sum, { chance, truth }) => sum + chance[t] * truth.queries.length, 0) / points,
        perImage: seen.reduce((sum, { chance }) => sum + chance[t], 0) / seen.length,
      };
    }),
  );
}

function randomMatches(pairs: readonly PreparedPair[], seed: number): (MutualMatches[] | null)[] {
  return pairs.map(({ id, sample }) => {
    if (sample === null) return null;
    const random = new Random(seed, 'random similarity', id);
    return mutualMatches(sample, () => random.next());
  });
}

async function drawExamples(
  pairs: readonly PreparedPair[],
  layer: string,
  threshold: PckThreshold,
  matcher: Matcher,
): Promise<CorrespondenceExample[]> {
  const examples: CorrespondenceExample[] = [];
  for (const bin of BINS) {
    for (const pair of pairs
      .filter((candidate) => inBin(candidate, bin) && candidate.truth.queries.length > 0)
      .slice(0, EXAMPLES_PER_BIN)) {
      const { index, confidence } = await matcher(pair);
      const { queries, sources, targets } = pair.truth;
      const step = Math.max(1, queries.length / LINES);
      const lines = Array.from({ length: Math.min(LINES, queries.length) }, (_, k) => Math.floor(k * step));
      examples.push({
        pair: pair.id,
        images: [...pair.images],
        viewpoint: pair.viewpoint,
        layer,
        matches: lines.map((q) => {
          const match = index[queries[q]];
          const truth: [number, number] = [targets[2 * q], targets[2 * q + 1]];
          return {
            from: [sources[2 * q], sources[2 * q + 1]],
            to: patchCentre(pair.placements[1], match),
            truth,
            correct: isRight(threshold, pair.placements[1], match, ...truth),
            confidence: confidence![queries[q]],
          };
        }),
      });
    }
  }
  return examples;
}

export const correspondenceAnalysis = defineAnalysis({
  name: 'correspondence',
  version: 6,
  title: 'matching patches between views: PCK, confidence, wide baselines, by layer',
  reads: 'patches',
  schema: correspondenceSchema,
  appliesTo: ({ set, checkpoint }) =>
    checkpoint !== null && itemsOf(set).some(({ correspondences }) => correspondences !== undefined),
  async run(context) {
    const { set, layers, seed, onProgress, signal } = context;
    const patches = await checkpointOf(context, 'correspondence').densePatches(layers);
    return correspondence({ set, patches, seed, onProgress, signal });
  },
});
