/**
 * What a plan measures just now: reading a few items through a checkpoint, an analysis on noise, a sweep over a few
 * views. Only what is cheap is measured.
 */
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { correspondence } from '../../analysis/index.ts';
import { itemsOf, type ContrastSet } from '../../core/artifacts/contrast-set.ts';
import type { Layer, StatesHeader } from '../../core/artifacts/hidden-states.ts';
import { messageOf, PlumblineError } from '../../core/errors.ts';
import { extract, extractDense, type Checkpoint, type ExtractOptions } from '../../extractors/index.ts';
import { ANALYSES } from '../analyses.ts';
import { defaultSelection, layersHolding } from '../cell-inputs.ts';
import { optionsOf, type AnalysisRequest } from '../request.ts';
import { noiseAnswers, noiseStates, repeated } from './noise.ts';

/** Larger checkpoints take more than two seconds to open: they aren't run for an estimate. */
export const CHEAP_BYTES = 400 << 20;
/**
 * Items read: the smaller sample and the larger one; what the second costs beyond the first is the items', the rest is
 * opening.
 */
const SAMPLE_ITEMS = [6, 24] as const;
/**
 * Tokens of a prompt with a picture, weights of four bytes and multiplications a second, where a checkpoint isn't run.
 */
const GUESSED = { tokens: 600, speed: 60e9, selections: 5, float: 4 } as const;
const NOISE_SCENES = 60;
const NOISE_WIDTH = 64;

export interface ExtractionCost {
  readonly open: number;
  readonly perItem: number;
  readonly bytesPerItem: number;
  readonly layers: readonly Layer[];
  readonly width: number;
  /** Of the sample's states; null where the checkpoint wasn't run. */
  readonly header: StatesHeader | null;
  /** Memory that the checkpoint takes beyond what was there. */
  readonly memory: number;
  readonly by: string;
}

/** Reads two samples of different size, or judges a large checkpoint by its size. */
export async function extractionCost({
  checkpoint,
  set,
  directory,
  extraction,
  signal,
}: {
  checkpoint: Checkpoint;
  set: ContrastSet;
  directory: string;
  extraction: Pick<ExtractOptions, 'layers' | 'selections' | 'dtype'>;
  signal?: AbortSignal | undefined;
}): Promise<ExtractionCost> {
  const weights = await sizeOfFiles(checkpoint);
  if (weights > CHEAP_BYTES) {
    const layers = checkpoint.layers.filter(({ name, kind }) => extraction.layers?.includes(name) ?? kind !== 'attn');
    const width = Math.max(...layers.map((layer) => layer.width));
    return {
      open: weights / 1e9,
      perItem: (2 * (weights / GUESSED.float) * GUESSED.tokens) / GUESSED.speed,
      bytesPerItem:
        layers.reduce((sum, layer) => sum + layer.width, 0) *
        (extraction.selections?.length ?? GUESSED.selections) *
        (extraction.dtype === 'float16' ? 2 : 4),
      layers,
      width,
      header: null,
      memory: 1.3 * weights,
      by: `guess from ${(weights / 1e9).toFixed(1)} GB of weights`,
    };
  }
  const runs: { seconds: number; rows: number; bytes: number; header: StatesHeader }[] = [];
  for (const items of SAMPLE_ITEMS) {
    const folder = join(directory, String(items));
    const begin = performance.now();
    const { states } = await extract({
      checkpoint,
      set: { ...set, pairs: set.pairs.slice(0, Math.ceil(items / 2)) },
      directory: folder,
      ...extraction,
      signal,
    });
    runs.push({
      seconds: (performance.now() - begin) / 1000,
      rows: states.header.rows,
      bytes: await sizeOf(folder),
      header: states.header,
    });
    await rm(folder, { recursive: true, force: true });
  }
  const [small, large] = runs;
  const rows = Math.max(1, large.rows - small.rows);
  const perItem = Math.max(0, large.seconds - small.seconds) / rows;
  const { header } = large;
  return {
    open: Math.max(0, small.seconds - small.rows * perItem),
    perItem,
    bytesPerItem: Math.max(0, large.bytes - small.bytes) / rows,
    layers: header.layers,
    width: Math.max(...header.layers.map((layer) => layer.width)),
    header,
    memory: 0,
    by: `measured: ${small.rows} and ${large.rows} items just now`,
  };
}

export interface AnalysisCost {
  /** Seconds of one layer, item and number of its width. */
  readonly perNumber: number;
  readonly by: string;
  /** Why it won't be made of this set. */
  readonly refused: string | null;
}

/** Runs an analysis on noise of the deepest layer of each part that it reads. */
export async function analysisCost({
  request,
  set,
  header,
  signal,
}: {
  request: AnalysisRequest;
  set: ContrastSet;
  header: StatesHeader;
  signal?: AbortSignal | undefined;
}): Promise<AnalysisCost> {
  const { name, selection, parts: wanted } = request;
  const definition = ANALYSES[name];
  // Results that it would use aren't there on noise: it is measured as it runs without.
  const options = definition.uses.length > 0 ? optionsOf(definition) : request.options;
  const many = repeated(set, NOISE_SCENES);
  const answers = noiseAnswers(many);
  const items = itemsOf(many).length;
  const parts = (wanted ?? (['vision', 'text'] as const)).flatMap((part) =>
    header.layers.filter((layer) => layer.part === part && header.selections[layer.name].length > 0).slice(-1),
  );
  let [seconds, numbers] = [0, 0];
  for (const layer of parts) {
    const width = Math.min(layer.width, NOISE_WIDTH);
    const states = noiseStates(many, header, layer, width);
    const read = selection ?? defaultSelection(states);
    const layers = layersHolding(states, read);
    if (definition.reads !== 'answers' && layers.length === 0) continue;
    const noise = { set: many, states, answers };
    const context = {
      ...noise,
      others: definition.reads === 'several' ? [noise] : [],
      selection: read,
      layers: definition.reads === 'answers' ? undefined : layers,
      seed: 0,
      results: [],
      checkpoint: null,
      signal,
    };
    if (request.optional === true && !definition.appliesTo(context, options as never)) continue;
    const begin = performance.now();
    try {
      await definition.run(context, options as never);
    } catch (error) {
      if (!(error instanceof PlumblineError) || error.code === 'interrupted') throw error;
      return { perNumber: 0, by: `likely skipped: ${messageOf(error)}`, refused: messageOf(error) };
    }
    seconds += (performance.now() - begin) / 1000;
    numbers += items * width;
  }
  if (numbers === 0)
    return { perNumber: 0, by: 'likely left out: this checkpoint or set has nothing to read', refused: null };
  return { perNumber: seconds / numbers, by: `measured: ${items} items of noise just now`, refused: null };
}

export interface SweepCost {
  readonly perPicture: number;
  readonly bytesPerPicture: number;
  readonly by: string;
}

/** Dense states of a few pairs of views and their correspondence. */
export async function sweepCost({
  checkpoint,
  set,
  directory,
  layers,
  signal,
}: {
  checkpoint: Checkpoint;
  set: ContrastSet;
  directory: string;
  layers?: readonly string[] | undefined;
  signal?: AbortSignal | undefined;
}): Promise<SweepCost | null> {
  const weights = await sizeOfFiles(checkpoint);
  if (weights > CHEAP_BYTES) return null;
  try {
    const begin = performance.now();
    const few = {
      ...set,
      pairs: set.pairs.filter(({ first }) => first.correspondences !== undefined).slice(0, SWEPT_PAIRS),
    };
    const patches = await extractDense({ checkpoint, set: few, directory, layers, signal });
    await correspondence({ set: few, patches, seed: 0, signal });
    const pictures = patches.header.pictures.length;
    return {
      perPicture: (performance.now() - begin) / 1000 / pictures,
      bytesPerPicture: (await sizeOf(directory)) / pictures,
      by: `measured: ${pictures} pictures just now`,
    };
  } catch (error) {
    if (!(error instanceof PlumblineError) || error.code === 'interrupted') throw error;
    return { perPicture: 0, bytesPerPicture: 0, by: `likely refused: ${messageOf(error)}` };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

const SWEPT_PAIRS = 6;

async function sizeOfFiles({ directory, files }: Checkpoint): Promise<number> {
  const sizes = await Promise.all(
    files.map((file) =>
      stat(join(directory, file)).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

export async function sizeOf(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const sizes = await Promise.all(
    entries.filter((entry) => entry.isFile()).map((entry) => stat(join(entry.parentPath, entry.name))),
  );
  return sizes.reduce((sum, { size }) => sum + size, 0);
}
