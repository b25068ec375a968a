/** Can the answers be told from the nuisance factors together? A cross-validated joint nonlinear classifier. */
import type { Estimate } from '../../core/artifacts/results.ts';
import { PlumblineError } from '../../core/errors.ts';
import type { Matrix } from '../../core/matrix.ts';
import { fitLogistic, logisticScores } from '../../core/numerics/logistic.ts';
import { Random } from '../../core/random.ts';
import { clusteredProportion } from '../../core/statistics/clustered-proportion.ts';
import { nonlinearFeatures, type Factors } from './random-features.ts';

export interface LeakageRow {
  /** Scene; scenes are never split over folds. */
  readonly group: string;
  readonly label: 0 | 1;
  readonly factors: Factors;
}

export interface LeakageOptions {
  /** Names of the factors that the classifier sees. */
  readonly factors: readonly string[];
  readonly seed?: number;
  readonly folds?: number;
}

/**
 * Features kept in a fold, by correlation with its training labels: a strong leak is always among them, and noise can't
 * drown it.
 */
const KEPT = 64;
const C = 0.05;

/**
 * Held-out accuracy of an L2 logistic regression on nonlinear features of the factors (random-features.ts), with its
 * Wilson interval on the effective number of scenes. About .5 when nothing leaks; the upper bound falls below .55 from
 * about 1,500 scenes on.
 */
export function leakage(rows: readonly LeakageRow[], { factors, seed = 0, folds = 5 }: LeakageOptions): Estimate {
  const labels = new Map(rows.map((row) => [row.group, row.label]));
  const groups = [...labels.keys()];
  if (groups.length < 2 * folds) {
    throw new PlumblineError('too-few-scenes', `${groups.length} scenes for ${folds} folds`, {
      where: 'leakage',
      hint: `use at least ${2 * folds} scenes`,
    });
  }
  // Stratified by label: with balanced labels, a fold that holds more of one leaves more of the other to train on, and
  // accuracy falls below chance.
  const shuffled = new Random(seed, 'leakage-folds').shuffle(groups).sort((a, b) => labels.get(a)! - labels.get(b)!);
  const foldOf = new Map(shuffled.map((group, i) => [group, i % folds]));
  const x = nonlinearFeatures(
    rows.map((row) => row.factors),
    factors,
    seed,
  );
  const right = new Uint8Array(rows.length);
  for (let fold = 0; fold < folds; fold++) {
    const train: number[] = [];
    const test: number[] = [];
    rows.forEach((row, i) => (foldOf.get(row.group) === fold ? test : train).push(i));
    const columns = strongest(x, train, rows);
    const fit = fitLogistic(
      select(x, train, columns),
      train.map((i) => rows[i].label),
      { C, classes: 2, tolerance: 1e-6 },
    );
    const scores = logisticScores(select(x, test, columns), fit).data;
    test.forEach((i, k) => (right[i] = scores[k] > 0 === (rows[i].label === 1) ? 1 : 0));
  }
  return clusteredProportion(
    right,
    rows.map((row) => row.group),
  ).estimate;
}

/** Columns with the largest absolute covariance with the labels over the training rows. */
function strongest(x: Matrix, train: readonly number[], rows: readonly LeakageRow[]): number[] {
  const mean = train.reduce((sum, i) => sum + rows[i].label, 0) / train.length;
  const covariance = new Float64Array(x.cols);
  for (const i of train) {
    const weight = rows[i].label - mean;
    for (let j = 0; j < x.cols; j++) covariance[j] += weight * x.data[i * x.cols + j];
  }
  return Array.from(covariance.keys())
    .sort((a, b) => Math.abs(covariance[b]) - Math.abs(covariance[a]))
    .slice(0, KEPT);
}

function select(x: Matrix, rows: readonly number[], columns: readonly number[]): Matrix<Float64Array> {
  const data = new Float64Array(rows.length * columns.length);
  rows.forEach((i, r) => columns.forEach((j, c) => (data[r * columns.length + c] = x.data[i * x.cols + j])));
  return { data, rows: rows.length, cols: columns.length };
}
