/** Where two JSON values differ. */

export interface Apart {
  /** e.g. `cells[3].accuracy.value`; empty for the whole. */
  readonly place: string;
  readonly found: unknown;
  readonly expected: unknown;
}

/**
 * All leaves in which two JSON values differ, up to a tolerance: |a − b| ≤ tolerance · max(1, |a|, |b|).
 * @returns the differences, how many numbers were compared, and the largest difference between two numbers in the same
 * measure
 */
export function valuesApart(
  found: unknown,
  expected: unknown,
  tolerance = 0,
): { apart: Apart[]; numbers: number; largest: number } {
  const apart: Apart[] = [];
  let numbers = 0;
  let largest = 0;
  const visit = (a: unknown, b: unknown, place: string): void => {
    if (typeof a === 'number' && typeof b === 'number') {
      numbers++;
      const difference = Math.abs(a - b) / Math.max(1, Math.abs(a), Math.abs(b));
      largest = Math.max(largest, difference);
      if (!(difference <= tolerance)) apart.push({ place, found: a, expected: b });
      return;
    }
    if (Array.isArray(a) && Array.isArray(b)) {
      for (let i = 0; i < Math.max(a.length, b.length); i++) visit(a[i], b[i], `${place}[${i}]`);
      return;
    }
    if (isRecord(a) && isRecord(b)) {
      for (const key of new Set([...Object.keys(a), ...Object.keys(b)]))
        visit(a[key], b[key], place === '' ? key : `${place}.${key}`);
      return;
    }
    if (a !== b) apart.push({ place, found: a, expected: b });
  };
  visit(found, expected, '');
  return { apart, numbers, largest };
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  value !== null && typeof value === 'object' && !Array.isArray(value);
