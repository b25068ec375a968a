/**
 * Held-out predictions of ridge regression on standardised features; alpha by inner cross-validation over scenes, with
 * the folds of `cross-validate.ts`.
 */
import { takeRows, type Matrix } from '../core/matrix.ts';
import { fitRidgePath, type RidgePath } from '../core/numerics/ridge-path.ts';
import { columnMoments, requireFinite, standardise, type Moments } from '../core/numerics/standardise.ts';
import { indexGroups } from '../core/statistics/groups.ts';
import { choiceDraws, leastError, type OtherChoices } from './choice-draws.ts';
import { trainingNoiseShare, type SharedTraining } from './held-out-interval.ts';
import type { NumericPlan } from './numeric-rows.ts';

/** logspace(−3, 6, 10), of the penalty alpha·‖w‖² beside the sum of squared errors. */
export const ALPHA_GRID: readonly number[] = Array.from({ length: 10 }, (_, i) => 10 ** (i - 3));

export interface HeldOutNumbers {
  /** rows × targets; each row from the fit that did not train on its scene. */
  readonly predictions: Matrix<Float64Array>;
  /** Alpha chosen inside each fold: targets × folds. */
  readonly alpha: readonly (readonly number[])[];
  /** Of each target, for intervals. */
  readonly shared: readonly SharedTraining[];
  /** Of each target: how else alpha might have been chosen. */
  readonly otherChoices: readonly OtherChoices[];
}

export interface StandardisedRidge extends RidgePath {
  readonly moments: Moments;
}

/** The path on `rows` of x, standardised on those rows; features constant there get no weight. */
export async function ridgeOn(
  x: Matrix,
  values: Matrix,
  rows: readonly number[],
  alphas: readonly number[],
): Promise<StandardisedRidge> {
  const moments = columnMoments(x, rows);
  return { ...(await fitRidgePath(standardised(x, rows, moments), takeRows(values, rows), alphas)), moments };
}

/** The given rows of x, standardised by `moments`; 0 where those say constant. */
export function standardised(x: Matrix, rows: readonly number[], moments: Moments): Matrix<Float64Array> {
  const z = standardise(takeRows(x, rows), moments);
  for (let i = 0; i < z.data.length; i++) if (moments.sd[i % z.cols] === 0) z.data[i] = 0;
  return z;
}

/** Prediction of a target for row i of standardised features. */
export function predictRidge(
  { mean, targetMeans }: RidgePath,
  weights: Float64Array,
  target: number,
  z: Matrix,
  i: number,
): number {
  let sum = targetMeans[target];
  for (let j = 0, at = i * z.cols; j < z.cols; j++, at++) sum += (z.data[at] - mean[j]) * weights[j];
  return sum;
}

/**
 * Fits and scores the plan's targets on `x` (rows as in the plan × d); `plan.refused` must be null. Alpha: least inner
 * squared error, ties to the largest.
 */
export async function heldOutRidge(
  x: Matrix,
  { rows, foldOf, nested }: NumericPlan,
  { signal }: { signal?: AbortSignal } = {},
): Promise<HeldOutNumbers> {
  requireFinite(x, 'the features');
  const { values } = rows;
  const m = values.cols;
  const { of, ids } = indexGroups(rows.groups);
  /** errors[fold][target][alpha][scene]. */
  const errors = Array.from({ length: nested.folds }, () =>
    Array.from({ length: m }, () => ALPHA_GRID.map(() => new Float64Array(ids.length))),
  );
  /** Predictions of a fold's rows without it and another: inner[fold][other][target][alpha]. */
  const inner = errors.map(() => errors.map((): Float64Array[][] => []));
  for (const pair of nested.pairs) {
    signal?.throwIfAborted();
    const path = await ridgeOn(x, values, pair.rows, ALPHA_GRID);
    // Without a and b: scored on b when choosing for a, and the other way round.
    for (const [into, from] of [
      [pair.a, pair.b],
      [pair.b, pair.a],
    ]) {
      const inside = nested.inside[from];
      const z = standardised(x, inside, path.moments);
      for (let t = 0; t < m; t++) {
        inner[from][into].push(
          ALPHA_GRID.map((_, a) =>
            Float64Array.from(inside, (__, i) => predictRidge(path, path.weights[t][a], t, z, i)),
          ),
        );
        inner[from][into][t].forEach((predicted, a) =>
          inside.forEach((row, i) => (errors[into][t][a][of[row]] += (predicted[i] - values.data[row * m + t]) ** 2)),
        );
      }
    }
  }
  const chosen = errors.map((byTarget) =>
    byTarget.map((byAlpha) => leastError(byAlpha.map((byScene) => byScene.reduce((sum, error) => sum + error, 0)))),
  );
  const predictions = { data: new Float64Array(values.data.length), rows: values.rows, cols: m };
  const byAlpha = rows.targets.map(() => ({
    data: new Float64Array(values.rows * ALPHA_GRID.length),
    rows: values.rows,
    cols: ALPHA_GRID.length,
  }));
  for (let f = 0; f < nested.folds; f++) {
    signal?.throwIfAborted();
    const path = await ridgeOn(x, values, nested.outer[f], ALPHA_GRID);
    const held = [...foldOf.keys()].filter((i) => foldOf[i] === f);
    const z = standardised(x, held, path.moments);
    for (let t = 0; t < m; t++) {
      held.forEach((row, i) => {
        for (let a = 0; a < ALPHA_GRID.length; a++)
          byAlpha[t].data[row * ALPHA_GRID.length + a] = predictRidge(path, path.weights[t][a], t, z, i);
        predictions.data[row * m + t] = byAlpha[t].data[row * ALPHA_GRID.length + chosen[f][t]];
      });
    }
  }
  const trainable = nested.inside.flat();
  const shared = rows.targets.map((_, t) => {
    const column = (i: number): number => values.data[i * m + t];
    const outer = (a: number): Float64Array =>
      unexplained(nested.inside[a], (i) => predictions.data[i * m + t], column, values.rows);
    const without = (a: number, b: number): Float64Array => {
      const own = inner[a][b][t][chosen[a][t]];
      const at = new Map(nested.inside[a].map((row, i) => [row, own[i]]));
      return unexplained(nested.inside[a], (i) => at.get(i)!, column, values.rows);
    };
    return { trainable, noiseShare: trainingNoiseShare(nested, new Uint8Array(values.rows), outer, without) };
  });
  const otherChoices = rows.targets.map((_, t) => ({
    byAlpha: byAlpha[t],
    choices: choiceDraws(errors.map((byTarget) => byTarget[t])),
  }));
  return {
    predictions,
    alpha: rows.targets.map((_, t) => chosen.map((byTarget) => ALPHA_GRID[byTarget[t]])),
    shared,
    otherChoices,
  };
}

/**
 * What is left of predictions on some rows after regressing them on the values: chance in training rows and in the
 * features.
 */
function unexplained(
  rows: readonly number[],
  prediction: (i: number) => number,
  value: (i: number) => number,
  n: number,
): Float64Array {
  const mean = (of: (i: number) => number): number => rows.reduce((sum, i) => sum + of(i), 0) / rows.length;
  const [p, v] = [mean(prediction), mean(value)];
  const variance = rows.reduce((sum, i) => sum + (value(i) - v) ** 2, 0);
  const slope = variance > 0 ? rows.reduce((sum, i) => sum + (value(i) - v) * (prediction(i) - p), 0) / variance : 0;
  const out = new Float64Array(n);
  for (const i of rows) out[i] = prediction(i) - p - slope * (value(i) - v);
  return out;
}
