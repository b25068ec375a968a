/**
 * Haze as ImageNet-C makes it: a cloud of plasma noise (diamond–square) laid over the picture. It knows nothing of
 * depth or height on purpose: haze that grows with depth would be a depth cue, and haze that grows upwards the very
 * shortcut that is tested.
 */
import type { Random } from '../../../core/random.ts';
import { mapPixels, type DegradationKind } from './kind.ts';

const AIRLIGHT = [222, 226, 230];
const SIZE = 256;

/** Plasma noise on a torus of SIZE × SIZE, in [0, 1]. */
function plasma(random: Random): Float64Array {
  const map = new Float64Array(SIZE * SIZE);
  const at = (x: number, y: number): number => ((y + SIZE) % SIZE) * SIZE + ((x + SIZE) % SIZE);
  let amplitude = 1;
  for (let step = SIZE; step > 1; step /= 2, amplitude /= 1.7) {
    const half = step / 2;
    const wobble = (): number => (random.next() - 0.5) * amplitude;
    for (let y = 0; y < SIZE; y += step)
      for (let x = 0; x < SIZE; x += step)
        map[at(x + half, y + half)] =
          (map[at(x, y)] + map[at(x + step, y)] + map[at(x, y + step)] + map[at(x + step, y + step)]) / 4 + wobble();
    for (let y = 0; y < SIZE; y += step) {
      for (let x = 0; x < SIZE; x += step) {
        for (const [px, py] of [
          [x + half, y],
          [x, y + half],
        ])
          map[at(px, py)] =
            (map[at(px - half, py)] + map[at(px + half, py)] + map[at(px, py - half)] + map[at(px, py + half)]) / 4 +
            wobble();
      }
    }
  }
  let [low, high] = [Infinity, -Infinity];
  for (const value of map) [low, high] = [Math.min(low, value), Math.max(high, value)];
  return map.map((value) => (value - low) / (high - low));
}

export const haze: DegradationKind = {
  name: 'haze',
  levels: { what: 'mean opacity of the cloud', values: [0.2, 0.32, 0.44, 0.56, 0.68] },
  apply(picture, level, random) {
    const cloud = plasma(random);
    const scale = SIZE / 2 / picture.height;
    return {
      picture: mapPixels(picture, (x, y, rgb) => {
        const opacity = Math.min(
          0.97,
          level * (0.6 + 0.8 * cloud[(Math.floor(y * scale) % SIZE) * SIZE + (Math.floor(x * scale) % SIZE)]),
        );
        const at = (y * picture.width + x) * 3;
        for (let c = 0; c < 3; c++) rgb[c] = picture.rgb[at + c] * (1 - opacity) + AIRLIGHT[c] * opacity;
      }),
    };
  },
};
