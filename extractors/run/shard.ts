/** Runs the items of a few pictures through the model and fills their rows of a shard. */
import type { Answer } from '../../core/artifacts/answers.ts';
import type { Item } from '../../core/artifacts/contrast-set.ts';
import type { Layer, Selection } from '../../core/artifacts/hidden-states.ts';
import { PlumblineError } from '../../core/errors.ts';
import { tensorName } from '../../core/formats/hidden-states.ts';
import type { Checkpoint } from '../checkpoint/open.ts';
import { phrasePositions } from '../prompt/phrase.ts';
import { makePrompt, type Prompt } from '../prompt/prompt.ts';
import { objectPatches, type Picture, Regions } from './pictures.ts';
import { logSumExp, notFinite, type Scorer, scoreSequences } from './score.ts';
import type { TextExample, TextRunner } from './text.ts';
import type { VisionRunner } from './vision.ts';

/** An item with its place in the shard. */
export interface ShardItem {
  readonly item: Item;
  readonly row: number;
}

export interface ShardContext {
  readonly checkpoint: Checkpoint;
  readonly layers: readonly Layer[];
  /** Layer → selections held. */
  readonly selections: ReadonlyMap<string, readonly Selection[]>;
  readonly vision: VisionRunner;
  readonly text: { readonly runner: TextRunner; readonly scorer: Scorer } | null;
  readonly visionBatch: number;
  readonly textBatch: number;
  readonly signal?: AbortSignal;
}

export interface ShardTarget {
  /** Tensor name → values [rows, width]. */
  readonly tensors: ReadonlyMap<string, Float32Array>;
  /** By row. */
  readonly answers: (Answer | undefined)[];
}

export function chunks<T>(values: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(values.length / size) }, (_, i) => values.slice(i * size, (i + 1) * size));
}

/** All items of `pictures`, in fixed batches: pictures in order, then prompts of equal length in order of their rows. */
export async function runPictures(context: ShardContext, pictures: readonly Picture[], items: ReadonlyMap<string, readonly ShardItem[]>, target: ShardTarget): Promise<void> {
  const features = new Map<string, Float32Array>();
  for (const batch of chunks(pictures, context.visionBatch)) {
    context.signal?.throwIfAborted();
    await runVision(context, batch, items, target, features);
  }
  if (context.text === null) return;
  const byLength = new Map<number, TextItem[]>();
  for (const picture of pictures) {
    for (const shardItem of items.get(picture.image)!) {
      const prepared = prepareText(context, picture, shardItem, features.get(picture.image)!);
      const group = byLength.get(prepared.example.ids.length);
      if (group === undefined) byLength.set(prepared.example.ids.length, [prepared]);
      else group.push(prepared);
    }
  }
  for (const group of byLength.values()) {
    for (const batch of chunks(group, context.textBatch)) {
      context.signal?.throwIfAborted();
      await runText(context, context.text, batch, target);
    }
  }
}

/** Copies pooled row `from` of `layer` into the target's row, and refuses NaN and infinities. */
function copyRow(context: ShardContext, target: ShardTarget, layer: Layer, selection: Selection, { item, row }: ShardItem, pooled: Float32Array, from: number): void {
  const into = target.tensors.get(tensorName(layer.name, selection))!;
  const values = pooled.subarray(from * layer.width, (from + 1) * layer.width);
  for (const value of values) if (!Number.isFinite(value)) throw notFinite(`the layer ${layer.name} and the row of ${item.item} (${selection})`, `${context.checkpoint.directory}/${layer.file}`);
  into.set(values, row * layer.width);
}

async function runVision(context: ShardContext, batch: readonly Picture[], items: ReadonlyMap<string, readonly ShardItem[]>, target: ShardTarget, features: Map<string, Float32Array>): Promise<void> {
  const { vision, text } = context.checkpoint;
  const everything = Array.from({ length: vision.grid.rows * vision.grid.columns }, (_, i) => i);
  const layers = context.layers.filter(({ part }) => part !== 'text');
  const wanted = new Set(layers.flatMap(({ name }) => context.selections.get(name) ?? []));
  const regions = batch.map(() => new Regions());
  const copies: { example: number; shardItem: ShardItem; rows: ReadonlyMap<Selection, number> }[] = [];
  batch.forEach((picture, example) => {
    for (const shardItem of items.get(picture.image)!) {
      const objects = objectPatches(vision, picture, shardItem.item);
      const rows = new Map<Selection, number>();
      for (const selection of wanted) {
        const region = selection === 'cls' ? 'cls' : selection === 'image' ? everything : objects[Number(selection.slice(-1)) - 1];
        rows.set(selection, regions[example].row(region));
      }
      copies.push({ example, shardItem, rows });
    }
  });
  const { width, height } = vision.processor.output;
  const size = 3 * width * height;
  const pixels = new Float32Array(batch.length * size);
  batch.forEach((picture, i) => pixels.set(picture.pixels, i * size));
  const output = await context.vision.run(pixels, regions.map(({ list }) => list));
  const stride = Math.max(1, ...regions.map(({ list }) => list.length));
  for (const layer of layers) {
    const found = output.widths.get(layer.name)!;
    if (found !== layer.width) throw wrongWidth(layer, found);
    for (const { example, shardItem, rows } of copies) {
      for (const selection of context.selections.get(layer.name) ?? []) copyRow(context, target, layer, selection, shardItem, output.pooled.get(layer.name)!, example * stride + rows.get(selection)!);
    }
  }
  if (output.features === null || text === null) return;
  const length = output.features.tokens * output.features.width;
  batch.forEach((picture, i) => features.set(picture.image, output.features!.data.subarray(i * length, (i + 1) * length)));
}

function wrongWidth(layer: Layer, found: number): PlumblineError {
  return new PlumblineError('width-mismatch', `the layer ${layer.name} has ${found} numbers a token, ${layer.width} were expected from the graph and config.json`, { where: layer.file, hint: 'the files do not belong together' });
}

interface TextItem {
  readonly shardItem: ShardItem;
  readonly prompt: Prompt;
  readonly example: TextExample;
  /** Selection → pooled row. */
  readonly rows: ReadonlyMap<Selection, number>;
}

function prepareText(context: ShardContext, picture: Picture, shardItem: ShardItem, features: Float32Array): TextItem {
  const { vision, text } = context.checkpoint;
  const { item } = shardItem;
  const maker = text!.prompt;
  const prompt = makePrompt(maker, item.question);
  const last = prompt.ids.length - 1;
  const wanted = new Set(context.layers.filter(({ part }) => part === 'text').flatMap(({ name }) => context.selections.get(name) ?? []));
  const patchStart = prompt.imageStart + text!.featurePrefix;
  const objects = objectPatches(vision, picture, item).map((patches) => patches.map((patch) => patchStart + patch));
  const named = [...wanted].some((selection) => selection.startsWith('words')) ? phrasePositions(maker, prompt, item.objects.slice(0, 2).map(({ name }) => name)) : [];
  const rows = new Map<Selection, number>();
  const pools: number[][] = [];
  for (const selection of wanted) {
    const object = Number(selection.slice(-1)) - 1;
    const positions = selection === 'last' ? [last] : selection.startsWith('words') ? [named[object]] : objects[object];
    rows.set(selection, pools.push(positions) - 1);
  }
  return { shardItem, prompt, rows, example: { ids: prompt.ids, imageStart: prompt.imageStart, features, pools, heads: [last] } };
}

async function runText(context: ShardContext, { runner, scorer }: NonNullable<ShardContext['text']>, batch: readonly TextItem[], target: ShardTarget): Promise<void> {
  const scorings = batch.map(({ shardItem, prompt }) => scorer.scoring(shardItem.item, prompt));
  const vocabulary = [...new Set(scorings.flatMap((scoring) => (scoring.kind === 'first-token' ? scoring.tokens.flat() : [])))];
  const index = new Map(vocabulary.map((token, i) => [token, i]));
  const output = await runner.run(batch.map(({ example }) => example), vocabulary);
  const stride = Math.max(1, batch[0].example.pools.length);
  for (const layer of context.layers.filter(({ part }) => part === 'text')) {
    const pooled = output.pooled.get(layer.name)!;
    const found = pooled.length / (batch.length * stride);
    if (found !== layer.width) throw wrongWidth(layer, found);
    batch.forEach(({ shardItem, rows }, i) => {
      for (const selection of context.selections.get(layer.name) ?? []) copyRow(context, target, layer, selection, shardItem, pooled, i * stride + rows.get(selection)!);
    });
  }
  for (const [i, { shardItem, example }] of batch.entries()) {
    const { item, row } = shardItem;
    const scoring = scorings[i];
    const where = `${context.checkpoint.directory}/${context.checkpoint.text!.decoder.file}`;
    if (!Number.isFinite(output.normalisers[i])) throw notFinite(`the logits for ${item.item}`, where);
    const scores =
      scoring.kind === 'first-token'
        ? scoring.tokens.map((tokens) => logSumExp(tokens.map((token) => output.logits[i * vocabulary.length + index.get(token)!])))
        : await scoreSequences(runner, example, scoring.sequences, `${where}: ${item.item}`);
    target.answers[row] = { item: item.item, scores: Object.fromEntries(item.options.map((option, k) => [option, scores[k]])) };
  }
}
