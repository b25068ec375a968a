/** One rule on one value: decided by the bound of the interval, never by the point. */
import { trimmed } from '../../core/numbers.ts';
import { newcombeDifference } from '../../core/statistics/newcombe.ts';
import type { GateRule } from './config.ts';
import type { MeasureValue } from './measure.ts';

export const OUTCOMES = ['pass', 'fail', 'inconclusive', 'error'] as const;
export type Outcome = (typeof OUTCOMES)[number];

export interface Decision {
  readonly outcome: Outcome;
  /** What decided, with its numbers. */
  readonly reason: string;
}

/** A number with its interval. */
export interface Bounded {
  readonly value: number;
  readonly interval: readonly [number, number];
}

/** The measure in the baseline run, and the difference to it where the two could be paired. */
export interface Baseline {
  readonly value: MeasureValue;
  /** Run minus baseline, from the same items or scenes; null where the two intervals have to do. */
  readonly paired: Bounded | null;
  /** How the two are compared, and if they aren't paired why not. */
  readonly by: string;
}

/**
 * Decides a rule.
 * @param baseline for rules relative to it
 */
export function decide(rule: GateRule, value: MeasureValue, baseline?: Baseline): Decision {
  if ('oneOf' in rule || 'noneOf' in rule) return decideWord(rule, value);
  const own = boundsOf(value);
  if (typeof own === 'string') return { outcome: typeof value === 'string' ? 'error' : 'inconclusive', reason: own };
  if ('max' in rule) return decideRange(own, [-Infinity, rule.max]);
  if ('min' in rule) return decideRange(own, [rule.min, Infinity]);
  if ('within' in rule) return decideRange(own, rule.within);
  if (baseline === undefined) return { outcome: 'error', reason: 'baseline: there is no baseline' };
  const other = boundsOf(baseline.value);
  if (typeof other === 'string')
    return { outcome: typeof baseline.value === 'string' ? 'error' : 'inconclusive', reason: `baseline: ${other}` };
  const { paired, by } = baseline;
  const difference = paired ?? newcombeDifference(copy(own), copy(other));
  const decision = decideRange(rule.better === 'higher' ? negative(difference) : difference, [
    -Infinity,
    rule.notWorseThanBaselineBy,
  ]);
  return { ...decision, reason: `worse than the baseline (${shown(other)}) by ${decision.reason}; ${by}` };
}

const negative = ({ value, interval: [low, high] }: Bounded): Bounded => ({
  value: 0 - value,
  interval: [0 - high, 0 - low],
});
const copy = ({ value, interval: [low, high] }: Bounded): { value: number; interval: [number, number] } => ({
  value,
  interval: [low, high],
});

/** The verdict `inconclusive` speaks neither for nor against a checkpoint, unless a rule names it. */
function decideWord(
  rule: Extract<GateRule, { oneOf: string[] } | { noneOf: string[] }>,
  value: MeasureValue,
): Decision {
  if (typeof value === 'object') return { outcome: 'error', reason: 'this measure is a number, the rule names words' };
  const word = String(value);
  const [listed, allows] = 'oneOf' in rule ? [rule.oneOf, true] : [rule.noneOf, false];
  const names = listed.includes(word);
  if (word === 'inconclusive' && !names) return { outcome: 'inconclusive', reason: word };
  return {
    outcome: names === allows ? 'pass' : 'fail',
    reason: `${word}, ${allows ? 'allowed' : 'not allowed'}: ${listed.join(', ')}`,
  };
}

function decideRange(own: Bounded, [least, most]: readonly [number, number]): Decision {
  const {
    interval: [low, high],
  } = own;
  const threshold = [
    ...(Number.isFinite(least) ? [`≥ ${format(least)}`] : []),
    ...(Number.isFinite(most) ? [`≤ ${format(most)}`] : []),
  ].join(' and ');
  if (low >= least && high <= most) return { outcome: 'pass', reason: `${shown(own)}, all of it ${threshold}` };
  if (high < least || low > most) return { outcome: 'fail', reason: `${shown(own)}, none of it ${threshold}` };
  return { outcome: 'inconclusive', reason: `${shown(own)} lies on both sides of ${threshold}` };
}

/** Value and interval; a plain number is its own interval. A text says why there is none. */
function boundsOf(value: MeasureValue): Bounded | string {
  if (typeof value === 'string') return `this measure is the word \`${value}\`, the rule a number`;
  if (typeof value === 'number') return { value, interval: [value, value] };
  if (value.value === null) return `undefined${value.note === undefined ? '' : `: ${value.note}`}`;
  if (value.interval === null)
    return `${format(value.value)} without an interval${value.note === undefined ? '' : `: ${value.note}`}`;
  return { value: value.value, interval: value.interval };
}

/** Four digits after the point tell a bound from a threshold that it nearly touches. */
const format = (value: number): string => trimmed(value, 4);
const shown = ({ value, interval: [low, high] }: Bounded): string =>
  low === high && low === value ? format(value) : `${format(value)} [${format(low)}, ${format(high)}]`;
