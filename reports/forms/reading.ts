/** Results of the same kind for several checkpoints: one reading (token selection, kind of pair), one figure. */
import type { GeometryResult, ProbesResult } from '../../core/artifacts/results.ts';
import { primaryGeometry, primaryProbes, type CheckpointReport } from '../input.ts';

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

function group<T>(
  checkpoints: readonly CheckpointReport[],
  pick: (checkpoint: CheckpointReport) => readonly T[],
  keyOf: (result: T) => Pick<Reading<T>, 'selection' | 'kind'>,
): Reading<T>[] {
  const readings = new Map<
    string,
    { selection: string; kind: Reading<T>['kind']; results: { name: string; result: T }[] }
  >();
  for (const checkpoint of checkpoints) {
    for (const result of pick(checkpoint)) {
      const key = keyOf(result);
      const reading = readings.get(JSON.stringify(key)) ?? { ...key, results: [] };
      reading.results.push({ name: checkpoint.name, result });
      readings.set(JSON.stringify(key), reading);
    }
  }
  return [...readings.values()];
}

const primaryFirst = <T>(primary: T | undefined, all: readonly T[]): T[] =>
  [...all].sort((a, b) => Number(b === primary) - Number(a === primary));

/** Geometry by reading, the primary one first. */
export function geometryReadings(checkpoints: readonly CheckpointReport[]): Reading<GeometryResult>[] {
  return group(
    checkpoints,
    (checkpoint) => primaryFirst(primaryGeometry(checkpoint), checkpoint.geometry),
    ({ selection, kind }) => ({ selection, kind }),
  );
}

/** Probes by selection, the primary one first. */
export function probeReadings(checkpoints: readonly CheckpointReport[]): Reading<ProbesResult>[] {
  return group(
    checkpoints,
    (checkpoint) => primaryFirst(primaryProbes(checkpoint), checkpoint.probes),
    ({ selection }) => ({ selection, kind: null }),
  );
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
