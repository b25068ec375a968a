/** The secondary protocol (methods §5): train where depth and height agree, then ask which of the two was learned. */
import type { Estimate } from '../core/artifacts/results.ts';
import type { ProbeRows } from './rows.ts';

/** Rows of consistent scenes. */
export function consistentRows({ conditions }: ProbeRows): number[] {
  return [...conditions.keys()].filter((i) => conditions[i] === 'consistent');
}

export type ConsistentOnlyReading = 'height reading' | 'undetermined' | 'not height alone';

/**
 * What the counter accuracy of a probe trained on consistent scenes says: its interval below .5 is *height reading*;
 * around .5 *undetermined*, since the cues are confounded in training; above .5 the probe found something that survives
 * when height points the other way. `null` without an interval.
 */
export function readConsistentOnly({ interval }: Pick<Estimate, 'interval'>): ConsistentOnlyReading | null {
  if (interval === null) return null;
  if (interval[1] < 0.5) return 'height reading';
  return interval[0] > 0.5 ? 'not height alone' : 'undetermined';
}
