/** Runs some items with their visuals through the model and fills their rows of a shard. */
import type { Answer } from '../../core/artifacts/answers.ts';
import type { Item } from '../../core/artifacts/contrast-set.ts';
import type { Layer, Selection } from '../../core/artifacts/hidden-states.ts';
import type { Edit } from '../../core/artifacts/intervention.ts';
import { PlumblineError } from '../../core/errors.ts';
import { tensorName } from '../../core/formats/hidden-states.ts';
import type { Checkpoint } from '../checkpoint/open.ts';
import type { Prompt, TextPart, VisionPart, Visual, VisualRef } from '../families/family.ts';
import { patchRows, rowsOfBox, visualKey, visualOfPicture } from '../families/layout.ts';
import { phrasePositions } from '../prompt/phrase.ts';
import { logSumExp, notFinite, type Scorer, scoreSequences } from './score.ts';
import type { SimilarityScorer } from './similarity.ts';
import type { TextExample, TextRunner } from './text.ts';
import type { VisionRunner } from './vision.ts';
import { type Region, Regions } from './visuals.ts';

/** An item with its place in the shard and its visuals. */
export interface ShardItem {
  readonly item: Item;
  readonly row: number;
  readonly visuals: readonly VisualRef[];
}

export interface ShardContext {
  readonly checkpoint: Checkpoint;
  readonly layers: readonly Layer[];
  /** Layer → selections held. */
  readonly selections: ReadonlyMap<string, readonly Selection[]>;
  /** Null when there are no pictures. */
  readonly vision: { readonly part: VisionPart; readonly runner: VisionRunner } | null;
  readonly text: { readonly part: TextPart; readonly runner: TextRunner; readonly scorer: Scorer; readonly similarity: SimilarityScorer | null } | null;
  /** What changes text layers while they are run, with the row of each item in its tensors. */
  readonly intervention: { readonly edits: readonly Edit[]; readonly rows: ReadonlyMap<string, number> } | null;
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

/** All `items`, whose visuals are among `visuals`, in fixed batches: visuals in order, then prompts of equal length in order. */
export async function runItems(context: ShardContext, visuals: readonly Visual[], items: readonly ShardItem[], target: ShardTarget): Promise<void> {
  const loaded = new Map(visuals.map((visual) => [visualKey(visual.ref), visual]));
  const features = context.vision === null ? new Map<string, Float32Array>() : await runVision(context, context.vision, visuals, items, target);
  if (context.text === null) return;
  const byLength = new Map<number, TextItem[]>();
  for (const shardItem of items) {
    const keys = shardItem.visuals.map(visualKey);
    const prepared = prepareText(context, context.text.part, shardItem, keys.map((key) => loaded.get(key)!), keys.map((key) => features.get(key)!));
    const { length } = prepared.example.ids;
    const group = byLength.get(length);
    if (group === undefined) byLength.set(length, [prepared]);
    else group.push(prepared);
  }
  for (const group of byLength.values()) {
    for (const batch of chunks(group, context.textBatch)) {
      context.signal?.throwIfAborted();
      await runText(context, context.text, batch, target);
    }
  }
  if (context.text.similarity !== null) await scorePictures(context.text.similarity, items.map((shardItem) => ({ shardItem, images: shardItem.visuals.map((ref) => features.get(visualKey(ref))!) })), target);
}

/** Answers of a dual encoder; items without pictures have none. */
async function scorePictures(similarity: SimilarityScorer, items: readonly { readonly shardItem: ShardItem; readonly images: readonly Float32Array[] }[], target: ShardTarget): Promise<void> {
  const seen = items.filter(({ images }) => images.length > 0);
  const scores = await similarity.scores(seen.map(({ shardItem, images }) => ({ item: shardItem.item, images })));
  seen.forEach(({ shardItem: { item, row } }, i) => {
    target.answers[row] = { item: item.item, scores: Object.fromEntries(item.options.map((option, k) => [option, scores[i][k]])) };
  });
}

/** Copies pooled row `from` of `layer` into the target's row, and refuses NaN and infinities. */
function copyRow(context: ShardContext, target: ShardTarget, layer: Layer, selection: Selection, { item, row }: ShardItem, values: Float32Array): void {
  const into = target.tensors.get(tensorName(layer.name, selection))!;
  for (const value of values) if (!Number.isFinite(value)) throw notFinite(`the layer ${layer.name} and the row of ${item.item} (${selection})`, `${context.checkpoint.directory}/${layer.file}`);
  into.set(values, row * layer.width);
}

/** One pooled row of a visual that takes part in an item's row. */
interface Share {
  readonly visual: number;
  readonly region: number;
  /** Share of the item's mean. */
  readonly weight: number;
}

/**
 * Runs the visuals, fills the rows of the layers before the text, and returns the image features by key. An item's row is the mean over its visuals; an
 * object's patches lie in the visual that shows its picture.
 */
async function runVision(context: ShardContext, vision: NonNullable<ShardContext['vision']>, visuals: readonly Visual[], items: readonly ShardItem[], target: ShardTarget): Promise<Map<string, Float32Array>> {
  const layers = context.layers.filter(({ part }) => part !== 'text');
  const wanted = new Set(layers.flatMap(({ name }) => context.selections.get(name) ?? []));
  const number = new Map(visuals.map(({ ref }, i) => [visualKey(ref), i]));
  const regions = visuals.map(() => new Regions());
  const shares = items.map(({ item, visuals: refs }) => {
    const own = refs.map((ref) => number.get(visualKey(ref))!);
    const rows = new Map<Selection, Share[]>();
    for (const selection of wanted) {
      if (selection === 'image' || selection === 'cls') rows.set(selection, own.map((visual) => ({ visual, region: regions[visual].row(selection), weight: 1 / own.length })));
      else {
        const place = boxOf(item, refs, selection);
        if (place !== null) rows.set(selection, [{ visual: own[place.visual], region: regions[own[place.visual]].row(place.region), weight: 1 }]);
      }
    }
    return rows;
  });
  const features = new Map<string, Float32Array>();
  const pooled: { get: (layer: Layer, visual: number, region: number) => Float32Array }[] = [];
  for (const batch of chunks(visuals.map((visual, i) => ({ visual, i })), context.visionBatch)) {
    context.signal?.throwIfAborted();
    const lists = batch.map(({ i }) => regions[i].list);
    const output = await vision.runner.run(batch.map(({ visual }) => visual), lists);
    const stride = Math.max(1, ...lists.map((list) => list.length));
    for (const layer of layers) if (output.widths.get(layer.name) !== layer.width) throw wrongWidth(layer, output.widths.get(layer.name)!);
    batch.forEach(({ visual }, example) => {
      pooled.push({ get: (layer, _, region) => output.pooled.get(layer.name)!.subarray((example * stride + region) * layer.width, (example * stride + region + 1) * layer.width) });
      if (output.features !== null) features.set(visualKey(visual.ref), output.features[example]);
    });
  }
  for (const layer of layers) {
    items.forEach((shardItem, i) => {
      for (const selection of context.selections.get(layer.name) ?? []) {
        const parts = shares[i].get(selection) ?? [];
        copyRow(context, target, layer, selection, shardItem, weightedMean(layer.width, parts.map(({ visual, region, weight }) => ({ values: pooled[visual].get(layer, visual, region), weight }))));
      }
    });
  }
  return features;
}

function weightedMean(width: number, parts: readonly { readonly values: Float32Array; readonly weight: number }[]): Float32Array {
  if (parts.length === 1) return parts[0].values;
  const mean = new Float32Array(width);
  for (let j = 0; j < width; j++) mean[j] = parts.reduce((sum, { values, weight }) => sum + weight * values[j], 0);
  return mean;
}

/** Where the object of a `patches:k` selection is. */
function boxOf(item: Item, refs: readonly VisualRef[], selection: Selection): { visual: number; region: Exclude<Region, string> } | null {
  const object = item.objects[Number(selection.slice(selection.indexOf(':') + 1)) - 1];
  if (object?.box === undefined) return null;
  const place = visualOfPicture(refs, object.picture ?? 0);
  return place === null ? null : { visual: place.visual, region: { box: object.box, picture: place.picture } };
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

function prepareText(context: ShardContext, part: TextPart, shardItem: ShardItem, visuals: readonly Visual[], features: readonly Float32Array[]): TextItem {
  const { item } = shardItem;
  const prompt = part.prompt(item, visuals);
  const last = prompt.ids.length - 1;
  const wanted = new Set(context.layers.filter((layer) => layer.part === 'text').flatMap(({ name }) => context.selections.get(name) ?? []));
  const edits = context.intervention?.edits ?? [];
  const named = [...wanted, ...edits.map(({ tokens }) => tokens)].some((selection) => selection.startsWith('words')) ? phrasePositions(part.tools, prompt, item.objects.slice(0, 2).map(({ name }) => name)) : [];
  const rows = new Map<Selection, number>();
  const pools: number[][] = [];
  for (const selection of wanted) rows.set(selection, pools.push(positionsOf(selection, shardItem, prompt, visuals, named, last)) - 1);
  const edited = edits.map(({ tokens }) => ({
    positions: tokens === 'all' ? prompt.ids.map((_, i) => i) : positionsOf(tokens, shardItem, prompt, visuals, named, last),
    row: context.intervention!.rows.get(item.item) ?? null,
  }));
  return { shardItem, prompt, rows, example: { ids: prompt.ids, prompt, visuals, features, pools, heads: [last], edited } };
}

/** Positions of the prompt that a selection averages. */
export function positionsOf(selection: Selection, { item, visuals: refs }: Pick<ShardItem, 'item' | 'visuals'>, prompt: Prompt, visuals: readonly Visual[], named: readonly number[], last: number): number[] {
  if (selection === 'last') return [last];
  if (selection === 'cls') return [0];
  // Rows that are packed into one token count once.
  if (selection === 'image') return [...new Set(visuals.flatMap(({ features }, i) => patchRows(features!).map((row) => prompt.images[i][row])))];
  if (selection === 'mean') return textPositions(prompt);
  if (selection.startsWith('token:')) return [tokenPosition(selection, prompt, item.item)];
  const object = Number(selection.slice(selection.indexOf(':') + 1)) - 1;
  if (selection.startsWith('words')) return [named[object]];
  const place = boxOf(item, refs, selection);
  if (place === null) return [];
  const visual = visuals[place.visual];
  return [...new Set(rowsOfBox(visual, visual.features!, place.region.box, place.region.picture).map((row) => prompt.images[place.visual][row]))];
}

/** Positions of the text: without image tokens and padding. */
export function textPositions(prompt: Prompt): number[] {
  const images = new Set(prompt.images.flat());
  return prompt.positions.filter((position) => !images.has(position));
}

/** Position that `token:N` reads; throws `token-not-found`. */
export function tokenPosition(selection: Selection, { ids }: Pick<Prompt, 'ids'>, where: string): number {
  const number = Number(selection.slice('token:'.length));
  const position = number < 0 ? ids.length + number : number;
  if (position >= 0 && position < ids.length) return position;
  throw new PlumblineError('token-not-found', `the prompt has ${ids.length} tokens, and so no token ${number}`, { where: `item ${where}`, hint: `give a number from ${-ids.length} to ${ids.length - 1}; \`plumbline tokens\` shows them` });
}

async function runText(context: ShardContext, { part, runner, scorer }: NonNullable<ShardContext['text']>, batch: readonly TextItem[], target: ShardTarget): Promise<void> {
  const scorings = part.output === null ? [] : batch.map(({ shardItem, prompt }) => scorer.scoring(shardItem.item, prompt));
  const vocabulary = [...new Set(scorings.flatMap((scoring) => (scoring.kind === 'first-token' ? scoring.tokens.flat() : [])))];
  const index = new Map(vocabulary.map((token, i) => [token, i]));
  const output = await runner.run(batch.map(({ example }) => example), vocabulary);
  const stride = Math.max(1, batch[0].example.pools.length);
  for (const layer of context.layers.filter(({ part }) => part === 'text')) {
    const pooled = output.pooled.get(layer.name)!;
    const found = pooled.length / (batch.length * stride);
    if (found !== layer.width) throw wrongWidth(layer, found);
    batch.forEach(({ shardItem, rows }, i) => {
      for (const selection of context.selections.get(layer.name) ?? []) {
        const at = (i * stride + rows.get(selection)!) * layer.width;
        copyRow(context, target, layer, selection, shardItem, pooled.subarray(at, at + layer.width));
      }
    });
  }
  if (part.output === null) return;
  for (const [i, { shardItem, example }] of batch.entries()) {
    const { item, row } = shardItem;
    const scoring = scorings[i];
    const where = `${context.checkpoint.directory}/${part.decoder.file}`;
    if (!Number.isFinite(output.normalisers[i])) throw notFinite(`the logits for ${item.item}`, where);
    const scores =
      scoring.kind === 'first-token'
        ? scoring.tokens.map((tokens) => logSumExp(tokens.map((token) => output.logits[i * vocabulary.length + index.get(token)!])))
        : await scoreSequences(runner, example, scoring.sequences, `${where}: ${item.item}`);
    target.answers[row] = { item: item.item, scores: Object.fromEntries(item.options.map((option, k) => [option, scores[k]])) };
  }
}
