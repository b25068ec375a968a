import { Random } from '../core/random.ts';
import { sceneStrata } from '../core/statistics/strata.ts';

/** Outer folds of every probe. */
export const FOLDS = 5;

/**
 * Deals scenes into `folds` folds, stratified by condition: within each stratum fold sizes differ by at most one, and
 * so do they overall. A scene whose pairs have several conditions is of a stratum of its own (`consistent+counter`).
 * Depends on the scenes' ids and conditions and on the seed, not on the order of rows, so that all axes, layers and
 * protocols of a set share their folds.
 *
 * @param groups scene of each row; `conditions` the row's condition, or `none`.
 * @returns fold of each row, 0 … folds − 1.
 */
export function foldsByScene(
  groups: readonly string[],
  conditions: readonly string[],
  { seed, folds = FOLDS }: { seed: number; folds?: number },
): Int32Array {
  const foldOf = new Map<string, number>();
  for (const [stratum, scenes] of sceneStrata(groups, conditions))
    for (const scene of new Random(seed, 'folds', stratum).shuffle(scenes)) foldOf.set(scene, foldOf.size % folds);
  return Int32Array.from(groups, (group) => foldOf.get(group)!);
}
