/**
 * Seeded random numbers that are the same on every machine: integer arithmetic only (xoshiro128**, Blackman & Vigna
 * 2018, https://prng.di.unimi.it), seeded by splitmix32. Named substreams keep one use from shifting another.
 */
export class Random {
  private a: number;
  private b: number;
  private c: number;
  private d: number;

  /** Stream for `seed` and any number of labels: `new Random(7, 'scene', 12)`. */
  constructor(seed: number, ...labels: (string | number)[]) {
    let h = (seed >>> 0) ^ Math.imul(Math.floor(seed / 2 ** 32) | 0, 0x9e3779b1);
    for (const label of labels) {
      for (const char of `/${typeof label}:${label}`) h = Math.imul(h ^ char.codePointAt(0)!, 0x01000193) ^ (h >>> 15);
    }
    const next = (): number => {
      h = (h + 0x9e3779b9) | 0;
      let t = h ^ (h >>> 16);
      t = Math.imul(t, 0x21f0aaad);
      t ^= t >>> 15;
      t = Math.imul(t, 0x735a2d97);
      return t ^ (t >>> 15);
    };
    this.a = next();
    this.b = next();
    this.c = next();
    this.d = next() | 1;
  }

  /** Uniform 32-bit unsigned integer. */
  uint32(): number {
    const product = Math.imul(this.b, 5);
    const result = Math.imul((product << 7) | (product >>> 25), 9) >>> 0;
    const t = this.b << 9;
    this.c ^= this.a;
    this.d ^= this.b;
    this.b ^= this.c;
    this.a ^= this.d;
    this.c ^= t;
    this.d = (this.d << 11) | (this.d >>> 21);
    return result;
  }

  /** Uniform in [0, 1) with 53 random bits. */
  next(): number {
    return ((this.uint32() >>> 5) * 67108864 + (this.uint32() >>> 6)) / 9007199254740992;
  }

  /** Uniform in [low, high). */
  uniform(low: number, high: number): number {
    return low + (high - low) * this.next();
  }

  /** Uniform integer in [0, n), without modulo bias. */
  integer(n: number): number {
    // Exact for 32-bit integers, and several times faster than `%`, which is a call for numbers past 2³¹.
    const limit = n * Math.floor(4294967296 / n);
    for (;;) {
      const value = this.uint32();
      if (value < limit) return value - n * Math.floor(value / n);
    }
  }

  /** True with probability `p`. */
  coin(p = 0.5): boolean {
    return this.next() < p;
  }

  pick<T>(values: readonly T[]): T {
    return values[this.integer(values.length)];
  }

  /** A shuffled copy (Fisher–Yates). */
  shuffle<T>(values: readonly T[]): T[] {
    const out = [...values];
    for (let i = out.length - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      [out[i], out[j]] = [out[j], out[i]];
    }
    return out;
  }

  /** Standard normal (polar method; uses Math.log, so equal across machines only to rounding: not for pixels). */
  normal(): number {
    for (;;) {
      const u = 2 * this.next() - 1;
      const v = 2 * this.next() - 1;
      const s = u * u + v * v;
      if (s > 0 && s < 1) return u * Math.sqrt((-2 * Math.log(s)) / s);
    }
  }
}
