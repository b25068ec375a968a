/** How the results of an analysis are shown: figures and tables, of one checkpoint or of several side by side. */
import type { z } from 'zod';
import { PlumblineError } from '../core/errors.ts';
import { issuesOf } from '../core/formats/json.ts';
import type { Figure } from './figure.ts';
import type { FigurePicture, ResultContext } from './forms/of-result.ts';
import type { Table } from './tables/table.ts';

/** A result and whose it is. */
export interface Of<R> {
  /** Name of the checkpoint. */
  readonly name: string;
  readonly result: R;
}

/** A result beside all others of the same checkpoint. */
export interface Among<R> extends Of<R> {
  readonly beside: readonly object[];
}

/** A figure that could not be made, and why. */
export interface Missing {
  readonly missing: string;
}

export interface DrawContext {
  /** Appended to names of figures, so that several results of one kind stay apart: `''`, or `-NAME`. */
  readonly suffix: string;
  /** The same for figures of a single result, by its checkpoint; defaults to *suffix*. */
  readonly suffixOf?: (name: string) => string;
  /** Inches; by default the narrowest preset that leaves the panels room. */
  readonly width?: number;
  /** Pictures of the set by their path in it, for figures that show some. */
  readonly pictures?: ReadonlyMap<string, FigurePicture>;
}

/** What an entry of the registry is made of. */
export interface Showing<R> {
  /** Figures of the results of one reading (token selection, kind of pair), in the order of the checkpoints. */
  readonly draw: (results: readonly Of<R>[], context: DrawContext) => readonly (Figure | Missing | null)[];
  /** Figures that only several checkpoints together give. */
  readonly across?: (results: readonly Of<R>[], context: DrawContext) => readonly (Figure | null)[];
  /** Tables of the results of all readings. */
  readonly tables?: (results: readonly Among<R>[]) => readonly (Table | null)[];
  /** What a report says is missing where no checkpoint has such a result; by default nothing is. */
  readonly absent?: string;
}

/** An entry of the registry: takes results as they were written and checks them. */
export interface Shown {
  readonly schema: z.ZodType<object>;
  readonly absent: string | undefined;
  /**
   * @param where file of the results, for errors; defaults to *whose they are*
   * @throws PlumblineError `invalid-result`
   */
  readonly draw: (results: readonly Of<unknown>[], context: DrawContext, where?: string) => (Figure | Missing)[];
  readonly across: (results: readonly Of<unknown>[], context: DrawContext) => Figure[];
  readonly tables: (results: readonly Among<unknown>[]) => Table[];
}

/** Shows the results of one schema. */
export function shown<R extends object>(
  schema: z.ZodType<R>,
  { draw, across = () => [], tables = () => [], absent }: Showing<R>,
): Shown {
  const checked = <T extends Of<unknown>>(results: readonly T[], where?: string): (T & Of<R>)[] =>
    results.map((of) => ({ ...of, result: parsed(schema, of.result, where ?? `a result of ${of.name}`) }));
  return {
    schema,
    absent,
    draw: (results, context, where) => present(draw(checked(results, where), context)),
    across: (results, context) => present(across(checked(results), context)),
    tables: (results) => present(tables(checked(results))),
  };
}

/** Figures of each result by itself. */
export function each<R>(
  ...figures: readonly ((result: R, context: ResultContext) => Figure | null)[]
): Showing<R>['draw'] {
  return (results, { suffix, suffixOf = () => suffix, ...context }) =>
    results.flatMap(({ name, result }) =>
      figures.map((figure) => figure(result, { ...context, checkpoint: name, suffix: suffixOf(name) })),
    );
}

/** A figure of all results at once, named and sized as the context wants it. */
export function placed(figure: Figure, { suffix, width }: DrawContext): Figure {
  return { ...figure, name: `${figure.name}${suffix}`, width: width ?? figure.width };
}

export const isFigure = (drawn: Figure | Missing): drawn is Figure => 'spec' in drawn;

const present = <T>(list: readonly (T | null)[]): T[] => list.filter((entry) => entry !== null);

function parsed<R>(schema: z.ZodType<R>, value: unknown, where: string): R {
  const { success, data, error } = schema.safeParse(value);
  if (success) return data;
  throw new PlumblineError('invalid-result', issuesOf(error), {
    where,
    hint: 'run the analysis again: the result is damaged or of another version',
  });
}
