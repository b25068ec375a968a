/** What a caption says about the numbers behind its marks. */
import type { Estimate } from '../../core/artifacts/results.ts';
import { range } from '../../core/numbers.ts';

/** `n = 400 items from 200 scenes a point; 95 % intervals: Wilson on n_eff`. */
export function sampleNote(estimates: readonly Estimate[], unit: string): string {
  const known = estimates.filter((estimate) => estimate.value !== null);
  if (known.length === 0) return 'nothing could be computed';
  const kinds = [
    ...new Set(known.flatMap(({ intervalKind, interval: bounds }) => (bounds && intervalKind ? [intervalKind] : []))),
  ];
  const samples = `n = ${range(known.map(({ n }) => n))} ${unit} from ${range(known.map(({ groups }) => groups))} scenes a point`;
  return kinds.length === 0 ? `${samples}; no interval` : `${samples}; 95 % intervals: ${kinds.join(', ')}`;
}
