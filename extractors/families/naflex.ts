/**
 * SigLIP 2's vision encoder of any proportions (NaFlex): a picture as at most `max_num_patches` patches in its own
 * proportions, given as rows with their grid's shape. Source: `image_processing_siglip2.py` in transformers. Rows that
 * its processor adds as padding are left out: the mask hides them, so the others are the same.
 */
import { z } from 'zod';
import { PlumblineError } from '../../core/errors.ts';
import type { Located } from '../checkpoint/locate.ts';
import type { VisionGraph } from '../checkpoint/vision-graph.ts';
import type { Size } from '../preprocess/geometry.ts';
import { resizeImage } from '../preprocess/resample.ts';
import { pixelSchema, pixelValues } from '../preprocess/tiles.ts';
import type { Layout, TilePlan, VisionPart } from './family.ts';
import { eachPicture } from './layout.ts';
import { inputNamed, readPreprocessor } from './vlm.ts';

const positive = z.number().int().positive();
const preprocessorSchema = pixelSchema.extend({
  image_processor_type: z.string().optional(),
  patch_size: positive.default(16),
  max_num_patches: positive.default(256),
});

/** Whether the checkpoint's pictures are cut by SigLIP 2's processor. */
export async function isNaflex(located: Located): Promise<boolean> {
  if (!located.files.has('preprocessor_config.json')) return false;
  const { image_processor_type: type } = await readPreprocessor(
    located,
    z.looseObject({ image_processor_type: z.string().optional() }),
  );
  return type?.replace(/Fast$/, '') === 'Siglip2ImageProcessor';
}

/** @param features what the rows of a picture's output are; null without a text side */
export async function naflexVision(
  located: Located,
  opened: VisionGraph,
  features: ((tiles: readonly TilePlan[]) => Layout) | null,
): Promise<VisionPart> {
  const preprocessor = await readPreprocessor(located, preprocessorSchema);
  const { patch_size: patch, max_num_patches: most } = preprocessor;
  const values = pixelValues(preprocessor, 'bilinear');
  const mask = inputNamed(opened, ['pixel_attention_mask']);
  const shapes = inputNamed(opened, ['spatial_shapes']);
  if (typeof opened.shape?.[1] === 'number')
    throw new PlumblineError('fixed-patches', `the graph takes ${opened.shape[1]} patches and no other number`, {
      where: opened.graph.path,
      hint: 'export it with the number of patches left open',
    });
  return {
    ...opened,
    batchable: false,
    picture: { size: null, filter: values.filter, grid: null },
    visuals: eachPicture,
    prepare(ref, [picture]) {
      const size = naflexSize(picture, patch, most);
      const { data, width, height } = resizeImage(picture, size.width, size.height, values.filter);
      const grid = { rows: height / patch, columns: width / patch, patch };
      const count = grid.rows * grid.columns;
      const pixels = new Float32Array(count * 3 * patch * patch);
      let at = 0;
      for (let cell = 0; cell < count; cell++) {
        const start = (Math.floor(cell / grid.columns) * width + (cell % grid.columns)) * patch;
        for (let y = 0; y < patch; y++)
          for (let x = 0; x < patch; x++)
            for (let channel = 0; channel < 3; channel++)
              pixels[at++] = values.table[channel * 256 + data[(start + y * width + x) * 3 + channel]];
      }
      const tiles: TilePlan[] = [{ pictures: [0], grid, placement: { resized: size, output: size, left: 0, top: 0 } }];
      return {
        ref,
        originals: [{ width: picture.width, height: picture.height }],
        feeds: {
          [opened.input]: { values: pixels, dims: [1, count, 3 * patch * patch] },
          [mask]: { values: new Uint8Array(count).fill(1), dims: [1, count] },
          [shapes]: { values: [grid.rows, grid.columns], dims: [1, 2] },
        },
        tiles,
        features: features === null ? null : features(tiles),
      };
    },
  };
}

const EPSILON = 1e-5;

/**
 * The largest size in the picture's proportions, edges divisible by the patch's, that has at most `most` patches
 * (`get_image_size_for_max_num_patches`).
 */
export function naflexSize({ width, height }: Size, patch: number, most: number): Size {
  const scaled = (scale: number): Size => {
    const edge = (size: number): number => Math.max(patch, Math.ceil((size * scale) / patch) * patch);
    return { width: edge(width), height: edge(height) };
  };
  let low = EPSILON / 10;
  let high = 100;
  while (high - low >= EPSILON) {
    const middle = (low + high) / 2;
    const size = scaled(middle);
    if ((size.height / patch) * (size.width / patch) <= most) low = middle;
    else high = middle;
  }
  return scaled(low);
}
