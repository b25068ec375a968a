/**
 * Does the number of different objects move when the clip is shown again and again? (VSC-Repeat, methods §3.) A model
 * that tracks objects says the same; one that counts appearances says more.
 */
import { z } from 'zod';
import type { Estimate } from '../../core/artifacts/results.ts';
import type { RepeatsLens } from '../../core/artifacts/results/lenses.ts';
import { PlumblineError } from '../../core/errors.ts';
import { Random } from '../../core/random.ts';
import { clusteredProportion } from '../../core/statistics/clustered-proportion.ts';
import { groupMean } from '../../core/statistics/group-mean.ts';
import { chanceOf, groupBy, judge, type Judged, type LensInput } from './score.ts';
import { repeatsLensSchema } from '../../core/artifacts/results/lenses.ts';
import { defineAnswersAnalysis } from '../../core/definitions/answers.ts';

interface Counted {
  readonly item: Judged['item'];
  readonly value: number;
}
const factsSchema = z.object({ visible: z.array(z.array(z.number())) });

/** Readings of the labels that each frame shows. */
const BASELINES: Readonly<Record<string, (visible: readonly (readonly number[])[]) => number>> = {
  'bag of frames': (visible) => Math.max(...visible.map((labels) => labels.length)),
  'every appearance': (visible) =>
    visible.reduce(
      (sum, labels, i) => sum + labels.filter((label) => i === 0 || !visible[i - 1].includes(label)).length,
      0,
    ),
};

/** @throws {PlumblineError} `not-a-repeats-set` where no count question is asked with repeats */
export function repeatsLens({ seed = 0, ...input }: LensInput & { readonly seed?: number }): RepeatsLens {
  const items = [...judge(input).values()].filter(
    ({ item }) =>
      item.program?.op === 'count' &&
      (item.variant?.manipulation === 'ordered' || item.variant?.manipulation === 'repeated'),
  );
  if (!items.some(({ item }) => item.variant?.manipulation === 'repeated'))
    throw new PlumblineError('not-a-repeats-set', 'no count question is asked of a repeated clip', {
      hint: 'this lens reads sets of the frames generator with `count` among the repeated questions',
    });
  const said = items.map((judged): Counted => ({
    item: judged.item,
    value: judged.said === undefined ? Number.NaN : Number(judged.said),
  }));
  return {
    analysis: 'repeats',
    version: 1,
    repeats: tabulate(said, seed),
    baselines: Object.entries(BASELINES).flatMap(([name, read]) => {
      const counted = items.map(({ item }): Counted => {
        const facts = factsSchema.safeParse(item.facts);
        if (!facts.success)
          throw new PlumblineError('invalid-facts', 'the facts do not say what each frame shows', {
            where: `item ${item.item}`,
            hint: 'count questions over clips carry `facts.visible`',
          });
        return { item, value: read(facts.data.visible) };
      });
      return tabulate(counted, seed).map((row) => ({ name, ...row }));
    }),
    chance: chanceOf(items),
  };
}

/** A tie has no count: it is wrong, it counts as moved, and it is left out of the drift. */
function tabulate(
  counted: readonly Counted[],
  seed: number,
): { repeats: number; accuracy: Estimate; moved: Estimate; drift: Estimate }[] {
  const once = new Map(
    counted.filter(({ item }) => item.variant?.repeats === 0).map(({ item, value }) => [item.group, value]),
  );
  return [...groupBy(counted, ({ item }) => Number(item.variant?.repeats))]
    .sort(([a], [b]) => a - b)
    .map(([repeats, rows]) => {
      const groups = rows.map(({ item }) => item.group);
      const changes = rows.map(({ item, value }) => value - (once.get(item.group) ?? Number.NaN));
      const known = rows.map((_, i) => i).filter((i) => Number.isFinite(changes[i]));
      const most = Math.max(1, ...known.map((i) => Math.abs(changes[i])));
      return {
        repeats,
        accuracy: clusteredProportion(
          rows.map(({ item, value }) => String(value) === item.answer),
          groups,
        ).estimate,
        moved: clusteredProportion(
          changes.map((change) => change !== 0),
          groups,
        ).estimate,
        drift: groupMean(
          known.map((i) => changes[i]),
          known.map((i) => groups[i]),
          new Random(seed, 'repeats-drift', repeats),
          [-most, most],
        ),
      };
    });
}

export const repeatsAnalysis = defineAnswersAnalysis({
  name: 'repeats',
  version: 6,
  title: 'does the count move when the clip is repeated?',
  schema: repeatsLensSchema,
  appliesTo: ({ pairs }) =>
    pairs.some(({ second }) => second.variant?.manipulation === 'repeated' && second.program?.op === 'count'),
  run: repeatsLens,
});
