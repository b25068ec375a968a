/**
 * Low-rank linear probe: reduced-rank ridge regression (Izenman 1975, https://doi.org/10.1016/0047-259X(75)90042-1;
 * with ridge: Mukherjee & Zhu 2011, https://doi.org/10.1002/sam.10138). All targets are predicted together through r
 * directions of the hidden state. With B the ridge solution, B_r = B·V_r·V_rᵀ minimises the penalised error among
 * matrices of rank r, V_r the leading r eigenvectors of BᵀXᵀXB + αBᵀB (one α for all targets, chosen at full rank). How
 * fast the fit rises with r says how many directions the targets share. Classes enter as indicator columns (optimal
 * scoring: Hastie, Tibshirani & Buja 1994, https://doi.org/10.1080/01621459.1994.10476866); K classes have rank K − 1
 * at most.
 */
import type { Matrix } from '../core/matrix.ts';
import { columnMoments, requireFinite, standardise } from '../core/numerics/standardise.ts';
import { symmetricEigen } from '../core/numerics/symmetric-eigen.ts';
import { indexGroups } from '../core/statistics/groups.ts';
import { choiceDraws, leastError, type OtherChoices } from './choice-draws.ts';
import type { NumericPlan } from './numeric-rows.ts';
import { ALPHA_GRID, predictRidge, ridgeOn, standardised } from './ridge.ts';

export interface HeldOutLowRank {
  /** Predictions at rank 1 … m, each rows × targets. */
  readonly byRank: readonly Matrix<Float64Array>[];
  /** Alpha chosen inside each fold, for all targets together. */
  readonly alpha: readonly number[];
  /** By rank, then target: how else alpha might have been chosen. */
  readonly otherChoices: readonly (readonly OtherChoices[])[];
}

/**
 * Fits and scores the plan's targets jointly on `x` (rows as in the plan × d). Targets are standardised on the training
 * rows, so that each counts the same; predictions are in their units.
 */
export async function heldOutLowRank(
  x: Matrix,
  { rows, foldOf, nested }: NumericPlan,
  { signal }: { signal?: AbortSignal } = {},
): Promise<HeldOutLowRank> {
  requireFinite(x, 'the features');
  const { values } = rows;
  const m = values.cols;
  const { of, ids } = indexGroups(rows.groups);
  /** errors[fold][alpha][scene], over all targets. */
  const errors = Array.from({ length: nested.folds }, () => ALPHA_GRID.map(() => new Float64Array(ids.length)));
  for (const { a, b, rows: training } of nested.pairs) {
    signal?.throwIfAborted();
    const { y } = scaled(values, training);
    const path = await ridgeOn(x, y, training, ALPHA_GRID);
    for (const [into, from] of [
      [a, b],
      [b, a],
    ]) {
      const inside = nested.inside[from];
      const z = standardised(x, inside, path.moments);
      ALPHA_GRID.forEach((_, c) => {
        for (let t = 0; t < m; t++)
          inside.forEach(
            (row, i) =>
              (errors[into][c][of[row]] +=
                (predictRidge(path, path.weights[t][c], t, z, i) - y.data[row * m + t]) ** 2),
          );
      });
    }
  }
  const chosen = errors.map((byAlpha) =>
    leastError(byAlpha.map((byScene) => byScene.reduce((sum, error) => sum + error, 0))),
  );
  const choices = choiceDraws(errors);
  const byRank = Array.from({ length: m }, () => ({
    data: new Float64Array(values.data.length),
    rows: values.rows,
    cols: m,
  }));
  const byAlpha = byRank.map(() =>
    rows.targets.map(() => ({
      data: new Float64Array(values.rows * ALPHA_GRID.length),
      rows: values.rows,
      cols: ALPHA_GRID.length,
    })),
  );
  for (let f = 0; f < nested.folds; f++) {
    signal?.throwIfAborted();
    const { y, mean, sd } = scaled(values, nested.outer[f]);
    const path = await ridgeOn(x, y, nested.outer[f], ALPHA_GRID);
    const training = standardised(x, nested.outer[f], path.moments);
    const held = [...foldOf.keys()].filter((i) => foldOf[i] === f);
    const z = standardised(x, held, path.moments);
    for (const a of new Set([chosen[f], ...choices.map((draw) => draw[f])])) {
      const weights = path.weights.map((own) => own[a]);
      const directions = targetDirections(weights, path.mean, training, ALPHA_GRID[a]);
      held.forEach((row, i) => {
        const centred = weights.map((own, t) => predictRidge(path, own, t, z, i) - path.targetMeans[t]);
        const sum = Float64Array.from(path.targetMeans);
        directions.forEach((direction, r) => {
          const along = direction.reduce((total, v, t) => total + v * centred[t], 0);
          for (let t = 0; t < m; t++) {
            sum[t] += along * direction[t];
            const predicted = mean[t] + sd[t] * sum[t];
            byAlpha[r][t].data[row * ALPHA_GRID.length + a] = predicted;
            if (a === chosen[f]) byRank[r].data[row * m + t] = predicted;
          }
        });
      });
    }
  }
  return {
    byRank,
    alpha: chosen.map((c) => ALPHA_GRID[c]),
    otherChoices: byAlpha.map((byTarget) => byTarget.map((own) => ({ byAlpha: own, choices }))),
  };
}

/** All rows of the targets in units of the training rows' spread; a target that is constant there becomes 0. */
function scaled(
  values: Matrix,
  training: readonly number[],
): { y: Matrix<Float64Array>; mean: Float64Array; sd: Float64Array } {
  const { mean, sd } = columnMoments(values, training);
  const y = standardise(values, { mean, sd });
  for (let i = 0; i < y.data.length; i++) if (sd[i % y.cols] === 0) y.data[i] = 0;
  return { y, mean, sd };
}

/** Eigenvectors of BᵀXᵀXB + αBᵀB in target space, leading first. */
function targetDirections(
  weights: readonly Float64Array[],
  mean: Float64Array,
  z: Matrix,
  alpha: number,
): Float64Array[] {
  const m = weights.length;
  const fitted = Array.from({ length: z.rows }, (_, i) =>
    weights.map((w) => {
      let sum = 0;
      for (let j = 0; j < z.cols; j++) sum += (z.data[i * z.cols + j] - mean[j]) * w[j];
      return sum;
    }),
  );
  const data = new Float64Array(m * m);
  for (let s = 0; s < m; s++) {
    for (let t = 0; t <= s; t++) {
      let sum = 0;
      for (const row of fitted) sum += row[s] * row[t];
      for (let j = 0; j < z.cols; j++) sum += alpha * weights[s][j] * weights[t][j];
      data[s * m + t] = data[t * m + s] = sum;
    }
  }
  const { vectors } = symmetricEigen({ data, rows: m, cols: m });
  return Array.from({ length: m }, (_, r) => vectors.data.slice((m - 1 - r) * m, (m - r) * m));
}
