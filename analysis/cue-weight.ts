import type { Cue } from '../core/artifacts/cues.ts';
import type { BehaviourResult, Estimate } from '../core/artifacts/results.ts';
import { indexGroups } from '../core/statistics/groups.ts';
import type { Interval } from '../core/statistics/interval.ts';
import { JACKKNIFE, jackknifeInterval } from '../core/statistics/jackknife.ts';
import type { ScoredItem } from './scored-items.ts';

export interface CueWeight {
  /** |b_cue| / (|b_cue| + |b_truth|), in [0, 1]. */
  readonly weight: Estimate;
  /** In logits. */
  readonly coefficients: BehaviourResult['weights'][number]['coefficients'];
}

/** Sufficient sums of the regression on intercept, truth sign d and cue sign h; d² = h² = 1. */
interface Sums {
  n: number;
  d: number;
  h: number;
  dh: number;
  y: number;
  dy: number;
  hy: number;
}

/**
 * Weight of a cue (methods §3; height weight for height): least squares of the logit margin of "far" on the signs of
 * the depth difference and of the cue, subject minus reference, over consistent and counter pairs. Both question orders
 * count: the margin and both signs are about the object asked for, so they turn together when the question is swapped,
 * and a liking for one word goes into the intercept.
 *
 * The sign of depth is the right answer (+1 far), and the cue's (+1 where it says far: higher in the picture, smaller)
 * follows from the condition, which says whether it points to the farther object.
 *
 * The interval is the image of a jackknife interval of the angle atan2(b_cue, b_truth): the weight has a kink where a
 * coefficient is 0, the angle has none. A scene is left out whole, whatever the conditions of its pairs.
 */
export function cueWeight(
  items: readonly Pick<ScoredItem, 'group' | 'condition' | 'truth' | 'margin'>[],
  cue: Cue = 'height',
): CueWeight {
  const used = items.filter((item) => item.condition !== 'ambiguous');
  const index = indexGroups(used.map((item) => item.group));
  const total = emptySums();
  const byScene = index.ids.map(emptySums);
  used.forEach((item, i) => {
    const d = item.truth;
    const h = item.condition === 'consistent' ? d : -d;
    for (const sums of [total, byScene[index.of[i]]]) {
      sums.n++;
      sums.d += d;
      sums.h += h;
      sums.dh += d * h;
      sums.y += item.margin;
      sums.dy += d * item.margin;
      sums.hy += h * item.margin;
    }
  });
  const base = { n: used.length, groups: index.ids.length };
  const coefficients = solve(total);
  if (!coefficients) {
    return {
      weight: {
        value: null,
        interval: null,
        intervalKind: null,
        ...base,
        note: 'consistent and counter scenes are both needed',
      },
      coefficients: null,
    };
  }
  const { truth, cue: ofCue } = coefficients;
  if (truth === 0 && ofCue === 0) {
    return {
      weight: {
        value: null,
        interval: null,
        intervalKind: null,
        ...base,
        note: `the margin depends on neither depth nor ${cue}`,
      },
      coefficients,
    };
  }
  const angle = Math.atan2(ofCue, truth);
  const leaveOneOut = byScene.map((scene) => {
    const without = solve(minus(total, scene));
    return without && angle + wrap(Math.atan2(without.cue, without.truth) - angle);
  });
  const { interval, note } = jackknifeInterval(angle, leaveOneOut);
  return {
    weight: {
      value: weightAt(angle),
      interval: interval && imageOf(interval),
      intervalKind: interval ? JACKKNIFE : null,
      ...base,
      ...(note ? { note } : {}),
    },
    coefficients,
  };
}

function weightAt(angle: number): number {
  const cue = Math.abs(Math.sin(angle));
  return cue / (cue + Math.abs(Math.cos(angle)));
}

/** Range of the weight over an interval of angles: 0 at multiples of π, 1 half-way between, monotone in between. */
function imageOf([lower, upper]: Interval): Interval {
  const ends = [weightAt(lower), weightAt(upper)];
  const quarter = (offset: number): boolean =>
    Math.floor((upper - offset) / Math.PI) > Math.floor((lower - offset) / Math.PI);
  return [quarter(0) ? 0 : Math.min(...ends), quarter(Math.PI / 2) ? 1 : Math.max(...ends)];
}

function wrap(angle: number): number {
  return angle - 2 * Math.PI * Math.round(angle / (2 * Math.PI));
}

function emptySums(): Sums {
  return { n: 0, d: 0, h: 0, dh: 0, y: 0, dy: 0, hy: 0 };
}

function minus(a: Sums, b: Sums): Sums {
  return { n: a.n - b.n, d: a.d - b.d, h: a.h - b.h, dh: a.dh - b.dh, y: a.y - b.y, dy: a.dy - b.dy, hy: a.hy - b.hy };
}

/** Least squares with the intercept projected out; null when the two signs cannot be told apart. */
function solve(sums: Sums): { truth: number; cue: number; intercept: number } | null {
  const { n, d, h, dh, y, dy, hy } = sums;
  const dd = n - (d * d) / n;
  const hh = n - (h * h) / n;
  const cross = dh - (d * h) / n;
  const determinant = dd * hh - cross * cross;
  // The sums of signs are whole numbers, so a singular design gives a determinant of zero up to rounding.
  if (!(determinant > 1e-9 * n * n)) return null;
  const truthY = dy - (d * y) / n;
  const cueY = hy - (h * y) / n;
  const truth = (hh * truthY - cross * cueY) / determinant;
  const ofCue = (dd * cueY - cross * truthY) / determinant;
  return { truth, cue: ofCue, intercept: (y - truth * d - ofCue * h) / n };
}
