/**
 * The amnesic control (Elazar et al. 2021, https://arxiv.org/abs/2006.00995): as many directions as the method took,
 * drawn at random. What they cost is what losing any dimension costs.
 */
import type { Matrix } from '../../core/matrix.ts';
import { centreColumns } from '../../core/numerics/centre.ts';
import type { Random } from '../../core/random.ts';
import type { Eraser } from './eraser.ts';
import { addOrthonormal } from './inlp.ts';

/** An orthogonal projection along `rank` isotropic random directions, about the mean of `x`. */
export function randomEraser(x: Matrix, { rank, random }: { rank: number; random: Random }): Eraser {
  const d = x.cols;
  if (!(Number.isInteger(rank) && rank >= 0 && rank <= d))
    throw new RangeError(`rank must be a whole number from 0 to ${d}, got ${rank}`);
  const basis: Float64Array[] = [];
  while (basis.length < rank)
    addOrthonormal(
      basis,
      Float64Array.from({ length: d }, () => random.normal()),
    );
  const factor = { data: Float64Array.from(basis.flatMap((q) => [...q])), rows: rank, cols: d };
  return { method: 'random', mean: centreColumns(x).means, left: factor, right: factor };
}
