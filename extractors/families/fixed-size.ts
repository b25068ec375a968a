/** A vision encoder that takes every picture at one size, by itself. */
import { PlumblineError } from '../../core/errors.ts';
import type { VisionGraph } from '../checkpoint/vision-graph.ts';
import type { PatchGrid } from '../preprocess/geometry.ts';
import { fitImage, type ImageProcessor, writePixels } from '../preprocess/processor.ts';
import type { Layout, TilePlan, VisionPart } from './family.ts';
import { eachPicture } from './layout.ts';

/**
 * @param patch edge of a patch in pixels
 * @param where file that should name it, for errors
 * @param features what the rows of the image features are; null without a language side
 */
export function fixedSizeVision(opened: VisionGraph, processor: ImageProcessor, patch: number | null, where: string, features: ((tiles: readonly TilePlan[]) => Layout) | null): VisionPart {
  const { height, width } = processor.output;
  if (patch === null) throw new PlumblineError('no-patch-size', 'config.json names no patch_size for the vision encoder', { where, hint: 'only patch-based vision encoders can be read' });
  const grid: PatchGrid = { rows: Math.floor(height / patch), columns: Math.floor(width / patch), patch };
  const { graph, input, output, found } = opened;
  return {
    graph,
    input,
    output,
    found,
    batchable: true,
    picture: { size: processor.output, filter: processor.filter, grid },
    visuals: eachPicture,
    prepare(ref, [picture]) {
      const fitted = fitImage(processor, picture);
      const values = new Float32Array(3 * height * width);
      writePixels(processor, fitted.image, values, 0);
      const tiles: TilePlan[] = [{ pictures: [0], grid, placement: fitted.placement }];
      return { ref, originals: [{ width: picture.width, height: picture.height }], feeds: { [input]: { values, dims: [1, 3, height, width] } }, tiles, features: features === null ? null : features(tiles) };
    },
  };
}
