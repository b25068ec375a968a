/**
 * A picture to the model's pixel tensor, as `preprocessor_config.json` says: resize, centre crop, rescale, normalise.
 */
import { PlumblineError } from '../../core/errors.ts';
import type { PreprocessorConfig } from '../checkpoint/config.ts';
import { place, type Placement, type ResizeRule, type Size } from './geometry.ts';
import type { RgbImage } from './image.ts';
import { type Filter, FILTERS, resizeImage } from './resample.ts';

export interface ImageProcessor {
  readonly rule: ResizeRule;
  readonly crop: Size | null;
  /** Colour with which pictures are padded to a square before the resize; null where they aren't. */
  readonly square: readonly [number, number, number] | null;
  /** Blue first. */
  readonly flipped: boolean;
  readonly filter: Filter;
  /** The picture's size as the model sees it. */
  readonly output: Size;
  /** Value of each byte in each channel after rescaling and normalising, 3 × 256. */
  readonly table: Float32Array;
}

/** Filter of each processor class when the config doesn't name one. */
const DEFAULT_FILTER: Readonly<Record<string, Filter>> = {
  ViTImageProcessor: 'bilinear',
  DeiTImageProcessor: 'bicubic',
  ConvNextImageProcessor: 'bilinear',
  MobileNetV2ImageProcessor: 'bilinear',
};

/**
 * The processor that a config describes.
 * @param where file of the config, for errors
 * @param imageSize edge of the model's picture, when the config names no size
 */
export function imageProcessor(config: PreprocessorConfig, where: string, imageSize: number | null): ImageProcessor {
  const unsupported = (what: string): PlumblineError =>
    new PlumblineError('unsupported-preprocessing', what, {
      where,
      hint: 'supported: padding to a square, resize to a size or shortest edge, centre crop, rescale, normalise',
    });
  const type = config.image_processor_type?.replace(/Fast$/, '') ?? '';
  if (config.do_pad === true && type !== 'LlavaImageProcessor')
    throw unsupported(`pads pictures in the manner of ${type || 'an unnamed processor'} (do_pad)`);
  if (config.keep_aspect_ratio === true) throw unsupported('keeps the aspect ratio (keep_aspect_ratio)');
  if (type === 'Siglip2ImageProcessor')
    throw unsupported('cuts pictures into a varying number of patches (Siglip2ImageProcessor)');
  const { rule, crop } =
    type === 'ConvNextImageProcessor'
      ? convNextSizes(config, unsupported)
      : { rule: resizeRule(config, imageSize), crop: cropSize(config, resizeRule(config, imageSize), imageSize) };
  const output = crop ?? (rule.kind === 'exact' ? rule.size : null);
  if (output === null) throw unsupported('gives pictures of differing sizes (no crop after the resize)');
  const filter = config.resample !== undefined ? FILTERS[config.resample] : (DEFAULT_FILTER[type] ?? 'bicubic');
  if (config.do_normalize && (config.image_mean === undefined || config.image_std === undefined))
    throw unsupported('normalises, but names no image_mean and image_std');
  // LLaVA's pads with the mean colour, cut to whole grey levels.
  const [red, green, blue] = (config.image_mean ?? [0, 0, 0]).map((mean) => Math.trunc(mean * 255));
  return {
    rule,
    crop,
    square: config.do_pad === true ? [red, green, blue] : null,
    flipped: config.do_flip_channel_order === true,
    filter,
    output,
    table: valueTable(config),
  };
}

/**
 * Below 384 pixels `ConvNextImageProcessor` resizes to more than it needs and crops; from there on it resizes both
 * edges.
 */
function convNextSizes(
  config: PreprocessorConfig,
  unsupported: (what: string) => PlumblineError,
): { rule: ResizeRule; crop: Size | null } {
  const { size } = config;
  if (typeof size !== 'object' || !('shortest_edge' in size))
    throw unsupported('ConvNextImageProcessor needs a shortest_edge');
  const edge = size.shortest_edge;
  const square = { width: edge, height: edge };
  if (edge >= 384) return { rule: { kind: 'exact', size: square }, crop: null };
  return { rule: { kind: 'shortest-edge', edge: Math.trunc(edge / (config.crop_pct ?? 224 / 256)) }, crop: square };
}

function resizeRule(config: PreprocessorConfig, imageSize: number | null): ResizeRule {
  if (!config.do_resize) return { kind: 'none' };
  const size = config.size ?? imageSize;
  if (size === null) return { kind: 'none' };
  if (typeof size === 'number') {
    // A bare number is the shortest edge to CLIP's processor (which crops), and both edges to ViT's.
    return config.do_center_crop === true
      ? { kind: 'shortest-edge', edge: size }
      : { kind: 'exact', size: { width: size, height: size } };
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
export function valueTable(
  config: Pick<PreprocessorConfig, 'do_rescale' | 'rescale_factor' | 'do_normalize' | 'image_mean' | 'image_std'>,
): Float32Array {
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
  if (processor.square !== null && image.width !== image.height) return fitSquare(processor, image, processor.square);
  const placement = place(image, processor.rule, processor.crop);
  const resized = resizeImage(image, placement.resized.width, placement.resized.height, processor.filter);
  const { output, left, top } = placement;
  if (left === 0 && top === 0 && output.width === resized.width && output.height === resized.height)
    return { image: resized, placement };
  const data = new Uint8Array(output.width * output.height * 3);
  paste(resized, { ...output, data }, left, top);
  return { image: { ...output, data }, placement };
}

/**
 * Copies `image` into `target` so that its pixel (`left`, `top`) comes to the upper left corner; what lies outside is
 * cut off.
 */
function paste(image: RgbImage, target: RgbImage, left: number, top: number): void {
  const fromX = Math.max(0, left);
  const toX = Math.min(image.width, left + target.width);
  for (let y = Math.max(0, top); y < Math.min(image.height, top + target.height); y++)
    target.data.set(
      image.data.subarray((y * image.width + fromX) * 3, (y * image.width + toX) * 3),
      ((y - top) * target.width + fromX - left) * 3,
    );
}

/** Pads a picture to a square in the middle of `colour`, and fits that. */
function fitSquare(
  processor: ImageProcessor,
  image: RgbImage,
  colour: readonly [number, number, number],
): { image: RgbImage; placement: Placement } {
  const edge = Math.max(image.width, image.height);
  const data = new Uint8Array(edge * edge * 3);
  for (let i = 0; i < data.length; i++) data[i] = colour[i % 3];
  const left = Math.floor((edge - image.width) / 2);
  const top = Math.floor((edge - image.height) / 2);
  paste(image, { width: edge, height: edge, data }, -left, -top);
  const fitted = fitImage({ ...processor, square: null }, { width: edge, height: edge, data });
  const { resized, output } = fitted.placement;
  const scale = resized.width / edge;
  const placement = {
    resized: { width: image.width * scale, height: image.height * scale },
    output,
    left: fitted.placement.left - left * scale,
    top: fitted.placement.top - top * scale,
  };
  return { image: fitted.image, placement };
}

/** Writes a fitted picture as normalised float32 planes [3, height, width] into `target` at `offset`. */
export function writePixels(
  processor: Pick<ImageProcessor, 'table' | 'flipped'>,
  image: RgbImage,
  target: Float32Array,
  offset: number,
): void {
  const plane = image.width * image.height;
  const { table, flipped } = processor;
  const [first, third] = flipped ? [2, 0] : [0, 2];
  for (let i = 0, at = 0; i < plane; i++, at += 3) {
    target[offset + i] = table[image.data[at + first]];
    target[offset + plane + i] = table[256 + image.data[at + 1]];
    target[offset + 2 * plane + i] = table[512 + image.data[at + third]];
  }
}
