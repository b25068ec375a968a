/**
 * Does .8 mean right four times in five? Expected calibration error over equal-width bins (Guo et al. 2017,
 * https://arxiv.org/abs/1706.04599), reliability bins and Brier score of the probability among the item's options. On
 * finitely many items the ECE of a perfect model is above 0, so its mean under perfect calibration with the same
 * confidences is given beside it.
 */
import type { CalibrationLens } from '../../core/artifacts/results/lenses.ts';
import { PlumblineError } from '../../core/errors.ts';
import { Random } from '../../core/random.ts';
import { groupMean } from '../../core/statistics/group-mean.ts';
import { indexGroups } from '../../core/statistics/groups.ts';
import { JACKKNIFE, jackknifeInterval } from '../../core/statistics/jackknife.ts';
import { judge, proportion, type Judged, type LensInput } from './score.ts';
import { calibrationLensSchema } from '../../core/artifacts/results/lenses.ts';
import { defineAnswersAnalysis } from '../../core/definitions/answers.ts';

export interface CalibrationOptions extends LensInput {
  /** Equal-width bins of the confidence; defaults to *15*. */
  readonly bins?: number;
  /** Which items; defaults to *those with a picture*. */
  readonly where?: (item: Judged['item']) => boolean;
  readonly seed?: number;
}

const DRAWS = 200;

export function calibrationLens({
  bins = 15,
  where = ({ images }) => images.length > 0,
  seed = 0,
  ...input
}: CalibrationOptions): CalibrationLens {
  if (!Number.isInteger(bins) || bins < 1)
    throw new PlumblineError('invalid-options', `${bins} bins`, {
      where: 'calibration lens',
      hint: 'ask for a whole number of bins, at least 1',
    });
  const items = [...judge(input).values()].filter(({ item }) => where(item));
  const confidence = items.map(({ probabilities }) => Math.max(...probabilities));
  const bin = confidence.map((p) => Math.min(bins - 1, Math.floor(p * bins)));
  const groups = items.map(({ item }) => item.group);
  const brier = items.map(({ probabilities, truth }) =>
    probabilities.reduce((sum, p, option) => sum + (p - (option === truth ? 1 : 0)) ** 2, 0),
  );
  const right = items.map((judged) => Number(judged.right));
  const n = items.length;
  const { ids, of } = indexGroups(groups);
  // Σ(confidence − right) of each scene and bin: the ECE is Σ over bins of |Σ over scenes| / n.
  const gaps = (outcome: readonly number[]): Float64Array[] => {
    const rows = ids.map(() => new Float64Array(bins));
    confidence.forEach((p, i) => (rows[of[i]][bin[i]] += p - outcome[i]));
    return rows;
  };
  const size = new Float64Array(ids.length);
  for (const g of of) size[g]++;
  const byScene = gaps(right);
  const totals = sumOf(byScene, bins);
  const ece = (sums: Float64Array, count: number): number => sums.reduce((sum, gap) => sum + Math.abs(gap), 0) / count;
  const value = n === 0 ? null : ece(totals, n);
  const random = new Random(seed, 'calibration-bias');
  let bias = 0;
  for (let draw = 0; draw < DRAWS; draw++)
    bias += ece(sumOf(gaps(confidence.map((p) => Number(random.coin(p)))), bins), n) / DRAWS;
  const { interval, note } = jackknifeInterval(
    value ?? 0,
    byScene.map((row, g) =>
      n === size[g]
        ? null
        : ece(
            totals.map((sum, b) => sum - row[b]),
            n - size[g],
          ),
    ),
    [0, 1],
  );
  return {
    analysis: 'calibration',
    version: 1,
    ece: {
      value,
      interval: value === null ? null : interval,
      intervalKind: interval === null || value === null ? null : JACKKNIFE,
      n,
      groups: ids.length,
      note: note ?? 'biased upward: compare with the bias given beside it',
    },
    bias: n === 0 ? null : bias,
    brier: groupMean(brier, groups, new Random(seed, 'calibration-brier'), [0, 2]),
    confidence: n === 0 ? null : confidence.reduce((sum, p) => sum + p, 0) / n,
    accuracy: proportion(items),
    bins: Array.from({ length: bins }, (_, b) => b).flatMap((b) => {
      const rows = items.filter((_, i) => bin[i] === b);
      const held = confidence.filter((_, i) => bin[i] === b);
      return rows.length === 0
        ? []
        : [
            {
              from: b / bins,
              to: (b + 1) / bins,
              confidence: held.reduce((sum, p) => sum + p, 0) / held.length,
              accuracy: proportion(rows),
            },
          ];
    }),
  };
}

function sumOf(rows: readonly Float64Array[], width: number): Float64Array {
  const total = new Float64Array(width);
  for (const row of rows) row.forEach((value, column) => (total[column] += value));
  return total;
}

export const calibrationAnalysis = defineAnswersAnalysis({
  name: 'calibration',
  version: 6,
  title: 'is .8 right four times in five?',
  schema: calibrationLensSchema,
  run: calibrationLens,
});
