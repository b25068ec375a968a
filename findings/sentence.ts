/** The verdict in one sentence, the first thing in a report and the last line of the command. */
import type { Condition } from '../core/artifacts/contrast-set.ts';
import { ofCue, type BehaviourResult, type GeometryResult, type ProbesResult } from '../core/artifacts/results.ts';
import type { Finding } from '../core/artifacts/results/finding.ts';
import { decimal, interval, percent, withInterval } from '../core/numbers.ts';

export interface SentenceInputs {
  readonly finding: Pick<Finding, 'verdict' | 'direction'>;
  readonly behaviour?: BehaviourResult | undefined;
  /** The readings that the finding cites. */
  readonly geometry?: GeometryResult | undefined;
  readonly probes?: ProbesResult | undefined;
}

function opening({ verdict, direction }: SentenceInputs['finding']): string {
  const where = direction === 'reversed' ? 'down' : 'up';
  switch (verdict) {
    case 'shortcut':
      return `far is read off ${where}`;
    case 'biased':
      return `far leans on ${where}`;
    case 'clear':
      return 'far is not read off up';
    case 'inconclusive':
      return 'it is open whether far is read off up';
  }
}

function behaviourClause({ behaviour }: SentenceInputs): string | undefined {
  const accuracy = (condition: Condition): number | null | undefined =>
    ofCue(behaviour?.cells ?? []).find((cell) => cell.axis === 'distance' && cell.condition === condition)?.accuracy.value;
  const [consistent, counter] = [accuracy('consistent'), accuracy('counter')];
  if (typeof consistent !== 'number' || typeof counter !== 'number') return undefined;
  const gap = ofCue(behaviour?.gaps ?? []).find(({ axis }) => axis === 'distance')?.gap;
  const right = `${percent(consistent)} right on consistent, ${percent(counter)} on counter scenes`;
  return typeof gap?.value === 'number' ? `${right}, gap ${withInterval(gap)}` : right;
}

/** Without answers the finding is on the representation (methods §3b). */
function probeClause({ probes, geometry }: SentenceInputs): string | undefined {
  const rows = (probes?.layers ?? []).filter(({ axis, training }) => axis === 'distance' && training === 'balanced');
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
  return `a distance probe trained on both conditions is right on ${consistent} of consistent and ${counter} of counter scenes at ${place}`;
}

function heightClause({ geometry }: SentenceInputs): string | undefined {
  const choice = geometry?.choice;
  const share = choice?.reported?.cueShare;
  if (!choice?.layer || typeof share?.value !== 'number') return undefined;
  return `height share ${decimal(share.value)}${share.interval ? ` ${interval(share.interval)}` : ''} at ${choice.layer}`;
}

/**
 * One sentence without a full stop: what is read off what, accuracy by condition, the gap and the height share with
 * their 95 % intervals. Why a finding is inconclusive stands in its `reason`.
 */
export function verdictSentence(inputs: SentenceInputs): string {
  const clauses = [behaviourClause(inputs) ?? probeClause(inputs), heightClause(inputs)].filter(
    (clause) => clause !== undefined,
  );
  return clauses.length === 0 ? opening(inputs.finding) : `${opening(inputs.finding)}: ${clauses.join('; ')}`;
}
