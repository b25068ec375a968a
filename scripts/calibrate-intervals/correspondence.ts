/**
 * What the intervals of the correspondence promise: PCK, its ratio over frames, ρ and F1 of marked points. Pairs of
 * views come in scenes, some harder than others.
 */
import { confidenceAccuracy, perImage, perPoint, type PreparedPair } from '../../analysis/correspondence/score.ts';
import { temporalRobustness } from '../../analysis/correspondence/temporal.ts';
import { splitGroups } from '../../analysis/correspondence/view-pairs.ts';
import { wideMeans, type MutualMatches } from '../../analysis/correspondence/wide-baseline.ts';
import type { Estimate } from '../../core/artifacts/results.ts';
import type { Random } from '../../core/random.ts';
import type { Outcome, Simulation } from './simulation.ts';

const outcome = ({ value, interval }: Estimate, truth?: number): Outcome => ({ value, interval, truth });

interface Views {
  readonly pairs: PreparedPair[];
  /** Chance of a point of each pair to be right at Δt = 1. */
  readonly rates: number[];
}

/**
 * Pairs of scenes whose points are right with a probability about `rate` that differs from scene to scene and from pair
 * to pair.
 */
function views(scenes: number, perScene: number, rate: number, random: Random): Views {
  const out: Views = { pairs: [], rates: [] };
  for (let s = 0; s < scenes; s++) {
    const scene = random.uniform(-0.15, 0.15);
    for (let k = 0; k < perScene; k++) {
      const queries = Int32Array.from({ length: 10 + random.integer(30) }, (_, q) => q);
      const placement = {
        x: 0,
        y: 0,
        patch: { width: 8, height: 8 },
        grid: { rows: 8, columns: 8 },
        picture: { width: 64, height: 64 },
      } as unknown as PreparedPair['placements'][number];
      out.pairs.push({
        id: `${s}-${k}`,
        group: `g${s}`,
        images: ['a', 'b'],
        placements: [placement, placement],
        viewpoint: 20,
        overlap: random.next(),
        interval: k + 1,
        sample: null,
        chance: [0.05],
        truth: {
          queries,
          sources: new Float64Array(2 * queries.length),
          targets: new Float64Array(2 * queries.length),
          unmatched: new Int32Array(0),
        },
      });
      out.rates.push(rate + scene + random.uniform(-0.1, 0.1));
    }
  }
  return out;
}

/** Points right of each pair, at a share of its rate. */
const hits = ({ pairs, rates }: Views, random: Random, share: (pair: PreparedPair) => number = () => 1): Int32Array =>
  Int32Array.from(pairs, (pair, p) =>
    pair.truth.queries.reduce((sum) => sum + Number(random.next() < rates[p] * share(pair)), 0),
  );

const pck = (scenes: number, rate: number): Simulation => ({
  name: 'PCK',
  setting: `${scenes} scenes of 3 pairs, 10 to 39 points each, rate ${rate}`,
  run: (random) => {
    const drawn = views(scenes, 3, rate, random);
    const right = hits(drawn, random);
    return {
      'per point': outcome(
        perPoint(drawn.pairs, right, () => true),
        rate,
      ),
      'per image': outcome(
        perImage(drawn.pairs, right, () => true, random.integer(2 ** 30)),
        rate,
      ),
    };
  },
});

const temporal: Simulation = {
  name: 'temporal robustness',
  setting: '30 clips, PCK(1) about .75, Y(3) = .7',
  run: (random) => {
    const drawn = views(30, 3, 0.75, random);
    const right = hits(drawn, random, ({ interval }) => [1, 0.85, 0.7][interval! - 1]);
    return {
      'Y(3)': outcome(
        temporalRobustness(drawn.pairs, right, 'layer')!.curve.find(({ interval }) => interval === 3)!.robustness,
        0.7,
      ),
    };
  },
};

/** A point is right with a probability that grows with its confidence. */
const confidence = (scenes: number, slope: number): Simulation => ({
  name: 'confidence–accuracy ρ',
  setting: `${scenes} scenes of 3 pairs, ${slope === 0 ? 'unrelated' : 'related'}`,
  run: (random) => {
    const { pairs, rates } = views(scenes, 3, 0.5, random);
    const moments = pairs.map(({ truth }, p) => {
      const sums = new Float64Array(5);
      for (let q = 0; q < truth.queries.length; q++) {
        const c = random.next();
        const r = Number(random.next() < rates[p] + slope * (c - 0.5));
        [1, c, c * c, r, c * r].forEach((v, k) => (sums[k] += v));
      }
      return sums;
    });
    return { 'Pearson’s ρ': outcome(confidenceAccuracy(pairs, moments), slope === 0 ? 0 : undefined) };
  },
});

/** Eight partners; a right match scores higher than a wrong one by one standard deviation. */
const wide = (scenes: number): Simulation => ({
  name: 'wide-baseline F1',
  setting: `${scenes} scenes of 2 pairs, thresholds chosen on the other half`,
  run: (random) => {
    const { pairs, rates } = views(scenes, 2, 0.6, random);
    const matches = pairs.map((_, p) =>
      [0.9, 0.7, 0.5].map((share): MutualMatches => {
        const right = Array.from({ length: 8 }, () => random.next() < rates[p] * share + 0.1);
        return { right, scores: right.map((hit) => Number(hit) + random.normal()), partners: 8 };
      }),
    );
    const halves = splitGroups(
      pairs.map(({ group }) => group),
      (groups) => random.shuffle(groups),
    );
    return Object.fromEntries(
      wideMeans(pairs, matches, halves, () => random).flatMap(({ setting, stratum, f1 }) =>
        stratum === 'all' ? [[setting, outcome(f1)]] : [],
      ),
    );
  },
});

export const CORRESPONDENCE_SIMULATIONS: readonly Simulation[] = [
  pck(20, 0.7),
  pck(60, 0.7),
  pck(60, 0.3),
  temporal,
  confidence(20, 0),
  confidence(20, 0.8),
  confidence(60, 0.8),
  wide(30),
  wide(60),
];
