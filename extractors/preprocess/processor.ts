/** A picture to the model's pixel tensor, as `preprocessor_config.json` says: resize, centre crop, rescale, normalise. */
import { PlumblineError } from '../../core/errors.ts';
import type { PreprocessorConfig } from '../checkpoint/config.ts';
import { place, type Placement, type ResizeRule, type Size } from './geometry.ts';
import type { RgbImage } from './image.ts';
import { type Filter, FILTERS, resizeImage } from './resample.ts';

export interface ImageProcessor {
  readonly rule: ResizeRule;
  readonly crop: Size | null;
  readonly filter: Filter;
  /** The picture's size as the model sees it. */
  readonly output: Size;
  /** Value of each byte in each channel after rescaling and normalising, 3 × 256. */
  readonly table: Float32Array;
}

/** Filter of each processor class when the config doesn't name one. */
const DEFAULT_FILTER: Readonly<Record<string, Filter>> = { ViTImageProcessor: 'bilinear', DeiTImageProcessor: 'bicubic' };

/**
 * The processor that a config describes.
 * @param where file of the config, for errors
 * @param imageSize edge of the model's picture, when the config names no size
 */
export function imageProcessor(config: PreprocessorConfig, where: string, imageSize: number | null): ImageProcessor {
  const unsupported = (what: string): PlumblineError =>
    new PlumblineError('unsupported-preprocessing', what, { where, hint: 'supported: resize to a size or shortest edge, centre crop, rescale, normalise' });
  if (config.do_pad === true) throw unsupported('pads pictures to a square (do_pad)');
  const rule = resizeRule(config, imageSize);
  const crop = cropSize(config, rule, imageSize);
  const output = crop ?? (rule.kind === 'exact' ? rule.size : null);
  if (output === null) throw unsupported('gives pictures of differing sizes (no crop after the resize)');
  const filter = config.resample !== undefined ? FILTERS[config.resample] : (DEFAULT_FILTER[config.image_processor_type?.replace(/Fast$/, '') ?? ''] ?? 'bicubic');
  if (config.do_normalize && (config.image_mean === undefined || config.image_std === undefined)) throw unsupported('normalises, but names no image_mean and image_std');
  return { rule, crop, filter, output, table: valueTable(config) };
}

function resizeRule(config: PreprocessorConfig, imageSize: number | null): ResizeRule {
  if (!config.do_resize) return { kind: 'none' };
  const size = config.size ?? imageSize;
  if (size === null) return { kind: 'none' };
  if (typeof size === 'number') {
    // A bare number is the shortest edge to CLIP's processor (which crops), and both edges to ViT's.
    return config.do_center_crop === true ? { kind: 'shortest-edge', edge: size } : { kind: 'exact', size: { width: size, height: size } };
  }
  return 'shortest_edge' in size ? { kind: 'shortest-edge', edge: size.shortest_edge } : { kind: 'exact', size };
}

function cropSize(config: PreprocessorConfig, rule: ResizeRule, imageSize: number | null): Size | null {
  if (!(config.do_center_crop ?? (config.crop_size !== undefined && rule.kind !== 'exact'))) return null;
  const size = config.crop_size ?? imageSize;
  if (size === null) return null;
  return typeof size === 'number' ? { width: size, height: size } : size;
}

/** Hugging Face rescales in float64, rounds to float32, then normalises in float32. */
function valueTable(config: PreprocessorConfig): Float32Array {
  const table = new Float32Array(3 * 256);
  for (let channel = 0; channel < 3; channel++) {
    const mean = Math.fround(config.image_mean?.[channel] ?? 0);
    const deviation = Math.fround(config.image_std?.[channel] ?? 1);
    for (let byte = 0; byte < 256; byte++) {
      const value = Math.fround(config.do_rescale ? byte * config.rescale_factor : byte);
      table[channel * 256 + byte] = config.do_normalize ? Math.fround(Math.fround(value - mean) / deviation) : value;
    }
  }
  return table;
}

/** The resized and cropped picture in 8 bits, and how it was placed. */
export function fitImage(processor: ImageProcessor, image: RgbImage): { image: RgbImage; placement: Placement } {
  const placement = place(image, processor.rule, processor.crop);
  const resized = resizeImage(image, placement.resized.width, placement.resized.height, processor.filter);
  const { output, left, top } = placement;
  if (left === 0 && top === 0 && output.width === resized.width && output.height === resized.height) return { image: resized, placement };
  const data = new Uint8Array(output.width * output.height * 3);
  const fromX = Math.max(0, left);
  const toX = Math.min(resized.width, left + output.width);
  for (let y = Math.max(0, top); y < Math.min(resized.height, top + output.height); y++)
    data.set(resized.data.subarray((y * resized.width + fromX) * 3, (y * resized.width + toX) * 3), ((y - top) * output.width + fromX - left) * 3);
  return { image: { ...output, data }, placement };
}

/** Writes a fitted picture as normalised float32 planes [3, height, width] into `target` at `offset`. */
export function writePixels(processor: ImageProcessor, image: RgbImage, target: Float32Array, offset: number): void {
  const plane = image.width * image.height;
  const { table } = processor;
  for (let i = 0, at = 0; i < plane; i++, at += 3) {
    target[offset + i] = table[image.data[at]];
    target[offset + plane + i] = table[256 + image.data[at + 1]];
    target[offset + 2 * plane + i] = table[512 + image.data[at + 2]];
  }
}
