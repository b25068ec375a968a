/** How numbers are written everywhere: in sentences `.94`, `−.03`, `98 %`, `.94 [.91, .96]`; in tables `0.940`. */

const MINUS = '\u2212';

/** What stands in for a number that could not be computed. */
export const MISSING = 'n/a';

export interface NumberStyle {
  /** Defaults to *2*. */
  readonly digits?: number;
  /** As programs write numbers, `-0.94`: for columns of plain text. Defaults to *false*. */
  readonly plain?: boolean;
  /** For null and NaN; defaults to *n/a*. */
  readonly missing?: string;
}

/** As columns of plain text print numbers, so that they can be read back. */
export const COLUMN: NumberStyle = { digits: 3, plain: true };

type Value = number | null | undefined;
type Bounds = readonly [number, number] | null | undefined;

const isKnown = (value: Value): value is number => value !== null && value !== undefined && Number.isFinite(value);

/**
 * A number with a fixed count of decimals and no leading zero: `.94`, `−.03`, `1.00`; `n/a` for null and NaN.
 * A value that rounds to zero loses its sign.
 */
export function decimal(value: Value, style: number | NumberStyle = {}): string {
  const { digits = 2, plain = false, missing = MISSING } = typeof style === 'number' ? { digits: style } : style;
  if (!isKnown(value)) return missing;
  const text = Math.abs(value).toFixed(digits);
  const sign = value < 0 && Number(text) !== 0 ? (plain ? '-' : MINUS) : '';
  return sign + (!plain && text.startsWith('0.') ? text.slice(1) : text);
}

/** At most so many decimals, for numbers that were typed by hand and for bounds that nearly touch them: `0.2`, `−1`. */
export function trimmed(value: number, digits = 4): string {
  return String(Number(value.toFixed(digits))).replace('-', MINUS);
}

/** A share as a whole percentage: `98 %`. Shares short of 0 or 1 are not rounded up to them: `>99 %`, `<1 %`. */
export function percent(share: Value): string {
  if (!isKnown(share)) return MISSING;
  const rounded = Math.round(share * 100);
  if (rounded === 100 && share < 1) return '>99 %';
  if (rounded === 0 && share > 0) return '<1 %';
  return `${rounded} %`.replace('-', MINUS);
}

/** `[.91, .96]`, or an empty text without an interval. */
export function interval(bounds: Bounds, style: number | NumberStyle = {}): string {
  return bounds ? `[${decimal(bounds[0], style)}, ${decimal(bounds[1], style)}]` : '';
}

/** `.94 [.91, .96]`. */
export function withInterval(
  { value, interval: bounds }: { readonly value: Value; readonly interval: Bounds },
  style: number | NumberStyle = {},
): string {
  return `${decimal(value, style)} ${interval(isKnown(value) ? bounds : null, style)}`.trimEnd();
}

/** `98 % [91, 100]`. */
export function percentWithInterval(
  { value, interval: bounds }: { readonly value: Value; readonly interval: Bounds },
  missing = MISSING,
): string {
  if (!isKnown(value)) return missing;
  const whole = (share: number): string => decimal(100 * share, { digits: 0, plain: true });
  return `${whole(value)} %${bounds ? ` [${whole(bounds[0])}, ${whole(bounds[1])}]` : ''}`;
}

/** `7` for equal ends, else `3–9`. */
export function range(values: readonly number[]): string {
  const low = Math.min(...values);
  const high = Math.max(...values);
  return low === high ? String(low) : `${low}\u2013${high}`;
}
