/**
 * InternVL (the form in transformers): a picture in as many square tiles as fit its proportions, the whole picture as
 * the last one. Sources: `image_processing_got_ocr2.py`, `processing_internvl.py` in transformers.
 */
import { z } from 'zod';
import type { Size } from '../preprocess/geometry.ts';
import { resizeImage } from '../preprocess/resample.ts';
import { cropImage, heightWidth, pixelSchema, pixelValues, stackTiles } from '../preprocess/tiles.ts';
import type { Family, TilePlan, VisionPart, Visual } from './family.ts';
import { eachPicture, layoutOfTiles } from './layout.ts';
import { languagePart, openVlm, patchEdge, pictureTemplate, readPreprocessor } from './vlm.ts';

const positive = z.number().int().positive();
const preprocessorSchema = pixelSchema.extend({
  size: heightWidth,
  min_patches: positive.default(1),
  max_patches: positive.default(12),
});
const configSchema = z.looseObject({
  image_seq_length: positive.optional(),
  downsample_ratio: z.number().positive().default(0.5),
});
const IMAGE = '<IMG_CONTEXT>';
const START = '<img>';
const END = '</img>';

export const internvl: Family = {
  name: 'InternVL',
  modelTypes: ['internvl'],
  async open(located, config) {
    const vlm = await openVlm(located, config, IMAGE);
    const { opened, where } = vlm;
    const preprocessor = await readPreprocessor(located, preprocessorSchema);
    const values = pixelValues(preprocessor, 'bicubic');
    const patch = patchEdge(config, where);
    const { size } = preprocessor;
    const grid = { rows: Math.floor(size.height / patch), columns: Math.floor(size.width / patch), patch };
    const settings = configSchema.parse(config);
    const tokens =
      vlm.processor.image_seq_length ??
      settings.image_seq_length ??
      Math.round(grid.rows * settings.downsample_ratio) * Math.round(grid.columns * settings.downsample_ratio);

    const vision: VisionPart = {
      ...opened,
      batchable: false,
      picture: { size: null, filter: values.filter, grid },
      visuals: eachPicture,
      prepare(ref, [picture]) {
        // `InternVLProcessor` cuts into tiles whatever `crop_to_patches` says in the preprocessor's own config.
        const [columns, rows] = tileArrangement(picture, size, preprocessor.min_patches, preprocessor.max_patches);
        const whole = resizeImage(picture, size.width, size.height, values.filter);
        const canvas = { width: columns * size.width, height: rows * size.height };
        const placement = { resized: size, output: size, left: 0, top: 0 };
        const images = [whole];
        const tiles: TilePlan[] = [{ pictures: [0], grid, placement }];
        if (rows * columns > 1) {
          const resized = resizeImage(picture, canvas.width, canvas.height, values.filter);
          const cut = Array.from({ length: rows * columns }, (_, i) => ({
            left: (i % columns) * size.width,
            top: Math.floor(i / columns) * size.height,
          }));
          images.unshift(...cut.map(({ left, top }) => cropImage(resized, left, top, size)));
          tiles.unshift(
            ...cut.map((corner): TilePlan => ({
              pictures: [0],
              grid,
              placement: { resized: canvas, output: size, ...corner },
            })),
          );
        }
        const side = Math.sqrt(tokens);
        const features = layoutOfTiles(
          tiles.map((tile) => ({
            ...tile,
            grid: { rows: side, columns: side, patch: size.width / side, patchHeight: size.height / side },
          })),
          0,
        );
        return {
          ref,
          originals: [{ width: picture.width, height: picture.height }],
          feeds: { [opened.input]: stackTiles(images, values) },
          tiles,
          features,
        };
      },
    };

    const text = (question: string, visuals: readonly Visual[]): string => {
      const pieces = pictureTemplate(vlm, question, visuals.length, IMAGE).split(IMAGE);
      return pieces
        .map((piece, i) => (i === 0 ? piece : `${START}${IMAGE.repeat(visuals[i - 1].features!.length)}${END}${piece}`))
        .join('');
    };
    return { vision, text: languagePart(vlm, { text, spelledOut: true }), files: vlm.files };
  },
};

/**
 * Columns and rows of tiles whose proportions are nearest to the picture's; among equals the one with more tiles, while
 * the picture's area is above half of theirs (`get_optimal_tiled_canvas`).
 */
export function tileArrangement({ width, height }: Size, tile: Size, least: number, most: number): [number, number] {
  const arrangements: [number, number][] = [];
  for (let columns = 1; columns <= most; columns++)
    for (let rows = 1; rows <= most; rows++)
      if (columns * rows >= least && columns * rows <= most) arrangements.push([columns, rows]);
  arrangements.sort((a, b) => a[0] * a[1] - b[0] * b[1]);
  const aspect = width / height;
  let best: [number, number] = [1, 1];
  let difference = Infinity;
  for (const [columns, rows] of arrangements) {
    const own = Math.abs(aspect - columns / rows);
    if (own < difference || (own === difference && width * height > 0.5 * tile.width * tile.height * columns * rows))
      best = [columns, rows];
    difference = Math.min(difference, own);
  }
  return best;
}
