/**
 * LLaVA-OneVision: the whole picture, then tiles of its best-fitting resolution whose padding is cut away, with a
 * newline token after each row (any-res); several pictures in one prompt are one tile each. The newline's embedding is
 * a weight, so the vision graph must give it as an output `image_newline`; where it doesn't, as in exports for
 * transformers.js, a picture is one tile without newline. Sources: `image_processing_llava_onevision.py`,
 * `processing_llava_onevision.py`, `modeling_llava_onevision.py` in transformers.
 */
import { join } from 'node:path';
import { z } from 'zod';
import { PlumblineError } from '../../core/errors.ts';
import { bilinearTaps, fitInside, selectBestResolution, shrunk, unpad, type Unpadded } from '../preprocess/any-res.ts';
import type { PatchGrid, Size } from '../preprocess/geometry.ts';
import type { RgbImage } from '../preprocess/image.ts';
import { fitImage } from '../preprocess/processor.ts';
import { resizeImage } from '../preprocess/resample.ts';
import { cropImage, heightWidth, pixelSchema, pixelValues, stackTiles } from '../preprocess/tiles.ts';
import { encodePrompt, renderPrompt } from '../prompt/prompt.ts';
import type { Family, Prompt, PromptInput, TilePlan, VisionPart, Visual } from './family.ts';
import { eachPicture, layoutOfTiles } from './layout.ts';
import { openVlm, patchEdge, readPreprocessor } from './vlm.ts';

const preprocessorSchema = pixelSchema.extend({
  size: heightWidth,
  image_grid_pinpoints: z.array(z.tuple([z.number().int().positive(), z.number().int().positive()])).default([]),
});
const configSchema = z.looseObject({
  vision_aspect_ratio: z
    .string()
    .regex(/^anyres_max_\d+$/)
    .default('anyres_max_9'),
  vision_feature_select_strategy: z.enum(['default', 'full']).default('full'),
});
const IMAGE = '<image>';
const NEWLINE = 'image_newline';

/** How the rows of a visual's features become tokens: the first tile as it is, then the rest as one grid. */
interface Packing {
  readonly tile: number;
  /** Grid of all tiles' features, what is kept of it, and its size after shrinking; null for one tile. */
  readonly grid: {
    readonly columns: number;
    readonly kept: Unpadded;
    readonly rows: number;
    readonly width: number;
  } | null;
  readonly newline: boolean;
}

export const llavaOnevision: Family = {
  name: 'LLaVA-OneVision',
  modelTypes: ['llava_onevision'],
  async open(located, config) {
    const vlm = await openVlm(located, config, IMAGE);
    const { opened, decoder, tools, where, image } = vlm;
    const preprocessor = await readPreprocessor(located, preprocessorSchema);
    const values = pixelValues(preprocessor, 'bicubic');
    const patch = patchEdge(config, where);
    const { size } = preprocessor;
    const settings = configSchema.parse(config);
    if (settings.vision_feature_select_strategy !== 'full')
      throw new PlumblineError(
        'unsupported-model',
        `vision_feature_select_strategy is \`${settings.vision_feature_select_strategy}\``,
        { where: join(where, 'config.json'), hint: 'SigLIP has no class token to drop: `full` was expected' },
      );
    const most = Number((vlm.processor.vision_aspect_ratio ?? settings.vision_aspect_ratio).replace('anyres_max_', ''));
    const resolutions = preprocessor.image_grid_pinpoints.map(([height, width]) => ({ width, height }));
    const newline = opened.graph.model.graph.outputs.some(({ name }) => name === NEWLINE);
    const side = Math.floor(size.height / patch);
    const grid: PatchGrid = { rows: side, columns: side, patch };
    const square = preprocessor.image_mean.map((mean) => Math.trunc(mean * 255)) as [number, number, number];

    const packingOf = (visual: Visual): Packing => {
      if (visual.tiles.length === 1) return { tile: side, grid: null, newline };
      const { placement } = visual.tiles[1];
      const canvas = selectBestResolution(visual.originals[0], resolutions);
      const [rows, columns] = [
        (canvas.height / placement.output.height) * side,
        (canvas.width / placement.output.width) * side,
      ];
      const kept = unpad(visual.originals[0], rows, columns);
      const small = shrunk(kept, most, side);
      return { tile: side, newline, grid: { columns, kept, rows: small.rows, width: small.columns } };
    };

    const vision: VisionPart = {
      ...opened,
      batchable: false,
      ...(newline ? { tail: NEWLINE } : {}),
      picture: { size: null, filter: values.filter, grid },
      // A picture among others is one tile, padded to a square.
      visuals: (item) =>
        newline && item.images.length === 1
          ? eachPicture(item)
          : eachPicture(item).map((ref) => ({ ...ref, kind: 'one-of-several' })),
      prepare(ref, [picture]) {
        const originals = [{ width: picture.width, height: picture.height }];
        if (ref.kind !== 'picture') {
          const fitted = fitImage(
            { ...values, rule: { kind: 'exact', size }, crop: null, square, output: size },
            picture,
          );
          const tiles: TilePlan[] = [{ pictures: [0], grid, placement: fitted.placement }];
          return {
            ref,
            originals,
            feeds: { [opened.input]: stackTiles([fitted.image], values) },
            tiles,
            features: layoutOfTiles(tiles, 0),
          };
        }
        const cut = anyRes(picture, selectBestResolution(picture, resolutions), size, (one, to) =>
          resizeImage(one, to.width, to.height, values.filter),
        );
        const tiles = cut.map(({ placement }): TilePlan => ({ pictures: [0], grid, placement }));
        return {
          ref,
          originals,
          feeds: {
            [opened.input]: stackTiles(
              cut.map((one) => one.image),
              values,
            ),
          },
          tiles,
          features: layoutOfTiles(tiles, 0),
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
          const text = renderPrompt({ tools, question, visuals: visuals.map(() => 'image'), token: IMAGE, where });
          return packedPrompt(question, text, encode(text), image.id, visuals.map(packingOf), where);
        },
        merge(target, width, input, features) {
          features.forEach((rows, k) => merge(target, width, input, k, rows, packingOf(input.visuals[k])));
        },
      },
      files: vlm.files,
    };
  },
};

/** The whole picture at the tiles' size, then the tiles of `canvas` row by row, each with its place. */
function anyRes(
  picture: RgbImage,
  canvas: Size,
  tile: Size,
  resize: (image: RgbImage, size: Size) => RgbImage,
): { image: RgbImage; placement: TilePlan['placement'] }[] {
  const fitted = fitInside(picture, canvas);
  const resized = resize(picture, fitted);
  const x = Math.floor((canvas.width - fitted.width) / 2);
  const y = Math.floor((canvas.height - fitted.height) / 2);
  const columns = canvas.width / tile.width;
  const crops = Array.from({ length: columns * (canvas.height / tile.height) }, (_, i) => {
    const left = (i % columns) * tile.width - x;
    const top = Math.floor(i / columns) * tile.height - y;
    return { image: cropImage(resized, left, top, tile), placement: { resized: fitted, output: tile, left, top } };
  });
  return [{ image: resize(picture, tile), placement: { resized: tile, output: tile, left: 0, top: 0 } }, ...crops];
}

/** Tokens of a visual. */
function tokensOf({ tile, grid, newline }: Packing): number {
  if (grid === null) return tile * tile + (newline ? 1 : 0);
  return tile * tile + grid.rows * (grid.width + 1);
}

/** Which token of its visual each row of the features is nearest to; rows of the padding go to the border. */
function tokenOfRow(row: number, { tile, grid }: Packing): number {
  const first = tile * tile;
  if (grid === null || row < first) return row;
  const [cell, index] = [(row - first) % first, Math.floor((row - first) / first)];
  const across = grid.columns / tile;
  const y = Math.floor(index / across) * tile + Math.floor(cell / tile) - grid.kept.top;
  const x = (index % across) * tile + (cell % tile) - grid.kept.left;
  const place = (value: number, from: number, to: number): number =>
    Math.min(Math.max(Math.floor(((value + 0.5) * to) / from), 0), to - 1);
  return first + place(y, grid.kept.rows, grid.rows) * (grid.width + 1) + place(x, grid.kept.columns, grid.width);
}

function packedPrompt(
  question: string,
  text: string,
  shortIds: readonly number[],
  id: number,
  packings: readonly Packing[],
  where: string,
): Prompt {
  if (shortIds.filter((one) => one === id).length !== packings.length)
    throw new PlumblineError(
      'image-token',
      `the tokenizer doesn't turn \`${IMAGE}\` into the image token ${id} ${packings.length} times`,
      { where, hint: 'config.json and tokenizer.json do not belong together' },
    );
  const ids: number[] = [];
  const images: number[][] = [];
  const positions = shortIds.map((one) => {
    const position = ids.length;
    if (one !== id) ids.push(one);
    else {
      const packing = packings[images.length];
      const rows =
        packing.tile *
        packing.tile *
        (packing.grid === null ? 1 : 1 + (packing.grid.columns / packing.tile) * tilesDown(packing));
      images.push(Array.from({ length: rows }, (_, row) => position + tokenOfRow(row, packing)));
      for (let i = 0; i < tokensOf(packing); i++) ids.push(id);
    }
    return position;
  });
  return { question, text, shortIds, ids, positions, images };
}

/** Rows of tiles; padding is cut from both sides alike. */
function tilesDown({ tile, grid }: Packing): number {
  return (grid!.kept.rows + 2 * grid!.kept.top) / tile;
}

/** Packs a visual's features into its tokens, as `pack_image_features` does. */
function merge(
  target: Float32Array,
  width: number,
  { prompt }: PromptInput,
  visual: number,
  rows: Float32Array,
  packing: Packing,
): void {
  const { tile, grid, newline } = packing;
  const first = tile * tile;
  const start = prompt.images[visual][0];
  target.set(rows.subarray(0, first * width), start * width);
  const line = rows.subarray(rows.length - width);
  if (grid === null) {
    if (newline) target.set(line, (start + first) * width);
    return;
  }
  const across = grid.columns / tile;
  const rowAt = (y: number, x: number): number => {
    const [row, column] = [y + grid.kept.top, x + grid.kept.left];
    return (
      first * (1 + Math.floor(row / tile) * across + Math.floor(column / tile)) + (row % tile) * tile + (column % tile)
    );
  };
  const down = bilinearTaps(grid.kept.rows, grid.rows);
  const over = bilinearTaps(grid.kept.columns, grid.width);
  let at = (start + first) * width;
  for (const y of down) {
    for (const x of over) {
      const corners = [rowAt(y.low, x.low), rowAt(y.low, x.high), rowAt(y.high, x.low), rowAt(y.high, x.high)];
      const shares = [
        (1 - y.share) * (1 - x.share),
        (1 - y.share) * x.share,
        y.share * (1 - x.share),
        y.share * x.share,
      ];
      for (let j = 0; j < width; j++, at++)
        target[at] = corners.reduce((sum, row, k) => sum + shares[k] * rows[row * width + j], 0);
    }
    target.set(line, at);
    at += width;
  }
}
