/**
 * Runs some items with their visuals through the model and fills their rows of a shard: pictures here, questions in
 * `questions.ts`.
 */
import type { Layer, Selection } from '../../core/artifacts/hidden-states.ts';
import type { Visual } from '../families/family.ts';
import { visualKey } from '../families/layout.ts';
import { boxOf } from './positions.ts';
import { runQuestions } from './questions.ts';
import type { SimilarityScorer } from './similarity.ts';
import { chunks, copyRow, type ShardContext, type ShardItem, type ShardTarget, wrongWidth } from './target.ts';
import { Regions } from './visuals.ts';

/**
 * All `items`, whose visuals are among `visuals`, in fixed batches: visuals in order, then prompts of equal length in
 * order.
 */
export async function runItems(
  context: ShardContext,
  visuals: readonly Visual[],
  items: readonly ShardItem[],
  target: ShardTarget,
): Promise<void> {
  const loaded = new Map(visuals.map((visual) => [visualKey(visual.ref), visual]));
  const features =
    context.vision === null
      ? new Map<string, Float32Array>()
      : await runVision(context, context.vision, visuals, items, target);
  if (context.text === null) return;
  await runQuestions(context, context.text, items, loaded, features, target);
  if (context.text.similarity !== null)
    await scorePictures(
      context.text.similarity,
      items.map((shardItem) => ({ shardItem, images: shardItem.visuals.map((ref) => features.get(visualKey(ref))!) })),
      target,
    );
}

/** Answers of a dual encoder; items without pictures have none. */
async function scorePictures(
  similarity: SimilarityScorer,
  items: readonly { readonly shardItem: ShardItem; readonly images: readonly Float32Array[] }[],
  target: ShardTarget,
): Promise<void> {
  const seen = items.filter(({ images }) => images.length > 0);
  const scores = await similarity.scores(seen.map(({ shardItem, images }) => ({ item: shardItem.item, images })));
  seen.forEach(({ shardItem: { item, row } }, i) => {
    target.answers[row] = {
      item: item.item,
      scores: Object.fromEntries(item.options.map((option, k) => [option, scores[i][k]])),
    };
  });
}

/** One pooled row of a visual that takes part in an item's row. */
interface Share {
  readonly visual: number;
  readonly region: number;
  /** Share of the item's mean. */
  readonly weight: number;
}

/**
 * Runs the visuals, fills the rows of the layers before the text, and returns the image features by key. An item's row
 * is the mean over its visuals; an object's patches lie in the visual that shows its picture.
 */
async function runVision(
  context: ShardContext,
  vision: NonNullable<ShardContext['vision']>,
  visuals: readonly Visual[],
  items: readonly ShardItem[],
  target: ShardTarget,
): Promise<Map<string, Float32Array>> {
  const layers = context.layers.filter(({ part }) => part !== 'text');
  const wanted = new Set(layers.flatMap(({ name }) => context.selections.get(name) ?? []));
  const number = new Map(visuals.map(({ ref }, i) => [visualKey(ref), i]));
  const regions = visuals.map(() => new Regions());
  const shares = items.map(({ item, visuals: refs }) => {
    const own = refs.map((ref) => number.get(visualKey(ref))!);
    const rows = new Map<Selection, Share[]>();
    for (const selection of wanted) {
      if (selection === 'image' || selection === 'cls')
        rows.set(
          selection,
          own.map((visual) => ({ visual, region: regions[visual].row(selection), weight: 1 / own.length })),
        );
      else {
        const place = boxOf(item, refs, selection);
        if (place !== null)
          rows.set(selection, [
            { visual: own[place.visual], region: regions[own[place.visual]].row(place.region), weight: 1 },
          ]);
      }
    }
    return rows;
  });
  const features = new Map<string, Float32Array>();
  const pooled: { get: (layer: Layer, visual: number, region: number) => Float32Array }[] = [];
  for (const batch of chunks(
    visuals.map((visual, i) => ({ visual, i })),
    context.visionBatch,
  )) {
    context.signal?.throwIfAborted();
    const lists = batch.map(({ i }) => regions[i].list);
    const output = await vision.runner.run(
      batch.map(({ visual }) => visual),
      lists,
    );
    const stride = Math.max(1, ...lists.map((list) => list.length));
    for (const layer of layers)
      if (output.widths.get(layer.name) !== layer.width) throw wrongWidth(layer, output.widths.get(layer.name)!);
    batch.forEach(({ visual }, example) => {
      pooled.push({
        get: (layer, _, region) =>
          output.pooled
            .get(layer.name)!
            .subarray((example * stride + region) * layer.width, (example * stride + region + 1) * layer.width),
      });
      if (output.features !== null) features.set(visualKey(visual.ref), output.features[example]);
    });
  }
  for (const layer of layers) {
    items.forEach((shardItem, i) => {
      for (const selection of context.selections.get(layer.name) ?? []) {
        const parts = shares[i].get(selection) ?? [];
        copyRow(
          context,
          target,
          layer,
          selection,
          shardItem,
          weightedMean(
            layer.width,
            parts.map(({ visual, region, weight }) => ({ values: pooled[visual].get(layer, visual, region), weight })),
          ),
        );
      }
    });
  }
  return features;
}

function weightedMean(
  width: number,
  parts: readonly { readonly values: Float32Array; readonly weight: number }[],
): Float32Array {
  if (parts.length === 1) return parts[0].values;
  const mean = new Float32Array(width);
  for (let j = 0; j < width; j++) mean[j] = parts.reduce((sum, { values, weight }) => sum + weight * values[j], 0);
  return mean;
}
