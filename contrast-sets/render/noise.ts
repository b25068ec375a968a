/** Integer-hashed noise: a periodic tile of smooth value noise for textures, and per-pixel sensor noise. */

/** Well-mixed 32-bit hash of two integers and a seed (lowbias32 of C. Wellons over a linear combination). */
export function hash2(x: number, y: number, seed: number): number {
  let h = (Math.imul(x, 0x27d4eb2f) ^ Math.imul(y, 0x165667b1) ^ seed) | 0;
  h ^= h >>> 16;
  h = Math.imul(h, 0x21f0aaad);
  h ^= h >>> 15;
  h = Math.imul(h, 0x735a2d97);
  return (h ^ (h >>> 15)) >>> 0;
}

const SIZE = 256;
const MASK = SIZE - 1;
const PER_CELL = 4;
const CELLS = SIZE / PER_CELL;

function makeTile(): Float32Array {
  const lattice = new Float64Array(CELLS * CELLS);
  for (let y = 0; y < CELLS; y++)
    for (let x = 0; x < CELLS; x++) lattice[y * CELLS + x] = hash2(x, y, 0x51ed) / 2147483648 - 1;
  const smooth = (t: number): number => t * t * (3 - 2 * t);
  const tile = new Float32Array(SIZE * SIZE);
  for (let y = 0; y < SIZE; y++) {
    for (let x = 0; x < SIZE; x++) {
      const cx = Math.floor(x / PER_CELL);
      const cy = Math.floor(y / PER_CELL);
      const fx = smooth((x % PER_CELL) / PER_CELL);
      const fy = smooth((y % PER_CELL) / PER_CELL);
      const at = (i: number, j: number): number => lattice[((cy + j) % CELLS) * CELLS + ((cx + i) % CELLS)];
      const low = at(0, 0) + (at(1, 0) - at(0, 0)) * fx;
      const high = at(0, 1) + (at(1, 1) - at(0, 1)) * fx;
      tile[y * SIZE + x] = low + (high - low) * fy;
    }
  }
  return tile;
}

const tile = makeTile();

/** Samples of a straight line through the noise plane: `out[i] += amplitude · noise(u + i·du, v + i·dv)` for i < n. */
export interface NoiseLine {
  u: number;
  v: number;
  du: number;
  dv: number;
  amplitude: number;
}

/** Adds value noise (one cell a unit, in [−1, 1], period 64) along a line to `out`. */
export function addNoise(out: Float64Array, n: number, line: NoiseLine): void {
  const { amplitude } = line;
  const du = line.du * PER_CELL;
  const dv = line.dv * PER_CELL;
  const u0 = line.u * PER_CELL;
  const v0 = line.v * PER_CELL;
  for (let i = 0; i < n; i++) {
    const u = u0 + i * du;
    const v = v0 + i * dv;
    const iu = Math.floor(u);
    const iv = Math.floor(v);
    const fu = u - iu;
    const x0 = iu & MASK;
    const x1 = (iu + 1) & MASK;
    const y0 = (iv & MASK) * SIZE;
    const y1 = ((iv + 1) & MASK) * SIZE;
    const low = tile[y0 + x0] + (tile[y0 + x1] - tile[y0 + x0]) * fu;
    const high = tile[y1 + x0] + (tile[y1 + x1] - tile[y1 + x0]) * fu;
    out[i] += amplitude * (low + (high - low) * (v - iv));
  }
}
