/**
 * Scores of items with any number of options, which every lens starts from (methods §3): softmax over the options,
 * right when the right one is strictly highest.
 */
import type { Answer } from '../../core/artifacts/answers.ts';
import { itemsOf, type ContrastSet, type PairedItem } from '../../core/artifacts/contrast-set.ts';
import type { Estimate } from '../../core/artifacts/results.ts';
import { PlumblineError } from '../../core/errors.ts';
import { clusteredProportion } from '../../core/statistics/clustered-proportion.ts';

export interface LensInput {
  readonly set: Pick<ContrastSet, 'pairs'>;
  readonly answers: readonly Answer[];
}

/** An item with what the checkpoint says to it. */
export interface Judged {
  readonly item: PairedItem;
  /** In the order of the options. */
  readonly probabilities: readonly number[];
  /** Index of the right option. */
  readonly truth: number;
  /** The option said: the highest, undefined where several share the top. */
  readonly said: string | undefined;
  readonly right: boolean;
  /** Log-odds of the right option against all others. */
  readonly logit: number;
}

/**
 * What the checkpoint says to every item of the set, by item id; throws `answers-missing`, `answer-incomplete`,
 * `answer-not-an-option`.
 */
export function judge({ set, answers }: LensInput): Map<string, Judged> {
  const scoresOf = new Map(answers.map(({ item, scores }) => [item, scores]));
  return new Map(itemsOf(set).map((item) => [item.item, judged(item, scoresOf.get(item.item), answers.length)]));
}

function judged(item: PairedItem, scores: Readonly<Record<string, number>> | undefined, given: number): Judged {
  const where = `item ${item.item}`;
  if (scores === undefined) {
    throw new PlumblineError('answers-missing', `no answer for item ${item.item} (${given} answers given)`, {
      where,
      hint: 'the answers come from another set or from an interrupted run; extract again from this set',
    });
  }
  const values = item.options.map((option) => scores[option]);
  if (!values.every(Number.isFinite)) {
    throw new PlumblineError(
      'answer-incomplete',
      `scores for ${item.options.join(', ')} expected, found ${JSON.stringify(scores)}`,
      { where, hint: 'every option of the item needs a finite score' },
    );
  }
  const truth = item.options.indexOf(item.answer);
  if (truth < 0)
    throw new PlumblineError(
      'answer-not-an-option',
      `the right answer is "${item.answer}", the options are ${item.options.join(', ')}`,
      { where, hint: 'write the right answer exactly as one of the options' },
    );
  const top = Math.max(...values);
  const total = logSumExp(values);
  const others = logSumExp(values.filter((_, option) => option !== truth));
  const highest = values.filter((value) => value === top).length;
  return {
    item,
    probabilities: values.map((value) => Math.exp(value - total)),
    truth,
    said: highest === 1 ? item.options[values.indexOf(top)] : undefined,
    right: highest === 1 && values[truth] === top,
    logit: values[truth] - others,
  };
}

function logSumExp(values: readonly number[]): number {
  const top = Math.max(...values);
  return top + Math.log(values.reduce((sum, value) => sum + Math.exp(value - top), 0));
}

/** Share of items for which `holds`, over scenes. */
export function proportion(
  items: readonly Judged[],
  holds: (judged: Judged) => boolean = ({ right }) => right,
): Estimate {
  return clusteredProportion(
    items.map(holds),
    items.map(({ item }) => item.group),
  ).estimate;
}

/** Accuracy of guessing: the mean of 1 / options; null without items. */
export function chanceOf(items: readonly Judged[]): number | null {
  return items.length === 0 ? null : items.reduce((sum, { item }) => sum + 1 / item.options.length, 0) / items.length;
}

/** Items by a key, in order of first appearance. */
export function groupBy<T, K>(values: Iterable<T>, keyOf: (value: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const value of values) {
    const key = keyOf(value);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [value]);
    else group.push(value);
  }
  return groups;
}
