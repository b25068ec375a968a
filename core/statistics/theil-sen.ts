import type { Estimate } from '../artifacts/results.ts';

export const KENDALL_SEN = "Kendall's test inverted (Sen 1968)";
const MIN_POINTS = 5;

export interface Trend {
  /** Change of y per unit of x. */
  readonly slope: Estimate;
  /** Two-sided Mann–Kendall p-value of no monotone trend; null below 4 points. */
  readonly p: number | null;
}

/**
 * Theil–Sen slope: the median of the slopes between all pairs of points (Sen 1968,
 * https://doi.org/10.1080/01621459.1968.10480934), with the interval that inverts Kendall's test exactly. Errors of
 * different points must be independent; smooth training series have fewer independent points than checkpoints.
 *
 * @param x distinct positions, e.g. training steps.
 * @throws {RangeError} on unequal lengths or repeated x.
 */
export function theilSen(x: ArrayLike<number>, y: ArrayLike<number>): Trend {
  const n = x.length;
  if (y.length !== n) throw new RangeError(`${n} positions, but ${y.length} values`);
  const slopes: number[] = [];
  let score = 0;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) {
      if (x[i] === x[j]) throw new RangeError(`position ${x[i]} occurs twice`);
      const slope = (y[i] - y[j]) / (x[i] - x[j]);
      slopes.push(slope);
      score += Math.sign(slope);
    }
  }
  if (n < 2)
    return {
      slope: { value: null, interval: null, intervalKind: null, n, groups: n, note: 'a trend needs two points' },
      p: null,
    };
  slopes.sort((a, b) => a - b);
  const middle = slopes.length / 2;
  const value = (slopes[Math.ceil(middle) - 1] + slopes[Math.floor(middle)]) / 2;
  const tail = kendallTail(n);
  const p = n < 4 ? null : Math.min(1, 2 * tail(Math.abs(score)));
  if (n < MIN_POINTS)
    return {
      slope: {
        value,
        interval: null,
        intervalKind: null,
        n,
        groups: n,
        note: `no interval: 95 % need ${MIN_POINTS} points, there are ${n}`,
      },
      p,
    };
  // The largest number of slopes that may be cut at either end while P(S > pairs − 2·cut) stays ≤ .025.
  let cut = 0;
  while (2 * (cut + 1) < slopes.length && tail(slopes.length - 2 * cut) <= 0.025) cut++;
  if (cut === 0)
    return {
      slope: { value, interval: null, intervalKind: null, n, groups: n, note: 'no interval: too few points' },
      p,
    };
  return {
    slope: { value, interval: [slopes[cut - 1], slopes[slopes.length - cut]], intervalKind: KENDALL_SEN, n, groups: n },
    p,
  };
}

/**
 * P(S ≥ s) of Kendall's score over n values without ties, every order equally likely: the number of inversions follows
 * from one value to the next.
 */
function kendallTail(n: number): (score: number) => number {
  let chance = [1];
  for (let m = 2; m <= n; m++) {
    const next = new Array<number>(chance.length + m - 1).fill(0);
    chance.forEach((p, inversions) => {
      for (let k = 0; k < m; k++) next[inversions + k] += p / m;
    });
    chance = next;
  }
  const pairs = (n * (n - 1)) / 2;
  // S = pairs − 2·inversions.
  return (score) => chance.reduce((sum, p, inversions) => sum + (pairs - 2 * inversions >= score ? p : 0), 0);
}
