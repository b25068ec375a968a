/** Depth maps from outside: 16-bit PNG in thousandths of a unit, or `.npy` in units; and an object's depth in one. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { messageOf, PlumblineError } from '../../core/errors.ts';
import { openFileSource } from '../../core/formats/byte-source.ts';
import { openNpy } from '../../core/formats/npy.ts';
import { rowProblem } from './row-problem.ts';

export interface DepthMap {
  readonly width: number;
  readonly height: number;
  /** Row-major; 0 or not finite where it isn't known. */
  readonly values: Float32Array | Float64Array;
}

/** Reads the map of a picture, `STEM.png` or `STEM.npy`; throws `bad-row`. */
export async function readDepthMap(folder: string, stem: string): Promise<DepthMap> {
  const [png, npy] = ['png', 'npy'].map((extension) => join(folder, `${stem}.${extension}`));
  if (existsSync(png)) return readPng(png);
  if (existsSync(npy)) return readNpy(npy);
  throw rowProblem(`no depth map ${stem}.png or ${stem}.npy in ${folder}`);
}

async function readPng(path: string): Promise<DepthMap> {
  try {
    const { depth } = await sharp(path).metadata();
    if (depth !== 'ushort')
      throw rowProblem(`the depth map ${path} has ${depth ?? 'unknown'} values; a 16-bit PNG is needed`);
    const { data, info } = await sharp(path)
      .extractChannel(0)
      .toColourspace('grey16')
      .raw({ depth: 'ushort' })
      .toBuffer({ resolveWithObject: true });
    const thousandths = new Uint16Array(data.buffer.slice(data.byteOffset, data.byteOffset + data.length));
    return { width: info.width, height: info.height, values: Float32Array.from(thousandths, (value) => value / 1000) };
  } catch (error) {
    if (error instanceof PlumblineError) throw error;
    throw rowProblem(`the depth map ${path} can't be read: ${messageOf(error)}`);
  }
}

async function readNpy(path: string): Promise<DepthMap> {
  const source = await openFileSource(path);
  try {
    const { numbers, shape } = await openNpy(source, 'depth');
    const [height, width] = shape.filter(
      (size, i) => !(size === 1 && (i === 0 || i === shape.length - 1) && shape.length > 2),
    );
    if (
      numbers === null ||
      shape.filter((size) => size !== 1).length > 2 ||
      height === undefined ||
      width === undefined
    )
      throw rowProblem(`the depth map ${path} is of the shape (${shape.join(', ')}); (height, width) is needed`);
    const values = new Float64Array(width * height);
    await numbers.read(0, values);
    return { width, height, values };
  } finally {
    await source.close();
  }
}

/** Share of the box, by side, that an object's depth is read from: its rim shows what is behind. */
const CENTRE = 0.5;

/**
 * Median over the central half (by side) of a box of the picture; the map may have another size than the picture.
 * Undefined where less than half of it is known.
 * @param inverse the map holds inverse depth
 */
export function depthIn(
  { width, height, values }: DepthMap,
  [x, y, w, h]: readonly [number, number, number, number],
  picture: { readonly width: number; readonly height: number },
  inverse: boolean,
): number | undefined {
  const range = (from: number, length: number, scale: number, size: number): [number, number] => {
    const start = Math.min(size - 1, Math.floor((from + (length * (1 - CENTRE)) / 2) * scale));
    return [start, Math.min(size, Math.max(start + 1, Math.ceil((from + (length * (1 + CENTRE)) / 2) * scale)))];
  };
  const [x0, x1] = range(x, w, width / picture.width, width);
  const [y0, y1] = range(y, h, height / picture.height, height);
  const known: number[] = [];
  for (let row = y0; row < y1; row++)
    for (let column = x0; column < x1; column++) {
      const value = values[row * width + column];
      if (Number.isFinite(value) && value > 0) known.push(inverse ? 1 / value : value);
    }
  if (known.length * 2 < (x1 - x0) * (y1 - y0)) return undefined;
  known.sort((a, b) => a - b);
  return (known[(known.length - 1) >> 1] + known[known.length >> 1]) / 2;
}
