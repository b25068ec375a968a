import type { Random } from '../random.ts';

export const GROUP_JACKKNIFE = 'delete-a-group jackknife';
/** Groups of scenes that are left out in turn. */
export const DELETED_GROUPS = 20;

/**
 * Deals scenes into groups for the delete-a-group jackknife (Kott 2001, Journal of Official Statistics 17, 521–526):
 * statistics that must be fitted anew without each part cost 20 fits rather than one a scene. The interval is
 * `jackknifeInterval` of the values without each group, t of groups − 1 degrees of freedom. It is of the expected value
 * of the statistic at this number of scenes: for statistics that are not smooth there, its variance is too large on the
 * average, never too small (Efron & Stein 1981, https://doi.org/10.1214/aos/1176345462).
 *
 * @param strata scenes that are dealt apart, so that each group holds as many of either.
 * @returns group of each scene, 0 … 19; with fewer than 20 scenes in a stratum each has a group of its own.
 */
export function dealGroups(
  strata: readonly (readonly string[])[],
  random: Random,
  count = DELETED_GROUPS,
): Map<string, number> {
  return new Map(
    strata.flatMap((scenes) =>
      random.shuffle([...new Set(scenes)].sort()).map((scene, i) => [scene, i % count] as const),
    ),
  );
}
