/**
 * Idefics3 and SmolVLM: a picture is cut into square tiles, row by row, with the whole picture as the last one; the
 * prompt marks each tile's row and column. Sources: `image_processing_idefics3.py`, `processing_idefics3.py` in
 * transformers.
 */
import { z } from 'zod';
import { realInputs } from '../checkpoint/graph-file.ts';
import type { Size } from '../preprocess/geometry.ts';
import type { RgbImage } from '../preprocess/image.ts';
import { resizeImage } from '../preprocess/resample.ts';
import { cropImage, pixelSchema, pixelValues, stackTiles } from '../preprocess/tiles.ts';
import type { Family, Feed, TilePlan, VisionPart, Visual } from './family.ts';
import { eachPicture, layoutOfTiles } from './layout.ts';
import { languagePart, openVlm, patchEdge, pictureTemplate, readPreprocessor } from './vlm.ts';

const edge = z.looseObject({ longest_edge: z.number().int().positive() });
const preprocessorSchema = pixelSchema.extend({
  do_resize: z.boolean().default(true),
  do_image_splitting: z.boolean().default(true),
  size: edge.optional(),
  max_image_size: edge.optional(),
});
const configSchema = z.looseObject({ scale_factor: z.number().int().positive().default(2) });

/** Transformers' bound on a resized picture. */
const MAX_EDGE = 4096;
const IMAGE = '<image>';
const AROUND = '<fake_token_around_image>';
const GLOBAL = '<global-img>';

export const idefics3: Family = {
  name: 'Idefics3',
  modelTypes: ['idefics3', 'smolvlm'],
  async open(located, config) {
    const vlm = await openVlm(located, config, IMAGE);
    const { opened, where } = vlm;
    const preprocessor = await readPreprocessor(located, preprocessorSchema);
    const values = pixelValues(preprocessor, 'lanczos');
    const patch = patchEdge(config, where);
    const { scale_factor: scale } = configSchema.parse(config);
    const tile = preprocessor.max_image_size?.longest_edge ?? 364;
    const longest = preprocessor.do_resize ? (preprocessor.size?.longest_edge ?? 4 * tile) : null;
    const side = Math.floor(tile / patch);
    const tokens = vlm.processor.image_seq_len ?? Math.floor(side / scale) ** 2;
    const masked = realInputs(opened.graph).some(({ name }) => name === 'pixel_attention_mask');

    const vision: VisionPart = {
      ...opened,
      batchable: false,
      picture: { size: null, filter: values.filter, grid: { rows: side, columns: side, patch } },
      visuals: eachPicture,
      prepare(ref, [picture]) {
        const first =
          longest === null ? picture : resizeImage(picture, ...edges(longestEdge(picture, longest)), values.filter);
        const cut = preprocessor.do_image_splitting
          ? split(first, tile, (one, size) => resizeImage(one, size.width, size.height, values.filter))
          : { crops: [], rows: 0, columns: 0, whole: first };
        const square = { width: tile, height: tile };
        const pictures = [...cut.crops, resizeImage(cut.whole, tile, tile, values.filter)];
        const stacked = stackTiles(pictures, values);
        const plan = (index: number): TilePlan => {
          const isWhole = index === cut.crops.length;
          const placement = isWhole
            ? { resized: square, output: square, left: 0, top: 0 }
            : {
                resized: { width: cut.whole.width, height: cut.whole.height },
                output: square,
                left: (index % cut.columns) * tile,
                top: Math.floor(index / cut.columns) * tile,
              };
          return { pictures: [0], placement, grid: { rows: side, columns: side, patch } };
        };
        const tiles = pictures.map((_, i) => plan(i));
        const half = Math.sqrt(tokens);
        const features = layoutOfTiles(
          tiles.map((one) => ({ ...one, grid: { rows: half, columns: half, patch: tile / half } })),
          0,
        );
        const mask: Feed = {
          values: new Uint8Array(pictures.length * tile * tile).fill(1),
          dims: [1, pictures.length, tile, tile],
        };
        return {
          ref,
          originals: [{ width: picture.width, height: picture.height }],
          feeds: {
            [opened.input]: { values: stacked.values, dims: [1, ...stacked.dims] },
            ...(masked ? { pixel_attention_mask: mask } : {}),
          },
          tiles,
          features,
        };
      },
    };

    const text = (question: string, visuals: readonly Visual[]): string => {
      const pieces = pictureTemplate(vlm, question, visuals.length, IMAGE).split(IMAGE);
      return pieces.map((piece, i) => (i === 0 ? piece : pictureText(visuals[i - 1], tokens) + piece)).join('');
    };
    return { vision, text: languagePart(vlm, { text, spelledOut: true }), files: vlm.files };
  },
};

const edges = ({ width, height }: Size): [number, number] => [width, height];

/**
 * Longest edge to `longest`, the other in proportion and even, as `_resize_output_size_rescale_to_max_len` does; then
 * below {@link MAX_EDGE}.
 */
export function longestEdge({ width, height }: Size, longest: number): Size {
  const aspect = width / height;
  const even = (value: number): number => Math.max(1, value % 2 === 0 ? value : value + 1);
  const size =
    width >= height
      ? { width: longest, height: even(Math.trunc(longest / aspect)) }
      : { width: even(Math.trunc(longest * aspect)), height: longest };
  if (Math.max(size.width, size.height) <= MAX_EDGE) return size;
  const ratio = size.width / size.height;
  return size.width >= size.height
    ? { width: MAX_EDGE, height: Math.max(1, Math.trunc(MAX_EDGE / ratio)) }
    : { width: Math.max(1, Math.trunc(MAX_EDGE * ratio)), height: MAX_EDGE };
}

/**
 * Resizes to multiples of the tile's edge (`resize_for_vision_encoder`) and cuts; no crops when the picture is one
 * tile.
 */
function split(
  image: RgbImage,
  tile: number,
  resize: (image: RgbImage, size: Size) => RgbImage,
): { crops: RgbImage[]; rows: number; columns: number; whole: RgbImage } {
  const aspect = image.width / image.height;
  const up = (value: number): number => Math.ceil(value / tile) * tile;
  const size: Size =
    image.width >= image.height
      ? { width: up(image.width), height: up(Math.trunc(up(image.width) / aspect)) }
      : { width: up(Math.trunc(up(image.height) * aspect)), height: up(image.height) };
  const whole = resize(image, size);
  const rows = size.height / tile;
  const columns = size.width / tile;
  if (rows === 1 && columns === 1) return { crops: [], rows: 0, columns: 0, whole };
  const crops = Array.from({ length: rows * columns }, (_, i) =>
    cropImage(whole, (i % columns) * tile, Math.floor(i / columns) * tile, { width: tile, height: tile }),
  );
  return { crops, rows, columns, whole };
}

/**
 * What stands for a picture in the prompt: a mark and the image tokens of every tile, a line a row of tiles, the whole
 * picture last.
 */
function pictureText({ tiles }: Visual, tokens: number): string {
  const run = IMAGE.repeat(tokens);
  const whole = `${AROUND}${GLOBAL}${run}${AROUND}`;
  if (tiles.length === 1) return whole;
  const columns = tiles[0].placement.resized.width / tiles[0].placement.output.width;
  const rows = (tiles.length - 1) / columns;
  let text = '';
  for (let row = 1; row <= rows; row++) {
    for (let column = 1; column <= columns; column++) text += `${AROUND}<row_${row}_col_${column}>${run}`;
    text += '\n';
  }
  return `${text}\n${whole}`;
}
