/** How numbers are written in sentences, figures and tables: `.94`, `−.03`, `98 %`, `.94 [.91, .96]`. */
import type { Estimate } from '../core/artifacts/results.ts';

const MINUS = '\u2212';

/** What stands in for a number that could not be computed. */
export const MISSING = 'n/a';

/**
 * A number with a fixed count of decimals and no leading zero: `.94`, `−.03`, `1.00`; `n/a` for null and NaN.
 * A value that rounds to zero loses its sign.
 */
export function decimal(value: number | null | undefined, digits = 2): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return MISSING;
  const text = Math.abs(value).toFixed(digits);
  const sign = value < 0 && Number(text) !== 0 ? MINUS : '';
  return sign + (text.startsWith('0.') ? text.slice(1) : text);
}

/** A share as a whole percentage: `98 %`. Shares short of 0 or 1 are not rounded up to them: `>99 %`, `<1 %`. */
export function percent(share: number | null | undefined): string {
  if (share === null || share === undefined || !Number.isFinite(share)) return MISSING;
  const rounded = Math.round(share * 100);
  if (rounded === 100 && share < 1) return '>99 %';
  if (rounded === 0 && share > 0) return '<1 %';
  return `${rounded} %`.replace('-', MINUS);
}

/** `[.91, .96]`, or an empty text without an interval. */
export function interval(bounds: readonly [number, number] | null | undefined, digits = 2): string {
  return bounds ? `[${decimal(bounds[0], digits)}, ${decimal(bounds[1], digits)}]` : '';
}

/** `.94 [.91, .96]`. */
export function withInterval(estimate: Pick<Estimate, 'value' | 'interval'>, digits = 2): string {
  return `${decimal(estimate.value, digits)} ${interval(estimate.value === null ? null : estimate.interval, digits)}`.trimEnd();
}

/** `7` for equal ends, else `3–9`. */
export function range(values: readonly number[]): string {
  const low = Math.min(...values);
  const high = Math.max(...values);
  return low === high ? String(low) : `${low}\u2013${high}`;
}

/**
 * What a caption says about the numbers behind its marks: `n = 400 items from 200 scenes a point; 95 % intervals by
 * Wilson on n_eff`.
 */
export function sampleNote(estimates: readonly Estimate[], unit: string): string {
  const known = estimates.filter((estimate) => estimate.value !== null);
  if (known.length === 0) return 'nothing could be computed';
  const kinds = [
    ...new Set(known.flatMap(({ intervalKind, interval: bounds }) => (bounds && intervalKind ? [intervalKind] : []))),
  ];
  const samples = `n = ${range(known.map(({ n }) => n))} ${unit} from ${range(known.map(({ groups }) => groups))} scenes a point`;
  return kinds.length === 0 ? `${samples}; no interval` : `${samples}; 95 % intervals: ${kinds.join(', ')}`;
}
