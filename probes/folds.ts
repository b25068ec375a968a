import { PlumblineError } from '../core/errors.ts';
import { Random } from '../core/random.ts';

/** Outer folds of every probe. */
export const FOLDS = 5;

/**
 * Deals scenes into `folds` folds, stratified by condition: within each stratum fold sizes differ by at most one, and
 * so do they overall. Depends on the scenes' ids and conditions and on the seed, not on the order of rows, so that all
 * axes, layers and protocols of a set share their folds.
 *
 * @param groups scene of each row; `strata` its condition.
 * @returns fold of each row, 0 … folds − 1.
 * @throws {PlumblineError} `mixed-condition` when a scene has rows of two conditions (methods §1: the condition belongs
 * to the scene).
 */
export function foldsByScene(
  groups: readonly string[],
  strata: readonly string[],
  { seed, folds = FOLDS }: { seed: number; folds?: number },
): Int32Array {
  const stratumOf = new Map<string, string>();
  groups.forEach((group, i) => {
    const known = stratumOf.get(group);
    if (known !== undefined && known !== strata[i]) {
      throw new PlumblineError('mixed-condition', `scene ${group} is both ${known} and ${strata[i]}`, {
        hint: 'The condition belongs to the scene; all its pairs inherit it.',
      });
    }
    stratumOf.set(group, strata[i]);
  });
  const foldOf = new Map<string, number>();
  for (const stratum of [...new Set(strata)].sort()) {
    const scenes = [...stratumOf.keys()].filter((group) => stratumOf.get(group) === stratum).sort();
    for (const scene of new Random(seed, 'folds', stratum).shuffle(scenes)) foldOf.set(scene, foldOf.size % folds);
  }
  return Int32Array.from(groups, (group) => foldOf.get(group)!);
}
