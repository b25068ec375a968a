/** The 16-bit floating-point formats: IEEE 754 binary16 (`float16`) and bfloat16, the upper half of a float32. */

/** Largest finite value of float16. */
export const HALF_MAX = 65504;

/** The value of IEEE 754 half-precision bits. */
export function halfToFloat(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

const single = new Float32Array(1);
const singleBits = new Uint32Array(single.buffer);

/** Half-precision bits nearest to a float32 value, ties to even; beyond the range an infinity, as IEEE 754 says. */
export function floatToHalf(value: number): number {
  single[0] = value;
  const bits = singleBits[0];
  const sign = (bits >>> 16) & 0x8000;
  const exponent = ((bits >>> 23) & 0xff) - 112;
  const fraction = bits & 0x7fffff;
  if (exponent === 143) return sign | (fraction === 0 ? 0x7c00 : 0x7e00);
  if (exponent >= 31) return sign | 0x7c00;
  if (exponent < -10) return sign;
  // Below 2^-14 the leading one is written out and the fraction shifted further. A carry out of the fraction correctly
  // raises the exponent.
  const significand = exponent > 0 ? fraction : fraction | 0x800000;
  const shift = exponent > 0 ? 13 : 14 - exponent;
  const kept = significand >>> shift;
  const rest = significand & ((1 << shift) - 1);
  const half = 1 << (shift - 1);
  const up = rest > half || (rest === half && (kept & 1) === 1) ? 1 : 0;
  return sign | ((exponent > 0 ? exponent << 10 : 0) + kept + up);
}

let table: Float32Array | undefined;

/** The float32 value of every half-precision bit pattern, made when first needed (256 KiB). */
export function halfTable(): Float32Array {
  table ??= Float32Array.from({ length: 65536 }, (_, bits) => halfToFloat(bits));
  return table;
}

/** Float32 values as half-precision bits. Values beyond {@link HALF_MAX} become infinities: check before. */
export function toHalves(values: Float32Array): Uint16Array {
  const halves = new Uint16Array(values.length);
  for (let i = 0; i < values.length; i++) halves[i] = floatToHalf(values[i]);
  return halves;
}
