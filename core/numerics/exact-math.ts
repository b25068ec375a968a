/**
 * sin, cos, exp, log and pow from additions, multiplications and divisions only, so that every machine and engine
 * returns the same bits. ECMAScript leaves the results of `Math.sin` and friends to the implementation; anything that
 * decides a pixel must use these instead. Polynomials and argument reduction follow fdlibm (Sun Microsystems 1993,
 * https://www.netlib.org/fdlibm/): error below 1 ulp, except `exactPow`, whose relative error grows as |y·ln x|·2⁻⁵³.
 */

const bits = new DataView(new ArrayBuffer(8));

/** 2^k for whole k in [-1022, 1023]. */
function powerOfTwo(k: number): number {
  bits.setUint32(0, (k + 1023) << 20);
  bits.setUint32(4, 0);
  return bits.getFloat64(0);
}

function kernelSin(x: number, y: number): number {
  const z = x * x;
  const v = z * x;
  const r =
    8.33333333332248946124e-3 +
    z *
      (-1.98412698298579493134e-4 +
        z * (2.75573137070700676789e-6 + z * (-2.50507602534068634195e-8 + z * 1.58969099521155010221e-10)));
  return x - (z * (0.5 * y - v * r) - y + v * 1.66666666666666324348e-1);
}

function kernelCos(x: number, y: number): number {
  const z = x * x;
  const r =
    z *
    (4.16666666666666019037e-2 +
      z *
        (-1.38888888888741095749e-3 +
          z *
            (2.48015872894767294178e-5 +
              z * (-2.75573143513906633035e-7 + z * (2.0875723212981748279e-9 - z * 1.13596475577881948265e-11)))));
  const half = 0.5 * z;
  const w = 1 - half;
  return w + (1 - w - half + (z * r - x * y));
}

/**
 * Remainder of x modulo π/2 as head + tail in `remainder`, and the quadrant (0–3): two-stage Cody–Waite with 118 bits
 * of π/2.
 */
const remainder = { head: 0, tail: 0 };
function reduce(x: number): number {
  const n = Math.floor(x * 6.36619772367581382433e-1 + 0.5);
  const first = x - n * 1.57079632673412561417;
  const second = n * 6.0771005063039659766e-11;
  const r = first - second;
  const w = n * 2.02226624879595063154e-21 - (first - r - second);
  remainder.head = r - w;
  remainder.tail = r - remainder.head - w;
  return ((n % 4) + 4) % 4;
}

/** Sine of `x` radians, |x| ≤ 10⁵. */
export function exactSin(x: number): number {
  const quadrant = reduce(x);
  const { head, tail } = remainder;
  const value = quadrant % 2 === 0 ? kernelSin(head, tail) : kernelCos(head, tail);
  return quadrant < 2 ? value : -value;
}

/** Cosine of `x` radians, |x| ≤ 10⁵. */
export function exactCos(x: number): number {
  const quadrant = reduce(x);
  const { head, tail } = remainder;
  const value = quadrant % 2 === 0 ? kernelCos(head, tail) : kernelSin(head, tail);
  return quadrant === 0 || quadrant === 3 ? value : -value;
}

/** Tangent of `x` radians, |x| ≤ 10⁵. */
export function exactTan(x: number): number {
  return exactSin(x) / exactCos(x);
}

/** e to the `x`; 0 below −708 (no subnormal results), Infinity above 709. */
export function exactExp(x: number): number {
  if (Number.isNaN(x)) return NaN;
  if (x < -708) return 0;
  if (x > 709) return Infinity;
  const k = Math.floor(x * 1.442695040888963387 + 0.5);
  const high = x - k * 6.9314718036912381649e-1;
  const low = k * 1.90821492927058770002e-10;
  const r = high - low;
  const t = r * r;
  const c =
    r -
    t *
      (1.66666666666666019037e-1 +
        t *
          (-2.77777777770155933842e-3 +
            t * (6.61375632143793436117e-5 + t * (-1.6533902205465251539e-6 + t * 4.13813679705723846039e-8))));
  // Two factors, so that k = 1024 stays in range.
  const half = Math.floor(k / 2);
  return (1 - (low - (r * c) / (2 - c) - high)) * powerOfTwo(half) * powerOfTwo(k - half);
}

/** Natural logarithm of a positive normal number; −Infinity at 0, NaN below. */
export function exactLog(x: number): number {
  if (!(x > 0) || x === Infinity) return x === 0 ? -Infinity : x === Infinity ? x : NaN;
  bits.setFloat64(0, x);
  const word = bits.getUint32(0);
  let k = (word >>> 20) - 1023;
  bits.setUint32(0, (word & 0xfffff) | 0x3ff00000);
  let m = bits.getFloat64(0);
  if (m > 1.4142135623730951) {
    m /= 2;
    k += 1;
  }
  const f = m - 1;
  const s = f / (2 + f);
  const z = s * s;
  const r =
    z *
    (6.66666666666673513e-1 +
      z *
        (3.999999999940941908e-1 +
          z *
            (2.857142874366239149e-1 +
              z *
                (2.222219843214978396e-1 +
                  z * (1.818357216161805012e-1 + z * (1.531383769920937332e-1 + z * 1.479819860511658591e-1))))));
  const half = 0.5 * f * f;
  return k * 6.9314718036912381649e-1 - (half - (s * (half + r) + k * 1.90821492927058770002e-10) - f);
}

/** `x` to the `y` for positive `x`; relative error about |y·ln x|·2⁻⁵². */
export function exactPow(x: number, y: number): number {
  return x === 0 ? (y === 0 ? 1 : 0) : exactExp(y * exactLog(x));
}
