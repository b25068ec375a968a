import type { Matrix } from '../matrix.ts';
import { runGraph } from '../numerics/large-products.ts';
import type { Random } from '../random.ts';

/** With 499 draws, "above the 475th smallest" is an exact 5 % test. */
export const SIGN_FLIP_DRAWS = 499;
/** Signs taken from one random number. */
const BLOCK = 7;

/**
 * Random signs, one a row (scene) and draw: the null of "the rows share no direction". They depend only on the stream
 * and the number of rows: the same seed gives the same flips at every layer, so the maximum over layers within a draw
 * is a draw of the peak's null (Westfall & Young 1993).
 *
 * @returns draws × rows of ±1.
 */
export function signFlips(rows: number, random: Random, draws = SIGN_FLIP_DRAWS): Matrix<Float64Array> {
  const data = new Float64Array(draws * rows);
  for (let start = 0; start < rows; start += BLOCK) {
    const size = Math.min(BLOCK, rows - start);
    for (let draw = 0; draw < draws; draw++) {
      const mask = random.uint32() >>> (32 - size);
      for (let r = 0; r < size; r++) data[draw * rows + start + r] = (mask >> r) & 1 ? -1 : 1;
    }
  }
  return { data, rows: draws, cols: rows };
}

/**
 * ‖Σ_g s_g·x_g‖² of every draw.
 *
 * @param sums G × d, one row a scene, so that a flip turns the whole scene.
 * @param signs draws × G.
 */
export async function flippedSquares(sums: Matrix<Float64Array>, signs: Matrix<Float64Array>): Promise<Float64Array> {
  const nodes = [
    { op: 'MatMul', inputs: ['signs', 'sums'], outputs: ['totals'] },
    { op: 'Mul', inputs: ['totals', 'totals'], outputs: ['squares'] },
    { op: 'ReduceSum', inputs: ['squares', 'columns'], outputs: ['out'], attributes: { keepdims: 0 } },
  ];
  const { out } = await runGraph(
    'flipped squares',
    { nodes, outputs: ['out'], constants: { columns: [1] } },
    { signs, sums },
  );
  return out.data;
}

/**
 * Upper 5 % point of null draws: the ⌈.95(N+1)⌉-th smallest, so that exceeding it is a test of level ≤ 5 %
 * (Phipson & Smyth 2010, https://doi.org/10.2202/1544-6115.1585).
 *
 * @throws {RangeError} below 19 draws, where no such point exists.
 */
export function nullUpper95(draws: ArrayLike<number>): number {
  const rank = Math.ceil(0.95 * (draws.length + 1));
  if (rank > draws.length) throw new RangeError(`at least 19 null draws are needed: ${draws.length}`);
  return Float64Array.from(draws).sort()[rank - 1];
}
