/** A comparison in sentences: the ranking, what changed, and what got worse over a series. */
import type { RunComparison } from '../../core/artifacts/results/run-comparison.ts';
import { withInterval } from '../../core/numbers.ts';
import { listed } from '../words.ts';

type Difference = RunComparison['differences'][number];

/** Who comes first, or why nobody does; without a full stop. */
export function rankingSentence({ ranking, checkpoints }: Pick<RunComparison, 'ranking' | 'checkpoints'>): string {
  if (ranking === null) return `no measure is there for all ${checkpoints.length} checkpoints, so they have no ranking`;
  const first = ranking.order.filter(({ rank }) => rank === 1);
  const values = listed(first.map(({ checkpoint, value }) => `${checkpoint} (${withInterval(value)})`));
  const next = ranking.order[first.length];
  if (first.length === ranking.order.length) return `by ${ranking.measure} the data don\u2019t tell ${values} apart`;
  const behind =
    next.difference === null
      ? ''
      : `; ${next.checkpoint} follows, ${withInterval(next.difference)} from the one before`;
  return first.length === 1
    ? `first by ${ranking.measure} is ${values}${behind}`
    : `the first rank by ${ranking.measure} is shared by ${values}${behind}`;
}

/** What got worse over a series, or between each pair compared; without full stops. */
export function worseSentences({
  worse,
  training,
  checkpoints,
  differences,
}: Pick<RunComparison, 'worse' | 'training' | 'checkpoints' | 'differences'>): string[] {
  const said = (from: string, lost: RunComparison['worse']): string =>
    lost.length === 0
      ? `nothing got worse ${from} as far as the data tell`
      : `worse ${from}: ${lost.map(({ measure, difference }) => `${measure} ${withInterval(difference)}`).join('; ')}`;
  const [first, last] = [checkpoints[0], checkpoints[checkpoints.length - 1]];
  if (training !== null)
    return [said(`from ${first.name} (step ${first.step}) to ${last.name} (step ${last.step})`, worse)];
  return pairsOf(differences).map(({ a, b }) =>
    said(
      `from ${a} to ${b}`,
      worse.filter(({ from, to }) => from === a && to === b),
    ),
  );
}

/** The pairs compared, each once, in order. */
export function pairsOf(differences: readonly Difference[]): { readonly a: string; readonly b: string }[] {
  return [...new Map(differences.map(({ a, b }) => [JSON.stringify([a, b]), { a, b }])).values()];
}
