/**
 * Sizes and tiles of the processors that keep a picture's proportions, against Hugging Face's own functions on 252
 * sizes; and what must hold of any size.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { longestEdge } from '../../extractors/families/idefics3.ts';
import { tileArrangement } from '../../extractors/families/internvl.ts';
import { naflexSize } from '../../extractors/families/naflex.ts';
import { encoderOrder } from '../../extractors/families/qwen-vl.ts';
import { bilinearTaps, fitInside, selectBestResolution, unpad } from '../../extractors/preprocess/any-res.ts';
import { smartResize } from '../../extractors/preprocess/smart-resize.ts';
import { ARCHITECTURES } from './architectures.ts';

type Pair = [number, number];
interface Sizes {
  size: Pair;
  qwen: Pair | null;
  qwenSmall: Pair | null;
  idefics3: Pair;
  internvl: Pair;
  naflex: Pair;
  best: Pair;
  inside: Pair;
  unpadded: [number, number, number, number];
}
const sizes = JSON.parse(readFileSync(join(ARCHITECTURES, 'sizes.json'), 'utf8')) as Sizes[];
const PUBLISHED = { factor: 28, minPixels: 56 * 56, maxPixels: 14 * 14 * 4 * 1280 };
const SMALL = { factor: 16, minPixels: 1024, maxPixels: 2304 };

test('sizes are Hugging Face’s', () => {
  expect(sizes.length).toBeGreaterThan(250);
  const resolutions = [1, 2, 3, 4, 5, 6].flatMap((a) =>
    [1, 2, 3, 4, 5, 6].map((b) => ({ height: 384 * a, width: 384 * b })),
  );
  const pair = ({ height, width }: { height: number; width: number }): Pair => [height, width];
  for (const wanted of sizes) {
    const [height, width] = wanted.size;
    const size = { height, width };
    const label = `${height} × ${width}`;
    if (wanted.qwen === null || wanted.qwenSmall === null)
      expect(() => smartResize(size, PUBLISHED), label).toThrow('200 times');
    else
      expect([pair(smartResize(size, PUBLISHED)), pair(smartResize(size, SMALL))], label).toEqual([
        wanted.qwen,
        wanted.qwenSmall,
      ]);
    expect(pair(longestEdge(size, 2048)), label).toEqual(wanted.idefics3);
    expect(tileArrangement(size, { height: 448, width: 448 }, 1, 12), label).toEqual(wanted.internvl);
    expect(pair(naflexSize(size, 16, 256)), label).toEqual(wanted.naflex);
    const best = selectBestResolution(size, resolutions);
    expect(pair(best), label).toEqual(wanted.best);
    expect(pair(fitInside(size, best)), label).toEqual(wanted.inside);
    const kept = unpad(size, (best.height / 384) * 27, (best.width / 384) * 27);
    expect([kept.top, kept.left, kept.rows, kept.columns], label).toEqual(wanted.unpadded);
  }
});

test('smart resize: edges divide by the factor, and pixels stay within the limits where one row of blocks allows it', () => {
  const edge = fc.integer({ min: 1, max: 4000 });
  fc.assert(
    fc.property(edge, edge, (width, height) => {
      fc.pre(Math.max(width, height) / Math.min(width, height) <= 200);
      const size = smartResize({ width, height }, PUBLISHED);
      expect([size.width % 28, size.height % 28]).toEqual([0, 0]);
      expect(size.width * size.height).toBeGreaterThanOrEqual(PUBLISHED.minPixels);
      if (Math.min(size.width, size.height) > 28)
        expect(size.width * size.height).toBeLessThanOrEqual(PUBLISHED.maxPixels);
    }),
  );
});

test('the encoder’s order is a permutation, in which merged blocks stay together and windows follow one another', () => {
  const blocks = fc.integer({ min: 1, max: 9 });
  fc.assert(
    fc.property(blocks, blocks, fc.option(fc.integer({ min: 1, max: 5 })), (down, across, window) => {
      const order = encoderOrder(2 * down, 2 * across, 2, window);
      expect([...order].sort((a, b) => a - b)).toEqual([...order.keys()]);
      const blockOf = (cell: number): Pair => [
        Math.floor(Math.floor(cell / (2 * across)) / 2),
        Math.floor((cell % (2 * across)) / 2),
      ];
      const placed: number[] = [];
      order.forEach((place, cell) => (placed[place] = cell));
      for (let i = 0; i < placed.length; i += 4)
        expect(new Set(placed.slice(i, i + 4).map((cell) => blockOf(cell).join())).size).toBe(1);
      if (window === null) return;
      const windows = placed.map((cell) =>
        blockOf(cell)
          .map((one) => Math.floor(one / window))
          .join(),
      );
      expect(windows.filter((one, i) => one !== windows[i - 1]).length).toBe(new Set(windows).size);
    }),
  );
});

test('bilinear interpolation keeps a constant and a ramp', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 60 }), (from, to) => {
      for (const [i, { low, high, share }] of bilinearTaps(from, to).entries()) {
        expect(low >= 0 && high < from && share >= 0 && share <= 1).toBe(true);
        const at = (i + 0.5) * (from / to) - 0.5;
        if (at >= 0 && at <= from - 1) expect(low * (1 - share) + high * share).toBeCloseTo(at, 9);
      }
    }),
  );
});
