/** An analysis as a study asks for it: which, at which token position, on which layers, with which options. */
import { z } from 'zod';
import type { AnyAnalysis } from '../core/definitions/analysis.ts';
import type { Layer, ReadSelection } from '../core/artifacts/hidden-states.ts';
import { ANALYSES } from './analyses.ts';

export interface AnalysisRequest {
  readonly name: string;
  /** Defaults to *the first of last, patches, words that the states hold*. */
  readonly selection?: ReadSelection | undefined;
  readonly layers?: readonly string[] | undefined;
  /** Layers of these parts alone. */
  readonly parts?: readonly Layer['part'][] | undefined;
  /** Options of the analysis, defaults filled in. */
  readonly options: Readonly<Record<string, unknown>>;
  /** One of several readings, of which each checkpoint allows some: left out without a word where it can't be made. */
  readonly optional?: boolean;
}

/** The options of an analysis with defaults filled in. */
export function optionsOf(definition: AnyAnalysis, given: object = {}): Record<string, unknown> {
  return { ...definition.options.parse(given) };
}

/** The fields that an analysis takes beside name, selection, layers and sets. */
export function optionShape({ options }: AnyAnalysis): Record<string, z.ZodType> {
  return options instanceof z.ZodObject ? options.shape : {};
}

/**
 * Name of the result's file without `.json`: the analysis, the token position where one is asked for, and every option
 * that isn't its default, e.g. `behaviour`, `geometry-last`, `geometry-last-image-intervention`, `cause-vertical`.
 */
export function resultName({
  name,
  selection,
  options,
}: Pick<AnalysisRequest, 'name' | 'selection' | 'options'>): string {
  const defaults = optionsOf(ANALYSES[name]);
  const told = Object.entries(options).flatMap(([key, value]) =>
    JSON.stringify(value) === JSON.stringify(defaults[key]) ? [] : [textOf(value)],
  );
  // A colon isn't allowed in file names everywhere.
  return [name, ...(selection === undefined ? [] : [selection]), ...told].join('-').replaceAll(':', '-');
}

const textOf = (value: unknown): string =>
  (Array.isArray(value) ? value.map(String).join('-') : String(value)).replaceAll(/[^\w.-]+/g, '-');

/** What `diagnose` asks of every checkpoint: behaviour, axis geometry, principal components of deltas, probes. */
export const DIAGNOSIS: readonly AnalysisRequest[] = [
  asked('behaviour', {}),
  // Vision layers don't see the question, whose naming order is what a swap's sign follows: there the patches of the
  // object asked about are read over image interventions.
  asked('geometry', { selection: 'last' }),
  asked('geometry', { selection: 'last' }, { kind: 'image-intervention' }),
  asked('geometry', { selection: 'patches:asked', parts: ['vision', 'projector'] }, { kind: 'image-intervention' }),
  asked('delta-pca', {}, { reading: 'cited' }),
  // The last prompt token, the objects' words, and on the way to the text the objects' patches.
  asked('probes', { selection: 'last', parts: ['text'] }),
  asked('probes', { selection: 'words', parts: ['text'] }),
  asked('probes', { selection: 'patches', parts: ['vision', 'projector'] }),
];

function asked(
  name: string,
  reading: Pick<AnalysisRequest, 'selection' | 'parts'>,
  options: object = {},
): AnalysisRequest {
  return { name, ...reading, options: optionsOf(ANALYSES[name], options), optional: true };
}
