/**
 * How much blur, haze, noise, … can the answers bear? Accuracy by kind and severity, each beside the clean pictures of
 * the same questions (SpaceDG, methods §3).
 */
import type { DegradationLens } from '../../core/artifacts/results/lenses.ts';
import { PlumblineError } from '../../core/errors.ts';
import { pairedDifference } from '../../core/statistics/paired-difference.ts';
import { chanceOf, groupBy, judge, proportion, type Judged, type LensInput } from './score.ts';
import { degradationLensSchema } from '../../core/artifacts/results/lenses.ts';
import { defineAnswersAnalysis } from '../../core/definitions/answers.ts';
import { hasVariant } from '../../core/definitions/sets.ts';

/** @throws {PlumblineError} `not-a-degradation-set` where no pair has a clean and a degraded side */
export function degradationLens(input: LensInput): DegradationLens {
  const items = judge(input);
  const isClean = ({ item }: Judged): boolean => item.variant?.degradation === undefined;
  const sides = input.set.pairs
    .map(({ first, second }) => [items.get(first.item)!, items.get(second.item)!] as const)
    .filter(([clean, degraded]) => isClean(clean) && !isClean(degraded));
  if (sides.length === 0)
    throw new PlumblineError('not-a-degradation-set', 'no pair has a clean and a degraded side', {
      hint: 'this lens reads sets of the degradation generator',
    });
  const cleans = [...new Set(sides.map(([clean]) => clean))];
  return {
    analysis: 'degradation',
    version: 1,
    clean: proportion(cleans),
    chance: chanceOf(cleans),
    cells: [...groupBy(sides, ([, { item }]) => `${item.variant?.degradation}|${item.variant?.severity}`).values()]
      .map((rows) => {
        const { degradation, severity } = rows[0][1].item.variant!;
        const { estimate: change } = pairedDifference(
          rows.map(([, degraded]) => Number(degraded.right)),
          rows.map(([clean]) => Number(clean.right)),
          rows.map(([clean]) => clean.item.group),
        );
        return {
          degradation: String(degradation),
          severity: Number(severity),
          accuracy: proportion(rows.map(([, degraded]) => degraded)),
          change,
        };
      })
      .sort((a, b) =>
        a.degradation < b.degradation ? -1 : a.degradation > b.degradation ? 1 : a.severity - b.severity,
      ),
  };
}

export const degradationAnalysis = defineAnswersAnalysis({
  name: 'degradation',
  version: 6,
  title: 'accuracy by kind and severity of degradation',
  schema: degradationLensSchema,
  appliesTo: (set) => hasVariant(set, 'degradation'),
  run: degradationLens,
});
