/**
 * How long steps took: a run records it, and `plumbline run --dry-run` looks it up in earlier runs on the same kind of
 * machine.
 */
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { readJson } from '../../core/formats/json.ts';

export const timingSchema = z.object({
  step: z.enum(['generate', 'extract', 'analysis', 'report']),
  /** The analysis, else empty. */
  name: z.string(),
  /** Hash of the checkpoint; null for sets. */
  checkpoint: z.string().nullable(),
  /** What made the set. */
  generator: z.string(),
  items: z.number().int(),
  layers: z.number().int(),
  /** Mean over the layers. */
  width: z.number(),
  seconds: z.number(),
  machine: z.string(),
});
export type Timing = z.infer<typeof timingSchema>;

/** Timings of another kind of machine say nothing here. */
export const MACHINE = `${process.platform}-${process.arch}, ${availableParallelism()} cores`;

const keyOf = ({ step, name, checkpoint, generator, layers, machine }: Timing): string =>
  JSON.stringify([step, name, checkpoint, generator, layers, machine]);

/** Earlier timings and new ones; of two of the same work the one of more items stays, of as many the newer. */
export function mergedTimings(earlier: readonly Timing[], now: readonly Timing[]): Timing[] {
  const merged = new Map<string, Timing>();
  for (const timing of [...earlier, ...now]) {
    const known = merged.get(keyOf(timing));
    if (known === undefined || timing.items >= known.items) merged.set(keyOf(timing), timing);
  }
  return [...merged.values()];
}

/** A timing and the folder of the run that it is from. */
export interface EarlierTiming extends Timing {
  readonly run: string;
}

const recordSchema = z.looseObject({ timings: z.array(timingSchema) });
const MOST_RUNS = 200;

/** Timings of this kind of machine, out of a run folder and those beside it. */
export async function earlierTimings(out: string): Promise<EarlierTiming[]> {
  const beside = dirname(out);
  const folders = existsSync(beside)
    ? (await readdir(beside, { withFileTypes: true }))
        .filter((entry) => entry.isDirectory())
        .map(({ name }) => join(beside, name))
        .sort()
    : [];
  const found: EarlierTiming[] = [];
  for (const run of [out, ...folders.filter((folder) => folder !== out).slice(0, MOST_RUNS)]) {
    const file = join(run, 'run.json');
    if (!existsSync(file)) continue;
    const { timings } = await readJson(file, recordSchema).catch(() => ({ timings: [] as Timing[] }));
    found.push(...timings.filter(({ machine }) => machine === MACHINE).map((timing) => ({ ...timing, run })));
  }
  return found;
}

/**
 * The timing to go by: of the same checkpoint and kind of set where there is one, else of the same checkpoint; of the
 * most items. Null without any.
 */
export function timingFor(
  timings: readonly EarlierTiming[],
  {
    step,
    name = '',
    checkpoint,
    generator,
  }: { step: Timing['step']; name?: string; checkpoint: string | null; generator: string },
): EarlierTiming | null {
  const fitting = timings.filter(
    (timing) =>
      timing.step === step &&
      timing.name === name &&
      timing.items > 0 &&
      (step === 'analysis' || timing.checkpoint === checkpoint),
  );
  const rank = (timing: EarlierTiming): number =>
    (timing.checkpoint === checkpoint ? 2 : 0) + (timing.generator === generator ? 1 : 0);
  return fitting.reduce<EarlierTiming | null>(
    (best, timing) =>
      best === null || rank(timing) > rank(best) || (rank(timing) === rank(best) && timing.items > best.items)
        ? timing
        : best,
    null,
  );
}

/** Number and mean width of layers. */
export function sizeOfLayers(layers: readonly { readonly width: number }[]): Pick<Timing, 'layers' | 'width'> {
  return {
    layers: layers.length,
    width: layers.reduce((sum, { width }) => sum + width, 0) / Math.max(1, layers.length),
  };
}

/** Counts what a stage really did, from its reports: units that were there already are in the first one. */
export class DoneCounter {
  private first: number | null = null;
  private last = 0;

  readonly note = ({ done }: { readonly done: number }): void => {
    this.first ??= done;
    this.last = done;
  };

  get done(): number {
    return this.last - (this.first ?? 0);
  }
}
