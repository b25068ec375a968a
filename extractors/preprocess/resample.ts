/**
 * Pillow's resampling of 8-bit pictures, bit for bit: a horizontal and a vertical pass with 22-bit fixed-point weights,
 * each rounded to 8 bits, the filter stretched when shrinking (antialiasing). Definition: Pillow,
 * `src/libImaging/Resample.c` and, for nearest, `Geometry.c`.
 */
import type { RgbImage } from './image.ts';

export const FILTERS = ['nearest', 'lanczos', 'bilinear', 'bicubic', 'box', 'hamming'] as const;
/** In the order of Pillow's numbers, which `preprocessor_config.json` holds as `resample`. */
export type Filter = (typeof FILTERS)[number];

const PRECISION = 22;

const sinc = (x: number): number => (x === 0 ? 1 : Math.sin(x * Math.PI) / (x * Math.PI));

const KERNELS: Readonly<Record<Exclude<Filter, 'nearest'>, { support: number; weight: (x: number) => number }>> = {
  box: { support: 0.5, weight: (x) => (x > -0.5 && x <= 0.5 ? 1 : 0) },
  bilinear: { support: 1, weight: (x) => Math.max(0, 1 - Math.abs(x)) },
  hamming: {
    support: 1,
    weight: (x) => {
      const distance = Math.abs(x);
      if (distance === 0) return 1;
      return distance >= 1 ? 0 : sinc(distance) * (0.54 + 0.46 * Math.cos(distance * Math.PI));
    },
  },
  bicubic: {
    support: 2,
    weight: (x) => {
      const a = -0.5;
      const d = Math.abs(x);
      if (d < 1) return ((a + 2) * d - (a + 3)) * d * d + 1;
      return d < 2 ? (((d - 5) * d + 8) * d - 4) * a : 0;
    },
  },
  lanczos: { support: 3, weight: (x) => (x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0) },
};

interface Taps {
  /** First source index of each target index. */
  readonly first: Int32Array;
  readonly count: Int32Array;
  /** `size` fixed-point weights a target index. */
  readonly weights: Int32Array;
  readonly size: number;
}

function computeTaps(from: number, to: number, filter: Exclude<Filter, 'nearest'>): Taps {
  const kernel = KERNELS[filter];
  const scale = from / to;
  const stretch = Math.max(scale, 1);
  const support = kernel.support * stretch;
  const size = Math.ceil(support) * 2 + 1;
  const first = new Int32Array(to);
  const count = new Int32Array(to);
  const weights = new Int32Array(to * size);
  const values = new Float64Array(size);
  for (let i = 0; i < to; i++) {
    const center = (i + 0.5) * scale;
    const low = Math.max(Math.trunc(center - support + 0.5), 0);
    const n = Math.min(Math.trunc(center + support + 0.5), from) - low;
    let sum = 0;
    for (let k = 0; k < n; k++) {
      values[k] = kernel.weight((k + low - center + 0.5) * (1 / stretch));
      sum += values[k];
    }
    for (let k = 0; k < n; k++) {
      const fixed = (sum === 0 ? values[k] : values[k] / sum) * (1 << PRECISION);
      weights[i * size + k] = Math.trunc(fixed < 0 ? fixed - 0.5 : fixed + 0.5);
    }
    first[i] = low;
    count[i] = n;
  }
  return { first, count, weights, size };
}

const tapsCache = new Map<string, Taps>();
const MAX_CACHED = 64;

function tapsFor(from: number, to: number, filter: Exclude<Filter, 'nearest'>): Taps {
  const key = `${from} ${to} ${filter}`;
  let taps = tapsCache.get(key);
  if (taps === undefined) {
    taps = computeTaps(from, to, filter);
    if (tapsCache.size >= MAX_CACHED) tapsCache.clear();
    tapsCache.set(key, taps);
  }
  return taps;
}

const clip = (value: number): number => (value < 0 ? 0 : value > 255 ? 255 : value);
const HALF = 1 << (PRECISION - 1);

function horizontal(image: RgbImage, width: number, filter: Exclude<Filter, 'nearest'>): RgbImage {
  const { first, count, weights, size } = tapsFor(image.width, width, filter);
  const source = image.data;
  const data = new Uint8Array(width * image.height * 3);
  for (let y = 0, target = 0; y < image.height; y++) {
    const rowStart = y * image.width * 3;
    for (let x = 0; x < width; x++, target += 3) {
      let r = HALF;
      let g = HALF;
      let b = HALF;
      let at = rowStart + first[x] * 3;
      for (let k = x * size, end = k + count[x]; k < end; k++, at += 3) {
        const weight = weights[k];
        r += source[at] * weight;
        g += source[at + 1] * weight;
        b += source[at + 2] * weight;
      }
      data[target] = clip(r >> PRECISION);
      data[target + 1] = clip(g >> PRECISION);
      data[target + 2] = clip(b >> PRECISION);
    }
  }
  return { width, height: image.height, data };
}

function vertical(image: RgbImage, height: number, filter: Exclude<Filter, 'nearest'>): RgbImage {
  const { first, count, weights, size } = tapsFor(image.height, height, filter);
  const stride = image.width * 3;
  const source = image.data;
  const data = new Uint8Array(stride * height);
  const sums = new Int32Array(stride);
  for (let y = 0; y < height; y++) {
    sums.fill(HALF);
    for (let k = 0; k < count[y]; k++) {
      const weight = weights[y * size + k];
      const start = (first[y] + k) * stride;
      for (let i = 0; i < stride; i++) sums[i] += source[start + i] * weight;
    }
    const start = y * stride;
    for (let i = 0; i < stride; i++) data[start + i] = clip(sums[i] >> PRECISION);
  }
  return { width: image.width, height, data };
}

function nearest(image: RgbImage, width: number, height: number): RgbImage {
  const data = new Uint8Array(width * height * 3);
  const stepX = image.width / width;
  const stepY = image.height / height;
  for (let y = 0, target = 0; y < height; y++) {
    const rowStart = Math.floor((y + 0.5) * stepY) * image.width;
    for (let x = 0; x < width; x++, target += 3) {
      const at = (rowStart + Math.floor((x + 0.5) * stepX)) * 3;
      data[target] = image.data[at];
      data[target + 1] = image.data[at + 1];
      data[target + 2] = image.data[at + 2];
    }
  }
  return { width, height, data };
}

/** The picture at `width` × `height`, as Pillow's `Image.resize((width, height), filter)` gives it. */
export function resizeImage(image: RgbImage, width: number, height: number, filter: Filter): RgbImage {
  if (width === image.width && height === image.height) return image;
  if (filter === 'nearest') return nearest(image, width, height);
  const across = (from: RgbImage): RgbImage => (width === from.width ? from : horizontal(from, width, filter));
  const down = (from: RgbImage): RgbImage => (height === from.height ? from : vertical(from, height, filter));
  return verticalFirst(image, width, height) ? across(down(image)) : down(across(image));
}

/**
 * The order of the passes, which shows since each rounds to 8 bits (and cuts off what bicubic and Lanczos overshoot).
 * Pillow 13 takes the vertical one first where the height shrinks by more than twice what the width does (its pull
 * request 9549); earlier versions always took the horizontal one.
 */
function verticalFirst(image: RgbImage, width: number, height: number): boolean {
  return height < image.height && image.height - height > 2 * (image.width - width);
}
