/** Which analyses run over one checkpoint's hidden states and answers, and where their results lie. */
import type { z } from 'zod';
import { ASKED_PATCHES, behaviour, geometry, pcaOfDeltas, type GeometrySelection } from '../analysis/index.ts';
import type { Answer } from '../core/artifacts/answers.ts';
import { isSpatial, type ContrastSet, type FlippingKind } from '../core/artifacts/contrast-set.ts';
import type { HiddenStates, Layer, Selection } from '../core/artifacts/hidden-states.ts';
import {
  behaviourSchema,
  geometrySchema,
  pcaSchema,
  probesSchema,
  type GeometryResult,
  type ProbesResult,
  type Provenance,
  type Stamped,
} from '../core/artifacts/results.ts';
import { findingSchema } from '../core/artifacts/results/finding.ts';
import { hashValue } from '../core/formats/hash.ts';
import type { OnProgress } from '../core/progress.ts';
import { VERSION } from '../core/version.ts';
import { citedGeometry, verticalDistance } from '../findings/index.ts';
import { probeLayers, type ProbeSelection } from '../probes/index.ts';
import type { CheckpointReport } from '../reports/index.ts';
import { readResult, stored, type RunFolder } from './run-folder.ts';

/** Raised when a number would come out differently: results of an earlier version are computed again. */
const ANALYSIS_VERSION = 5;

interface Reading {
  readonly selection: GeometrySelection;
  readonly kind: FlippingKind;
  /** Defaults to *all*. */
  readonly parts?: readonly Layer['part'][];
}

/**
 * Readings of the axis geometry: which token, and which kind of pair. Vision layers don't see the question, whose naming order is what a swap's sign
 * follows: there the patches of the object asked about are read over image interventions.
 */
const READINGS: readonly Reading[] = [
  { selection: 'last', kind: 'question-swap' },
  { selection: 'last', kind: 'image-intervention' },
  { selection: ASKED_PATCHES, kind: 'image-intervention', parts: ['vision', 'projector'] },
];

/** File name of a reading's result; a selection's colon isn't allowed in file names everywhere. */
const readingName = ({ selection, kind }: Reading): string => `geometry-${selection.replace(':', '-')}-${kind}`;

interface ProbedPosition {
  readonly selection: ProbeSelection;
  readonly needs: readonly Selection[];
  readonly parts: readonly Layer['part'][];
}

/** Probed positions: the last prompt token, the objects' words, and on the way to the text the objects' patches. */
const PROBED: readonly ProbedPosition[] = [
  { selection: 'last', needs: ['last'], parts: ['text'] },
  { selection: 'words', needs: ['words:1', 'words:2'], parts: ['text'] },
  { selection: 'patches', needs: ['patches:1', 'patches:2'], parts: ['vision', 'projector'] },
];

export interface AnalyseOptions {
  readonly run: RunFolder;
  /** Name of the set's folder in the run. */
  readonly setFolder: string;
  readonly set: ContrastSet;
  readonly states: HiddenStates;
  /** Null when the checkpoint gives none. */
  readonly answers: readonly Answer[] | null;
  readonly seed: number;
  /**
   * How a result comes about; defaults to *`stored`*: read from the run folder where it is up to date, else computed
   * and written.
   */
  readonly keep?: typeof stored;
  readonly onProgress?: OnProgress | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs every analysis of one checkpoint, or reads its stored result when nothing it depends on has changed.
 * @returns what a report needs of this checkpoint
 */
export async function analyse({
  run,
  setFolder,
  set,
  states,
  answers,
  seed,
  keep: keepResult = stored,
  onProgress,
  signal,
}: AnalyseOptions): Promise<CheckpointReport> {
  const { checkpoint, key: statesKey } = states.header;
  const inputs = {
    plumbline: VERSION,
    version: ANALYSIS_VERSION,
    seed,
    states: statesKey,
    set: set.header.hash,
    answers: answers === null ? null : hashValue(answers),
  };
  const keep = <T extends object>(
    name: string,
    schema: z.ZodType<T>,
    compute: () => T | Promise<T>,
    parameters: object = {},
  ): Promise<Stamped<T>> => {
    signal?.throwIfAborted();
    const provenance: Provenance = {
      plumbline: VERSION,
      seed,
      checkpoint,
      set: { name: set.header.name, hash: set.header.hash },
      key: hashValue({ ...inputs, name, parameters }),
    };
    return keepResult(run.result(checkpoint.name, setFolder, name), schema, provenance, compute);
  };
  const reports = (who: string): OnProgress | undefined =>
    onProgress && ((progress) => onProgress({ ...progress, stage: `${checkpoint.name}: ${who}` }));
  const layersHolding = (selections: readonly Selection[], parts?: readonly Layer['part'][]): string[] =>
    states.header.layers
      .filter(
        ({ name, part }) =>
          (parts?.includes(part) ?? true) && selections.every((selection) => states.has(name, selection)),
      )
      .map(({ name }) => name);

  const behaved =
    answers === null ? undefined : await keep('behaviour', behaviourSchema, () => behaviour({ set, answers, seed }));

  const geometries: Stamped<GeometryResult>[] = [];
  for (const reading of READINGS) {
    const { selection, kind, parts } = reading;
    const layers = layersHolding(selection === ASKED_PATCHES ? ['patches:1', 'patches:2'] : [selection], parts);
    if (layers.length === 0 || !set.pairs.some((pair) => pair.kind === kind && isSpatial(pair))) continue;
    const name = readingName(reading);
    geometries.push(
      await keep(name, geometrySchema, () =>
        geometry({ set, states, selection, kind, seed, layers, onProgress: reports(name), signal }),
      ),
    );
  }

  const primary = citedGeometry(geometries);
  const pcaLayer =
    primary === undefined ? undefined : (primary.choice.layer ?? primary.layers[primary.layers.length - 1].layer);
  const pca =
    primary === undefined || pcaLayer === undefined
      ? undefined
      : await keep(
          'pca',
          pcaSchema,
          () =>
            pcaOfDeltas({
              set,
              states,
              layer: pcaLayer,
              selection: primary.selection as GeometrySelection,
              kind: primary.kind,
            }),
          { layer: pcaLayer },
        );

  const probes: Stamped<ProbesResult>[] = [];
  for (const { selection, needs, parts } of PROBED) {
    const layers = layersHolding(needs, parts);
    if (layers.length === 0) continue;
    const name = `probes-${selection}`;
    probes.push(
      await keep(
        name,
        probesSchema,
        () => probeLayers({ set, states, selection, layers, seed, onProgress: reports(name), signal }),
        { layers },
      ),
    );
  }

  const results = [behaved, ...geometries, ...probes, pca].filter((result) => result !== undefined);
  const finding = await keep('finding', findingSchema, () => verticalDistance(results));
  return { name: checkpoint.name, findings: [finding], results, answers: answers ?? undefined };
}

/** Reads the results that `analyse` left in a run folder, without the hidden states. */
export async function readAnalyses(
  run: RunFolder,
  setFolder: string,
  checkpoint: string,
  answers: readonly Answer[] | null,
): Promise<CheckpointReport> {
  const read = <T extends object>(name: string, schema: z.ZodType<T>): Promise<Stamped<T>> =>
    readResult(run.result(checkpoint, setFolder, name), schema);
  const optional = <T>(promise: Promise<T>): Promise<T | undefined> => promise.catch(ifMissing);
  const results = await Promise.all([
    ...(answers === null ? [] : [read('behaviour', behaviourSchema)]),
    ...READINGS.map((reading) => optional(read(readingName(reading), geometrySchema))),
    ...PROBED.map(({ selection }) => optional(read(`probes-${selection}`, probesSchema))),
    optional(read('pca', pcaSchema)),
  ]);
  return {
    name: checkpoint,
    findings: [await read('finding', findingSchema)],
    results: results.filter((result) => result !== undefined),
    answers: answers ?? undefined,
  };
}

function ifMissing(error: unknown): undefined {
  if (error instanceof Error && 'code' in error && error.code === 'file-not-found') return undefined;
  throw error;
}
