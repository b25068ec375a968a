/**
 * Is a right answer right for good, or by where the option stood? 3DSRBench's strict accuracies: all variants of a
 * question must be right, its options turned round in a circle, its picture mirrored, or both. What's Up's sets: a
 * question, with its opposite, with all questions of its scene and axis (methods §3).
 */
import type { Pair } from '../../core/artifacts/contrast-set.ts';
import type { CircularityLens } from '../../core/artifacts/results/lenses.ts';
import { clusteredProportion } from '../../core/statistics/clustered-proportion.ts';
import { groupBy, judge, type Judged, type LensInput } from './score.ts';
import { circularityLensSchema } from '../../core/artifacts/results/lenses.ts';
import { defineAnswersAnalysis } from '../../core/definitions/answers.ts';
import { hasVariant } from '../../core/definitions/sets.ts';

type Unit = readonly Judged[];
const circular = ({ item }: Judged): number => Number(item.variant?.circular ?? 0);
const flipped = ({ item }: Judged): boolean => item.variant?.flipped === true;
/** Other wording, a sentence before it, no picture or no names is another question, not a variant of this one. */
const rewordings = ({ variant }: Pick<Judged['item'], 'variant'>): string =>
  JSON.stringify([
    variant?.paraphrase ?? null,
    variant?.prior ?? null,
    variant?.blind ?? false,
    variant?.names ?? true,
  ]);
const AS_IS = rewordings({});

const STRICT = {
  vanilla: (judged: Judged) => circular(judged) === 0 && !flipped(judged),
  flip: (judged: Judged) => circular(judged) === 0,
  circular: (judged: Judged) => !flipped(judged),
  'flip+circular': () => true,
} as const satisfies Record<string, (judged: Judged) => boolean>;

export function circularityLens(input: LensInput): CircularityLens {
  const items = judge(input);
  const families = familiesOf(input.set.pairs, items);
  const own = [...items.values()].filter((judged) => STRICT.vanilla(judged) && rewordings(judged.item) === AS_IS);
  const opposites = input.set.pairs
    .filter(
      ({ kind, first, second }) =>
        kind !== 'perturbation' && [first, second].every(({ item }) => STRICT.vanilla(items.get(item)!)),
    )
    .map(({ first, second }) => [items.get(first.item)!, items.get(second.item)!]);
  const scenes = [...groupBy(own, ({ item }) => `${item.group}|${item.axis}`).values()].filter(
    (unit) => unit.length >= 4,
  );
  return {
    analysis: 'circularity',
    version: 1,
    strict: (Object.keys(STRICT) as (keyof typeof STRICT)[]).map((variants) => {
      const units = families.map((family) => family.filter(STRICT[variants]));
      // A question without such variants would count as if it had passed them.
      const full = units
        .filter((unit) => (variants !== 'flip' && variants !== 'flip+circular') || unit.some(flipped))
        .filter(
          (unit) =>
            (variants !== 'circular' && variants !== 'flip+circular') || unit.some((judged) => circular(judged) > 0),
        );
      return { variants, ...allRight(full) };
    }),
    sets: [
      { unit: 'individual', ...allRight(own.map((judged) => [judged])) },
      { unit: 'pair', ...allRight(opposites) },
      { unit: 'set', ...allRight(scenes) },
    ],
  };
}

/** Untouched questions with their variants: the pairs that lead from an untouched first side. */
function familiesOf(pairs: readonly Pair[], items: ReadonlyMap<string, Judged>): Unit[] {
  return [...groupBy(pairs, ({ first }) => first.item)]
    .map(([id, own]) => {
      const first = items.get(id)!;
      const others = own
        .map(({ second }) => items.get(second.item)!)
        .filter(
          (second) =>
            second !== first &&
            (circular(second) > 0 || flipped(second)) &&
            rewordings(second.item) === rewordings(first.item),
        );
      return [first, ...new Set(others)];
    })
    .filter(([first]) => STRICT.vanilla(first));
}

/** Share of units that are right throughout, and what independent guesses reach. */
function allRight(units: readonly Unit[]): Pick<CircularityLens['strict'][number], 'accuracy' | 'chance'> {
  return {
    accuracy: clusteredProportion(
      units.map((unit) => unit.every(({ right }) => right)),
      units.map(([{ item }]) => item.group),
    ).estimate,
    chance:
      units.length === 0
        ? null
        : units.reduce((sum, unit) => sum + unit.reduce((product, { item }) => product / item.options.length, 1), 0) /
          units.length,
  };
}

export const circularityAnalysis = defineAnswersAnalysis({
  name: 'circularity',
  version: 6,
  title: 'strict accuracies over options turned round, mirrored pictures, opposites',
  schema: circularityLensSchema,
  appliesTo: (set) => hasVariant(set, 'circular'),
  run: circularityLens,
});
