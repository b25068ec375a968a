/** Draws patch grids over pictures: in plain pixels, so that no font is needed. */
import type { Tile } from '../families/family.ts';
import type { RgbImage } from './image.ts';

/** Rows of the patches that an object covers. */
export interface PatchMark {
  readonly object: number;
  readonly rows: readonly number[];
}

export interface Panel {
  readonly image: RgbImage;
  readonly tiles: readonly Tile[];
  readonly marks: readonly PatchMark[];
  /** Number to write into the patch of a row. */
  readonly label: (row: number) => number;
}

type Colour = readonly [number, number, number];
const LINE: Colour = [0, 220, 220];
const TINTS: readonly Colour[] = [
  [255, 60, 60],
  [70, 110, 255],
];
const LABEL: Colour = [255, 255, 255];
const SHADE = 0.35;
const LONGEST = 1000;
const GAP = 8;
/** Digits 0–9, 3 × 5 pixels, rows of three bits. */
const GLYPHS: readonly (readonly number[])[] = [
  [7, 5, 5, 5, 7],
  [2, 6, 2, 2, 7],
  [7, 1, 7, 4, 7],
  [7, 1, 7, 1, 7],
  [5, 5, 7, 1, 1],
  [7, 4, 7, 1, 7],
  [7, 4, 7, 5, 7],
  [7, 1, 1, 1, 1],
  [7, 5, 7, 5, 7],
  [7, 5, 7, 1, 7],
];

/** All panels side by side. */
export function drawPatches(panels: readonly Panel[]): RgbImage {
  const drawn = panels.flatMap((panel) =>
    layers(panel.tiles, panel.image).map((tiles) => drawPanel({ ...panel, tiles })),
  );
  const height = Math.max(...drawn.map((image) => image.height));
  const width = drawn.reduce((sum, image) => sum + image.width + GAP, -GAP);
  const data = new Uint8Array(width * height * 3).fill(255);
  let left = 0;
  for (const image of drawn) {
    for (let y = 0; y < image.height; y++)
      data.set(image.data.subarray(y * image.width * 3, (y + 1) * image.width * 3), (y * width + left) * 3);
    left += image.width + GAP;
  }
  return { width, height, data };
}

interface Rectangle {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** What a tile shows, in pixels of the original picture. */
function region({ placement: { resized, output, left, top } }: Tile, { width, height }: RgbImage): Rectangle {
  const scaleX = width / resized.width;
  const scaleY = height / resized.height;
  return {
    left: left * scaleX,
    top: top * scaleY,
    right: (left + output.width) * scaleX,
    bottom: (top + output.height) * scaleY,
  };
}

/** Tiles that don't overlap share a panel: crops in one, the whole picture in another. */
function layers(tiles: readonly Tile[], image: RgbImage): Tile[][] {
  const overlap = (a: Rectangle, b: Rectangle): boolean =>
    Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1 &&
    Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 1;
  const found: Tile[][] = [];
  for (const tile of tiles) {
    const free = found.find((group) => group.every((other) => !overlap(region(tile, image), region(other, image))));
    if (free === undefined) found.push([tile]);
    else free.push(tile);
  }
  return found.length === 0 ? [[]] : found;
}

function drawPanel({ image, tiles, marks, label }: Panel): RgbImage {
  const zoom = Math.max(1, Math.round(LONGEST / Math.max(image.width, image.height)));
  const width = image.width * zoom;
  const height = image.height * zoom;
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const from = (Math.floor(y / zoom) * image.width + Math.floor(x / zoom)) * 3;
      const seen = tiles.some((tile) => contains(region(tile, image), x / zoom, y / zoom));
      for (let c = 0; c < 3; c++) data[(y * width + x) * 3 + c] = image.data[from + c] * (seen ? 1 : SHADE);
    }
  const blend = (x: number, y: number, colour: Colour, share: number): void => {
    if (x < 0 || y < 0 || x >= width || y >= height) return;
    const at = (y * width + x) * 3;
    for (let c = 0; c < 3; c++) data[at + c] = data[at + c] * (1 - share) + colour[c] * share;
  };
  for (const tile of tiles) {
    const { left, top, right, bottom } = region(tile, image);
    const { rows, columns } = tile.grid;
    const x = (column: number): number => Math.round((left + ((right - left) * column) / columns) * zoom);
    const y = (row: number): number => Math.round((top + ((bottom - top) * row) / rows) * zoom);
    tile.rows.forEach((index, patch) => {
      const [row, column] = [Math.floor(patch / columns), patch % columns];
      const objects = marks.filter((mark) => mark.rows.includes(index));
      for (let py = y(row); py < y(row + 1); py++)
        for (let px = x(column); px < x(column + 1); px++) {
          for (const { object } of objects) blend(px, py, TINTS[object], 0.4);
          if (px === x(column) || py === y(row)) blend(px, py, LINE, 0.7);
        }
      writeNumber(
        label(index),
        x(column) + 3,
        y(row) + 3,
        x(column + 1) - x(column) - 4,
        y(row + 1) - y(row) - 4,
        blend,
      );
    });
  }
  return { width, height, data };
}

const contains = ({ left, top, right, bottom }: Rectangle, x: number, y: number): boolean =>
  x >= left && x < right && y >= top && y < bottom;

/** Writes a number as large as the cell allows, up to three times, on a dark ground; nothing where it has no room. */
function writeNumber(
  value: number,
  left: number,
  top: number,
  width: number,
  height: number,
  blend: (x: number, y: number, colour: Colour, share: number) => void,
): void {
  const digits = [...String(value)].map(Number);
  const zoom = Math.min(3, Math.floor(width / (digits.length * 4)), Math.floor(height / 6));
  if (zoom < 1) return;
  for (let py = -1; py < 5 * zoom + 1; py++)
    for (let px = -1; px < digits.length * 4 * zoom; px++) blend(left + px, top + py, [0, 0, 0], 0.55);
  digits.forEach((digit, i) =>
    GLYPHS[digit].forEach((bits, gy) => {
      for (let gx = 0; gx < 3; gx++) {
        if ((bits & (4 >> gx)) === 0) continue;
        for (let k = 0; k < zoom * zoom; k++)
          blend(left + (i * 4 + gx) * zoom + (k % zoom), top + gy * zoom + Math.floor(k / zoom), LABEL, 1);
      }
    }),
  );
}
