/**
 * The primary protocol for a shortcut (methods §5): train on a balanced mix of conditions, report accuracy per
 * condition.
 */
import { Random } from '../core/random.ts';

/**
 * Rows to train on: consistent and counter ones, of equally many scenes in every fold (the larger condition is thinned
 * by whole scenes, seeded). Ambiguous ones are never trained on, on any axis, only scored. A scene that has pairs of
 * both conditions counts in both; rows without a condition go with their scene.
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
  const kept = { consistent: new Set<string>(), counter: new Set<string>() };
  for (const fold of [...new Set(Array.from(foldOf))].sort((a, b) => a - b)) {
    const scenes = (['consistent', 'counter'] as const).map((condition) => ({
      condition,
      list: [...new Set(groups.filter((_, i) => foldOf[i] === fold && conditions[i] === condition))].sort(),
    }));
    const size = Math.min(...scenes.map(({ list }) => list.length));
    for (const { condition, list } of scenes) {
      const random = new Random(seed, 'balance', fold);
      for (const scene of list.length === size ? list : random.shuffle(list).slice(0, size)) kept[condition].add(scene);
    }
  }
  return [...groups.keys()].filter((i) => {
    const [condition, scene] = [conditions[i], groups[i]];
    if (condition === 'consistent' || condition === 'counter') return kept[condition].has(scene);
    return condition === 'none' && (kept.consistent.has(scene) || kept.counter.has(scene));
  });
}
