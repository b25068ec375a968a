/**
 * Scenes by what their rows are labelled: the label that all of a scene's rows have, or the labels joined by `+` where
 * a scene has rows of several. `none` counts only for scenes without another label.
 *
 * @param groups scene of each row.
 * @param order strata that come first, there or not; others follow in alphabetical order.
 */
export function sceneStrata(
  groups: readonly string[],
  labels: readonly string[],
  order: readonly string[] = [],
): Map<string, string[]> {
  const labelsOf = new Map<string, Set<string>>();
  groups.forEach((group, i) => {
    const own = labelsOf.get(group) ?? new Set();
    labelsOf.set(group, own.add(labels[i]));
  });
  const strata = new Map<string, string[]>();
  for (const [group, own] of labelsOf) {
    if (own.size > 1) own.delete('none');
    const name = [...own].sort().join('+');
    const scenes = strata.get(name);
    if (scenes) scenes.push(group);
    else strata.set(name, [group]);
  }
  const rest = [...strata.keys()].filter((name) => !order.includes(name)).sort();
  return new Map([...order, ...rest].map((name) => [name, (strata.get(name) ?? []).sort()]));
}
