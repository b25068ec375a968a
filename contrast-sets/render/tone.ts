/** Linear light to 8-bit values. */
import { exactPow } from '../../core/numerics/exact-math.ts';

const STEPS = 4096;

/** The sRGB curve with a soft shoulder, sampled: grey level (not yet rounded) of linear light i/4095. */
const curve = ((): Float64Array => {
  const table = new Float64Array(STEPS);
  for (let i = 0; i < STEPS; i++) {
    const linear = i / (STEPS - 1);
    table[i] = 255 * (linear <= 0.0031308 ? 12.92 * linear : 1.055 * exactPow(linear, 1 / 2.4) - 0.055);
  }
  return table;
})();

/** Grey level in [0, 255], not rounded, of linear light. */
export function encode(linear: number): number {
  // Above .7 the response bends towards 1, as film does, so that highlights keep some colour.
  const bent = linear > 0.7 ? 1 - 0.09 / (linear - 0.4) : linear;
  return curve[bent <= 0 ? 0 : Math.floor(bent * (STEPS - 1) + 0.5)];
}
