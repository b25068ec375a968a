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
  for (let y = 0; y < CELLS; y++) for (let x = 0; x < CELLS; x++) lattice[y * CELLS + x] = hash2(x, y, 0x51ed) / 2147483648 - 1;
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

/** Value noise in [−1, 1] with one cell a unit; period 64. */
export function valueNoise(x: number, y: number): number {
  const u = x * PER_CELL;
  const v = y * PER_CELL;
  const iu = Math.floor(u);
  const iv = Math.floor(v);
  const fu = u - iu;
  const fv = v - iv;
  const x0 = iu & MASK;
  const x1 = (iu + 1) & MASK;
  const y0 = (iv & MASK) * SIZE;
  const y1 = ((iv + 1) & MASK) * SIZE;
  const low = tile[y0 + x0] + (tile[y0 + x1] - tile[y0 + x0]) * fu;
  const high = tile[y1 + x0] + (tile[y1 + x1] - tile[y1 + x0]) * fu;
  return low + (high - low) * fv;
}
