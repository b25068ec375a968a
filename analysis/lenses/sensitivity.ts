/**
 * Which moves the answer more, the words or the pixels? How far the log-odds of one answer go from side to side of a
 * pair, by what was changed and whether the answer should move.
 */
import type { Item, Pair } from '../../core/artifacts/contrast-set.ts';
import type { SensitivityLens } from '../../core/artifacts/results/lenses.ts';
import { clusteredProportion } from '../../core/statistics/clustered-proportion.ts';
import { indexGroups } from '../../core/statistics/groups.ts';
import { JACKKNIFE, jackknifeInterval } from '../../core/statistics/jackknife.ts';
import { positiveMean } from '../../core/statistics/positive-mean.ts';
import type { Estimate } from '../../core/artifacts/results.ts';
import { groupBy, judge, type Judged, type LensInput } from './score.ts';
import { sensitivityLensSchema } from '../../core/artifacts/results/lenses.ts';
import { defineAnswersAnalysis } from '../../core/definitions/answers.ts';

interface Shift {
  readonly group: string;
  readonly changed: 'words' | 'pixels' | 'both';
  readonly should: 'stay' | 'flip';
  readonly size: number;
  /** Whether the answer said means something else on the two sides. */
  readonly flipped: boolean;
}

export function sensitivityLens(input: LensInput): SensitivityLens {
  const items = judge(input);
  const shifts = input.set.pairs.flatMap((pair) =>
    shiftOf(pair, items.get(pair.first.item)!, items.get(pair.second.item)!),
  );
  return {
    analysis: 'sensitivity',
    version: 1,
    shifts: [...groupBy(shifts, ({ changed, should }) => `${changed}|${should}`).values()].map((rows) => {
      const groups = rows.map(({ group }) => group);
      return {
        changed: rows[0].changed,
        should: rows[0].should,
        shift: positiveMean(
          rows.map(({ size }) => size),
          groups,
        ),
        flipped: clusteredProportion(
          rows.map(({ flipped }) => flipped),
          groups,
        ).estimate,
      };
    }),
    wordShare: wordShareOf(shifts.filter(({ should }) => should === 'stay')),
  };
}

/** What an option says: the text behind its letter, where options are letters. */
const meaningOf = ({ options, choices }: Item, index: number): string => choices?.[index] ?? options[index];

/** Without a picture or without names the question has no answer that could stay or flip. */
const askable = ({ variant }: Item): boolean => variant?.blind !== true && variant?.names !== false;

function shiftOf({ group, kind, first, second }: Pair, a: Judged, b: Judged): Shift[] {
  if (!askable(first) || !askable(second)) return [];
  const words =
    first.question !== second.question ||
    JSON.stringify([first.options, first.choices]) !== JSON.stringify([second.options, second.choices]);
  const pixels = JSON.stringify(first.images) !== JSON.stringify(second.images);
  if (!words && !pixels) return [];
  // The first side's right answer on both sides: the option of the same meaning.
  const meaning = meaningOf(first, a.truth);
  const same = second.options.findIndex((_, index) => meaningOf(second, index) === meaning);
  if (same < 0) return [];
  const said = (judged: Judged): string | undefined =>
    judged.said === undefined ? undefined : meaningOf(judged.item, judged.item.options.indexOf(judged.said));
  return [
    {
      group,
      changed: words ? (pixels ? 'both' : 'words') : 'pixels',
      should: kind === 'perturbation' ? 'stay' : 'flip',
      size: Math.abs(logit(b, same) - a.logit),
      flipped: said(a) !== said(b),
    },
  ];
}

/**
 * Log-odds of an option against all others, from its probability bounded away from 0 and 1 by the spacing of doubles.
 */
function logit({ probabilities, truth, logit: ofTruth }: Judged, option: number): number {
  if (option === truth) return ofTruth;
  const p = Math.min(1 - Number.EPSILON, Math.max(Number.EPSILON, probabilities[option]));
  return Math.log(p / (1 - p));
}

function wordShareOf(shifts: readonly Shift[]): Estimate {
  const { ids, of } = indexGroups(shifts.map(({ group }) => group));
  // Sum and number of the shifts of each scene, words and pixels.
  const sums = ids.map(() => [0, 0, 0, 0]);
  shifts.forEach(({ changed, size }, i) => {
    if (changed === 'both') return;
    const column = changed === 'words' ? 0 : 2;
    sums[of[i]][column] += size;
    sums[of[i]][column + 1]++;
  });
  const total = [0, 1, 2, 3].map((column) => sums.reduce((sum, row) => sum + row[column], 0));
  const share = ([w, nw, p, np]: readonly number[]): number | null => {
    const value = w / nw / (w / nw + p / np);
    return Number.isFinite(value) ? value : null;
  };
  const [n, groups] = [total[1] + total[3], ids.length];
  const value = share(total);
  if (value === null)
    return {
      value,
      interval: null,
      intervalKind: null,
      n,
      groups,
      note: 'needs perturbations of the words alone and of the pixels alone, one of which moves the answer',
    };
  const { interval, note } = jackknifeInterval(
    value,
    sums.map((row) => share(total.map((sum, column) => sum - row[column]))),
    [0, 1],
  );
  return { value, interval, intervalKind: interval === null ? null : JACKKNIFE, n, groups, note };
}

export const sensitivityAnalysis = defineAnswersAnalysis({
  name: 'sensitivity',
  version: 6,
  title: 'which moves the answer more, words or pixels?',
  schema: sensitivityLensSchema,
  appliesTo: ({ pairs }) => new Set(pairs.map(({ kind }) => kind)).size > 1,
  run: sensitivityLens,
});
