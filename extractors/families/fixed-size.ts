/** A vision encoder that takes every picture at one size, by itself. */
import { PlumblineError } from '../../core/errors.ts';
import type { VisionGraph } from '../checkpoint/vision-graph.ts';
import type { PatchGrid } from '../preprocess/geometry.ts';
import { fitImage, type ImageProcessor, writePixels } from '../preprocess/processor.ts';
import type { Feeds, Layout, TilePlan, VisionPart } from './family.ts';
import { eachPicture } from './layout.ts';

export interface FixedSizeOptions {
  /** Edge of a patch in pixels; null where the layers have grids of their own (convolutional networks). */
  readonly patch: number | null;
  /** The patch grid, where it isn't given by an edge. */
  readonly grid?: PatchGrid | null;
  /** File that should name it, for errors. */
  readonly where: string;
  /** What the rows of the image features are; null without a language side. */
  readonly features: ((tiles: readonly TilePlan[]) => Layout) | null;
  /** Inputs beside the pixels, for one picture. */
  readonly extra?: Feeds;
}

export function fixedSizeVision(
  opened: VisionGraph,
  processor: ImageProcessor,
  { patch, grid: stated = null, where, features, extra }: FixedSizeOptions,
): VisionPart {
  const { height, width } = processor.output;
  const { graph, input, output, found, shape } = opened;
  if (patch === null && stated === null && found.uniform)
    throw new PlumblineError('no-patch-size', 'config.json names no patch_size for the vision encoder', {
      where,
      hint: 'add it, or describe the graph in a plumbline.yaml beside it',
    });
  const known =
    stated ?? (patch === null ? null : { rows: Math.floor(height / patch), columns: Math.floor(width / patch), patch });
  const grid: PatchGrid = known ?? { rows: 1, columns: 1, patch: width, patchHeight: height };
  const channelsLast = isChannelsLast(shape);
  return {
    graph,
    input,
    output,
    found,
    // A graph that was exported for one picture takes one at a time.
    batchable: typeof shape?.[0] !== 'number' || shape[0] < 1,
    picture: { size: processor.output, filter: processor.filter, grid: known },
    visuals: eachPicture,
    prepare(ref, [picture]) {
      const fitted = fitImage(processor, picture);
      const planes = new Float32Array(3 * height * width);
      writePixels(processor, fitted.image, planes, 0);
      const pixels = channelsLast
        ? { values: interleave(planes), dims: [1, height, width, 3] }
        : { values: planes, dims: [1, 3, height, width] };
      const tiles: TilePlan[] = [{ pictures: [0], grid, placement: fitted.placement }];
      return {
        ref,
        originals: [{ width: picture.width, height: picture.height }],
        feeds: { [input]: pixels, ...extra },
        tiles,
        features: features === null ? null : features(tiles),
      };
    },
  };
}

/** Whether pictures are given as [B, height, width, 3]. */
export const isChannelsLast = (shape: readonly (number | string)[] | null): boolean =>
  shape?.length === 4 && shape[3] === 3 && shape[1] !== 3;

/** Height and width that a graph declares for its pictures. */
export function declaredSize(shape: readonly (number | string)[] | null): readonly (number | string)[] | undefined {
  return isChannelsLast(shape) ? shape!.slice(1, 3) : shape?.slice(2);
}

function interleave(planes: Float32Array): Float32Array {
  const size = planes.length / 3;
  return Float32Array.from({ length: planes.length }, (_, i) => planes[(i % 3) * size + Math.floor(i / 3)]);
}
