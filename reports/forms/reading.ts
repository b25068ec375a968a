/** Results of the same kind for several checkpoints: one reading (token selection, kind of pair), one figure. */
import type { GeometryResult } from '../../core/artifacts/results.ts';

export interface Reading<T> {
  readonly selection: string;
  /** Probes have no kind: they always read question swaps. */
  readonly kind: GeometryResult['kind'] | null;
  /** In the order of the report; checkpoints without this reading are left out. */
  readonly results: readonly { readonly name: string; readonly result: T }[];
}

/** Where a token selection is read, in words. */
export const SELECTION_WORDS: Record<string, string> = {
  last: 'at the last prompt token',
  words: 'at the word tokens of the two objects',
  patches: 'over the image patches of the two objects',
  image: 'over all image patches',
  cls: 'at the class token',
};

/** Results of one analysis by reading, in order of appearance. */
export function readingsOf<T extends { readonly result: object }>(results: readonly T[]): T[][] {
  const readings = new Map<string, T[]>();
  for (const of of results) {
    const { selection, kind, cue } = of.result as Partial<Reading<unknown>> & { readonly cue?: string };
    const key = JSON.stringify([selection, kind, cue]);
    const reading = readings.get(key);
    if (reading === undefined) readings.set(key, [of]);
    else reading.push(of);
  }
  return [...readings.values()];
}

/** e.g. `question swaps at the last prompt token`. */
export function readingName({ selection, kind }: Pick<Reading<unknown>, 'selection' | 'kind'>): string {
  const where = SELECTION_WORDS[selection] ?? `at ${selection}`;
  return kind === null ? where : `${kind === 'question-swap' ? 'question swaps' : 'image interventions'} ${where}`;
}

/** e.g. `last` (question swaps, the usual kind), `last-image-intervention`; safe in a file name. */
export function readingSuffix({ selection, kind }: Pick<Reading<unknown>, 'selection' | 'kind'>): string {
  return (kind === 'image-intervention' ? `${selection}-${kind}` : selection).replace(/[^a-z0-9-]+/gi, '-');
}
