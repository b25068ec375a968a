/**
 * Qwen2-VL and Qwen2.5-VL: pictures at their own size as rows of patches, merged 2 × 2 into tokens; clips as video
 * tokens, two frames a patch; M-RoPE. Sources: `processing_qwen2_vl.py`, `image_processing_qwen2_vl.py`,
 * `modeling_qwen2_5_vl.py` in transformers.
 */
import { z } from 'zod';
import { PlumblineError } from '../../core/errors.ts';
import type { Item } from '../../core/artifacts/contrast-set.ts';
import type { Placement } from '../preprocess/geometry.ts';
import type { RgbImage } from '../preprocess/image.ts';
import { resizeImage } from '../preprocess/resample.ts';
import { blockOrder, patchRows, smartResize } from '../preprocess/smart-resize.ts';
import { pixelSchema, pixelValues } from '../preprocess/tiles.ts';
import { encodePrompt, expandPrompt, renderPrompt } from '../prompt/prompt.ts';
import type { Family, Feeds, Layout, PromptInput, TilePlan, VisionPart, Visual, VisualRef } from './family.ts';
import { eachPicture, layoutOfTiles } from './layout.ts';
import { mropePositions, type TokenGrid } from './mrope.ts';
import { inputNamed, openVlm, patchEdge, readPreprocessor } from './vlm.ts';

const positive = z.number().int().positive();
const preprocessorSchema = pixelSchema.extend({
  min_pixels: positive.nullish(),
  max_pixels: positive.nullish(),
  size: z.looseObject({ shortest_edge: positive.optional(), longest_edge: positive.optional() }).optional(),
  patch_size: positive.optional(),
  merge_size: positive.default(2),
  temporal_patch_size: positive.default(2),
});

const qwenSchema = z.looseObject({
  video_token_id: z.number().int().optional(),
  vision_config: z
    .looseObject({
      spatial_merge_size: positive.default(2),
      window_size: positive.optional(),
      embed_dim: positive.optional(),
      hidden_size: positive.optional(),
      tokens_per_second: z.number().positive().optional(),
    })
    .optional(),
});

/**
 * Seconds between two patches in time, as the processor assumes when it is told no frame rate: two frames a patch, two
 * frames a second.
 */
const SECONDS_PER_PATCH = 1;
const IMAGE = '<|image_pad|>';
const VIDEO = '<|video_pad|>';

export const qwenVl: Family = {
  name: 'Qwen-VL',
  modelTypes: ['qwen2_vl', 'qwen2_5_vl'],
  async open(located, config) {
    const vlm = await openVlm(located, config, IMAGE);
    const { opened, decoder, tools, where } = vlm;
    const preprocessor = await readPreprocessor(located, preprocessorSchema);
    const qwen = qwenSchema.parse(config);
    const patch = preprocessor.patch_size ?? patchEdge(config, where);
    const merge = preprocessor.merge_size;
    const values = pixelValues(preprocessor, 'bicubic');
    const limits = {
      factor: patch * merge,
      minPixels: preprocessor.min_pixels ?? preprocessor.size?.shortest_edge ?? 56 * 56,
      maxPixels: preprocessor.max_pixels ?? preprocessor.size?.longest_edge ?? 28 * 28 * 1280,
    };
    const gridInput = inputNamed(opened, ['grid_thw', 'image_grid_thw']);
    const windowed = qwen.vision_config?.window_size;
    // Merged patches along a window's edge; Qwen2-VL has no windows.
    const window = config.model_type === 'qwen2_5_vl' ? Math.floor((windowed ?? 112) / merge / patch) : null;
    const step =
      config.model_type === 'qwen2_5_vl' ? SECONDS_PER_PATCH * (qwen.vision_config?.tokens_per_second ?? 4) : 1;
    const video = { token: VIDEO, id: qwen.video_token_id ?? tools.tokenizer.token_to_id(VIDEO) };

    // Qwen2-VL calls the encoder's width embed_dim; its hidden_size is the decoder's.
    const width = qwen.vision_config?.embed_dim ?? qwen.vision_config?.hidden_size ?? null;
    const vision: VisionPart = {
      ...opened,
      found: {
        ...opened.found,
        layers: opened.found.layers.map((layer) => ({ ...layer, width: layer.width ?? width })),
      },
      batchable: false,
      picture: { size: null, filter: values.filter, grid: null },
      visuals: (item) => (item.media === 'clip' ? clipOf(item) : eachPicture(item)),
      prepare(ref, pictures) {
        const frames = resizeFrames(ref, pictures, limits, values.filter);
        const { values: pixels, grid } = patchRows(frames, {
          patch,
          merge,
          temporal: preprocessor.temporal_patch_size,
          table: values.table,
        });
        const { width, height } = frames[0];
        const placement: Placement = { resized: { width, height }, output: { width, height }, left: 0, top: 0 };
        const order = encoderOrder(grid[1], grid[2], merge, window);
        const shown = (t: number): number[] => [
          ...new Set(
            Array.from({ length: preprocessor.temporal_patch_size }, (_, k) =>
              Math.min(t * preprocessor.temporal_patch_size + k, pictures.length - 1),
            ),
          ),
        ];
        const tiles = Array.from({ length: grid[0] }, (_, t): TilePlan => ({
          pictures: shown(t),
          grid: { rows: grid[1], columns: grid[2], patch },
          placement,
          order,
        }));
        const merged = tiles.map((tile): TilePlan => ({
          pictures: tile.pictures,
          placement,
          grid: { rows: grid[1] / merge, columns: grid[2] / merge, patch: patch * merge },
        }));
        const feeds: Feeds = {
          [opened.input]: {
            values: pixels,
            dims: [grid[0] * grid[1] * grid[2], pixels.length / (grid[0] * grid[1] * grid[2])],
          },
          [gridInput]: { values: grid, dims: [1, 3] },
        };
        return {
          ref,
          originals: pictures.map(({ width: w, height: h }) => ({ width: w, height: h })),
          feeds,
          tiles,
          features: layoutOfTiles(merged, 0),
        };
      },
    };

    const encode = (text: string): number[] => encodePrompt(tools, text);
    return {
      vision,
      text: {
        ...decoder,
        tools,
        encode,
        prompt({ question }, visuals) {
          const clip = visuals.some(({ ref }) => ref.kind === 'clip');
          const token = clip ? video : vlm.image;
          if (token.id === undefined)
            throw new PlumblineError('image-token', `no token \`${token.token}\` in the vocabulary`, {
              where,
              hint: 'config.json must name video_token_id',
            });
          const text = renderPrompt({
            tools,
            question,
            visuals: visuals.map(({ ref }) => (ref.kind === 'clip' ? 'video' : 'image')),
            token: token.token,
            where,
          });
          return expandPrompt(question, text, encode(text), {
            id: token.id,
            counts: visuals.map(({ features }) => features!.length),
            token: token.token,
            where,
          });
        },
        inputs: (batch) => ({
          position_ids: { values: batchPositions(batch, step), dims: [3, batch.length, batch[0].ids.length] },
        }),
      },
      files: vlm.files,
    };
  },
};

function clipOf({ images }: Pick<Item, 'images'>): VisualRef[] {
  return [{ kind: 'clip', images }];
}

/** Frames at the size that the first one has after resizing. */
function resizeFrames(
  ref: VisualRef,
  pictures: readonly RgbImage[],
  limits: Parameters<typeof smartResize>[1],
  filter: Parameters<typeof resizeImage>[3],
): RgbImage[] {
  const [{ width, height }] = pictures;
  const other = pictures.findIndex((frame) => frame.width !== width || frame.height !== height);
  if (other > 0)
    throw new PlumblineError(
      'frame-size',
      `frame ${other + 1} of a clip is ${pictures[other].width} × ${pictures[other].height}, the first is ${width} × ${height}`,
      { where: ref.images[other], hint: 'all frames of a clip must have one size' },
    );
  const size = smartResize({ width, height }, limits);
  return pictures.map((picture) => resizeImage(picture, size.width, size.height, filter));
}

/**
 * Place of each patch of a frame in the encoder: in blocks of merge × merge, the blocks window by window where there
 * are windows.
 */
export function encoderOrder(rows: number, columns: number, merge: number, window: number | null): Int32Array {
  const order = blockOrder(rows, columns, merge);
  if (window === null) return order;
  const [down, across] = [rows / merge, columns / merge];
  const blocks = Array.from({ length: down * across }, (_, i) => i);
  const windowOf = (block: number): number =>
    Math.floor(Math.floor(block / across) / window) * across + Math.floor((block % across) / window);
  const sorted = [...blocks].sort((a, b) => windowOf(a) - windowOf(b) || a - b);
  const place = new Int32Array(blocks.length);
  sorted.forEach((block, i) => (place[block] = i));
  const unit = merge * merge;
  return order.map((at) => place[Math.floor(at / unit)] * unit + (at % unit));
}

function tokenGrid({ features }: Visual, step: number): TokenGrid {
  const { tiles } = features as Layout;
  return { frames: tiles.length, rows: tiles[0].grid.rows, columns: tiles[0].grid.columns, step };
}

/** Positions [3, B, T]. */
function batchPositions(batch: readonly PromptInput[], step: number): number[] {
  const all = batch.map(({ ids, prompt, visuals }) =>
    mropePositions(
      ids.length,
      prompt.images.map(([first]) => first),
      visuals.map((visual) => tokenGrid(visual, step)),
    ),
  );
  return [0, 1, 2].flatMap((axis) => all.flatMap((positions) => positions[axis]));
}
