/** What a generator is, and how it validates its parameters. */
import type { z } from 'zod';
import { PlumblineError } from '../core/errors.ts';
import { issuesOf } from '../core/formats/json.ts';
import type { OnProgress } from '../core/progress.ts';
import type { FinishedSet } from './build.ts';

export interface GenerateOptions {
  /** Folder of the set; made when missing. */
  readonly directory: string;
  /** Defaults to *0*. */
  readonly seed?: number;
  /** Threads; defaults to the processors there are, at most 8. */
  readonly workers?: number;
  readonly onProgress?: OnProgress;
  /** Ctrl-C: stops, removes what was written and throws the signal's reason. */
  readonly signal?: AbortSignal;
}

export interface Generator {
  readonly name: string;
  /** Raised whenever the same seed and parameters give other pictures or pairs. */
  readonly version: number;
  /** One line for a list of generators. */
  readonly description: string;
  /** Parameters beside folder and seed, a strict object; all have defaults. */
  readonly parameters: z.ZodType;
  /**
   * The parameters that make a set of about `count` scenes (perspective: that many of each main condition); what
   * `--scenes` does.
   */
  scaled(count: number): Record<string, unknown>;
  /** Writes the set, or returns the finished one that is there; validates `parameters`. */
  generate(options: GenerateOptions & { readonly parameters?: unknown }): Promise<FinishedSet>;
}

/** Fills in defaults; throws `invalid-parameters` naming the field. For use in generators. */
export function parametersOf<S extends z.ZodType>(generator: string, schema: S, input: unknown = {}): z.output<S> {
  const parsed = schema.safeParse(input);
  if (!parsed.success)
    throw new PlumblineError('invalid-parameters', issuesOf(parsed.error), {
      where: `${generator} set`,
      hint: `plumbline generate ${generator} --describe lists the parameters`,
    });
  return parsed.data;
}
