import { holm } from '../../core/statistics/holm.ts';

/** p-values adjusted by Holm over those that are not null. */
export function holmOver(pValues: readonly (number | null)[]): (number | null)[] {
  const adjusted = holm(pValues.filter((p) => p !== null));
  let next = 0;
  return pValues.map((p) => (p === null ? null : adjusted[next++]));
}
