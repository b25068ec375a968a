/**
 * The primary protocol for a shortcut (methods §5): train on a balanced mix of conditions, report accuracy per
 * condition.
 */
import { Random } from '../core/random.ts';

/**
 * Rows to train on: consistent and counter scenes, equally many of each in every fold (the larger condition is thinned
 * by whole scenes, seeded). Ambiguous scenes are never trained on, on any axis, only scored.
 *
 * What a representation of height alone gives on the distance axis: height is unrelated to the answer over the mix, so
 * `all` is at .5; whatever little weight the fit puts on height is right in one condition and wrong in the other, so
 * the two accuracies mirror each other around .5.
 */
export function balancedRows(
  { conditions, groups }: { readonly conditions: readonly string[]; readonly groups: readonly string[] },
  foldOf: ArrayLike<number>,
  seed: number,
): number[] {
  const kept = new Set<string>();
  for (const fold of [...new Set(Array.from(foldOf))].sort((a, b) => a - b)) {
    const scenes = (['consistent', 'counter'] as const).map((condition) =>
      [...new Set(groups.filter((_, i) => foldOf[i] === fold && conditions[i] === condition))].sort(),
    );
    const size = Math.min(...scenes.map((list) => list.length));
    for (const list of scenes) {
      const random = new Random(seed, 'balance', fold);
      for (const scene of list.length === size ? list : random.shuffle(list).slice(0, size)) kept.add(scene);
    }
  }
  return [...groups.keys()].filter((i) => kept.has(groups[i]));
}
