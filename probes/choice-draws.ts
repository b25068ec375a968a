/**
 * How else alpha might have been chosen. Alpha is the argmin of an inner error, which jumps: where there is little to
 * find, some data sets choose a fit that misleads and others the mean, and that is most of what sets one data set's R²
 * apart from the next. The draws resample whole scenes in the inner errors and choose again; nothing is refitted.
 */
import { row, type Matrix } from '../core/matrix.ts';
import { Random } from '../core/random.ts';
import { indexGroups } from '../core/statistics/groups.ts';

export const CHOICE_DRAWS = 50;

export interface OtherChoices {
  /** Held-out predictions at every alpha: rows × alphas. */
  readonly byAlpha: Matrix<Float64Array>;
  /** Index of alpha by fold, one a draw. */
  readonly choices: readonly Uint8Array[];
}

/** The alpha of least error, ties to the largest. */
export function leastError(byAlpha: ArrayLike<number>): number {
  let best = 0;
  for (let a = 1; a < byAlpha.length; a++) if (byAlpha[a] <= byAlpha[best]) best = a;
  return best;
}

/**
 * @param errors inner squared errors by fold, then alpha, then scene.
 * @returns draws × folds: index of the alpha chosen.
 */
export function choiceDraws(errors: readonly (readonly Float64Array[])[]): Uint8Array[] {
  return sceneDraws(errors[0][0].length).map((times) =>
    Uint8Array.from(errors, (byAlpha) =>
      leastError(
        byAlpha.map((byScene) => {
          let sum = 0;
          for (let s = 0; s < times.length; s++) sum += times[s] * byScene[s];
          return sum;
        }),
      ),
    ),
  );
}

/** Predictions of the rows `chosen` under each draw. */
export function drawnPredictions(
  { byAlpha, choices }: OtherChoices,
  foldOf: ArrayLike<number>,
  chosen: readonly number[],
): Float64Array[] {
  return choices.map((alphas) => Float64Array.from(chosen, (i) => row(byAlpha, i)[alphas[foldOf[i]]]));
}

/** How often each row counts in each draw of whole scenes. */
export function sceneWeights(groups: readonly string[]): Float64Array[] {
  const { of, ids } = indexGroups(groups);
  return sceneDraws(ids.length).map((times) => Float64Array.from(of, (s) => times[s]));
}

/** How often each scene is drawn. */
function sceneDraws(scenes: number): Uint8Array[] {
  const random = new Random(0, 'choice of the penalty');
  return Array.from({ length: CHOICE_DRAWS }, () => {
    const times = new Uint8Array(scenes);
    for (let s = 0; s < scenes; s++) times[random.integer(scenes)]++;
    return times;
  });
}
