/** What the gallery can be filtered by: the values that its pairs have, grouped. */
import { conditionFor, type Pair } from '../../core/artifacts/contrast-set.ts';

/** A pair's values by group, e.g. `axis` → `['distance']`. */
export type Tags = Readonly<Record<string, readonly string[]>>;

export interface FilterGroup {
  readonly name: string;
  /** In the order of the buttons, with the number of pairs that have each. */
  readonly values: readonly { readonly value: string; readonly count: number }[];
}

/** A key of `variant` with more values than this would be a wall of buttons. */
const MOST_VALUES = 12;

function difficultyOf({ first, second }: Pair): string[] {
  const difficulty = second.difficulty ?? first.difficulty;
  return difficulty === undefined ? [] : [difficulty < 1 / 3 ? 'easy' : difficulty < 2 / 3 ? 'medium' : 'hard'];
}

/** `key: value` of both sides; measures such as an angle are no kinds. */
function variantsOf({ first, second }: Pair): string[] {
  return [
    ...new Set(
      [first, second].flatMap(({ variant }) =>
        Object.entries(variant ?? {})
          .filter(([, value]) => typeof value !== 'number' || Number.isInteger(value))
          .map(([key, value]) => `${key}: ${value}`),
      ),
    ),
  ];
}

/** @param judged what a checkpoint's answers to the pair are worth, if there are any */
export function tagsOf(pair: Pair, judged: string | undefined): Tags {
  return {
    axis: [pair.axis],
    condition: [conditionFor(pair)],
    kind: [pair.kind],
    difficulty: difficultyOf(pair),
    ...(judged !== undefined && { answers: [judged] }),
    variant: variantsOf(pair),
  };
}

/** Groups with a choice: two values, or one that not all pairs have; and no key of `variant` with too many. */
export function filterGroups(tags: readonly Tags[]): FilterGroup[] {
  const counts = new Map<string, Map<string, number>>();
  for (const tag of tags) {
    for (const [group, values] of Object.entries(tag)) {
      for (const value of values) {
        const name = group === 'variant' ? value.slice(0, value.indexOf(':')) : group;
        const of = counts.get(name) ?? new Map<string, number>();
        counts.set(name, of.set(value, (of.get(value) ?? 0) + 1));
      }
    }
  }
  return [...counts].flatMap(([name, values]) =>
    values.size > MOST_VALUES || [...values.values()].every((count) => values.size < 2 && count === tags.length)
      ? []
      : [{ name, values: [...values].map(([value, count]) => ({ value, count })) }],
  );
}
