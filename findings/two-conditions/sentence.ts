/** The verdict in one sentence, the first thing in a report and the last line of the command. */
import type { Axis } from '../../core/artifacts/contrast-set.ts';
import { CUES, type Condition, type Cue } from '../../core/artifacts/cues.ts';
import { ofCue, type BehaviourResult, type GeometryResult, type ProbesResult } from '../../core/artifacts/results.ts';
import type { Finding } from '../../core/artifacts/results/finding.ts';
import { decimal, interval, percent, withInterval } from '../../core/numbers.ts';

/** What the verdict says in words: what is answered, and what it is read off, the usual way and reversed. */
export interface Reading {
  /** The answer at the axis's canonical pole: `far`. */
  readonly answer: string;
  readonly readOff: readonly [usual: string, reversed: string];
}

export interface SentenceInputs {
  readonly finding: Pick<Finding, 'verdict' | 'direction'>;
  readonly axis: Axis;
  readonly cue: Cue;
  readonly words: Reading;
  readonly behaviour?: BehaviourResult | undefined;
  /** The readings that the finding cites. */
  readonly geometry?: GeometryResult | undefined;
  readonly probes?: ProbesResult | undefined;
}

function opening({ finding: { verdict, direction }, words: { answer, readOff } }: SentenceInputs): string {
  const [usual, reversed] = readOff;
  const read = direction === 'reversed' ? reversed : usual;
  switch (verdict) {
    case 'shortcut':
      return `${answer} is read off ${read}`;
    case 'biased':
      return `${answer} leans on ${read}`;
    case 'clear':
      return `${answer} is not read off ${usual}`;
    case 'inconclusive':
      return `it is open whether ${answer} is read off ${usual}`;
  }
}

function behaviourClause({ behaviour, axis, cue }: SentenceInputs): string | undefined {
  const accuracy = (condition: Condition): number | null | undefined =>
    ofCue(behaviour?.cells ?? [], cue).find((cell) => cell.axis === axis && cell.condition === condition)?.accuracy
      .value;
  const [consistent, counter] = [accuracy('consistent'), accuracy('counter')];
  if (typeof consistent !== 'number' || typeof counter !== 'number') return undefined;
  const gap = ofCue(behaviour?.gaps ?? [], cue).find((entry) => entry.axis === axis)?.gap;
  const right = `${percent(consistent)} right on consistent, ${percent(counter)} on counter scenes`;
  return typeof gap?.value === 'number' ? `${right}, gap ${withInterval(gap)}` : right;
}

/** Without answers the finding is on the representation (methods §3b). */
function probeClause({ probes, geometry, axis }: SentenceInputs): string | undefined {
  const rows = (probes?.layers ?? []).filter((row) => row.axis === axis && row.training === 'balanced');
  const at = (row: (typeof rows)[number], condition: Condition | 'all'): number =>
    row.accuracy.find((cell) => cell.condition === condition)?.estimate.value ?? Number.NaN;
  const known = rows.filter((row) => Number.isFinite(at(row, 'all')));
  const picked = known.find(({ layer }) => layer === geometry?.choice.layer);
  // As in the finding's evidence: the deepest layer is fixed beforehand, the best one would be picked on the scenes it
  // is reported on.
  const shown = picked ?? known.at(-1);
  if (shown === undefined) return undefined;
  const place = picked ? shown.layer : `${shown.layer}, the deepest layer probed`;
  const [consistent, counter] = (['consistent', 'counter'] as const).map((condition) => percent(at(shown, condition)));
  return `a ${axis} probe trained on both conditions is right on ${consistent} of consistent and ${counter} of counter scenes at ${place}`;
}

function shareClause({ geometry, cue }: SentenceInputs): string | undefined {
  const choice = geometry?.choice;
  const share = choice?.reported?.cueShare;
  if (!choice?.layer || typeof share?.value !== 'number') return undefined;
  return `${CUES[cue].shareName} ${decimal(share.value)}${share.interval ? ` ${interval(share.interval)}` : ''} at ${choice.layer}`;
}

/**
 * One sentence without a full stop: what is read off what, accuracy by condition, the gap and the cue's share with
 * their 95 % intervals. Why a finding is inconclusive stands in its `reason`.
 */
export function verdictSentence(inputs: SentenceInputs): string {
  const clauses = [behaviourClause(inputs) ?? probeClause(inputs), shareClause(inputs)].filter(
    (clause) => clause !== undefined,
  );
  return clauses.length === 0 ? opening(inputs) : `${opening(inputs)}: ${clauses.join('; ')}`;
}
