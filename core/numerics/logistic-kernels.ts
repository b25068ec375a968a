/**
 * Inner loops of the logistic solver: products with a block of weight vectors, residuals, float64 vector operations.
 */
import type { Matrix } from '../matrix.ts';

/** out[i, k] = x[i]·w[k] + b[k]; `w` is blocks × d. */
export function timesBlocks(x: Matrix, w: Float64Array, b: Float64Array, out: Float64Array): void {
  const { rows: n, cols: d, data } = x;
  const blocks = b.length;
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < blocks; k++) {
      let sum = b[k];
      for (let j = 0, at = i * d, wk = k * d; j < d; j++) sum += data[at + j] * w[wk + j];
      out[i * blocks + k] = sum;
    }
  }
}

/** w[k] = Σᵢ r[i, k]·x[i], b[k] = Σᵢ r[i, k]; both are overwritten. */
export function transposeTimesBlocks(x: Matrix, r: Float64Array, w: Float64Array, b: Float64Array): void {
  const { rows: n, cols: d, data } = x;
  const blocks = b.length;
  w.fill(0);
  b.fill(0);
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < blocks; k++) {
      const v = r[i * blocks + k];
      b[k] += v;
      for (let j = 0, at = i * d, wk = k * d; j < d; j++) w[wk + j] += v * data[at + j];
    }
  }
}

/**
 * Turns logits into probabilities in place, writes probability − one-hot label into `residuals`, returns the summed log
 * loss. One block is the two-class case: the logit and the probability are those of class 1.
 */
export function softmaxResiduals(
  logits: Float64Array,
  residuals: Float64Array,
  labels: ArrayLike<number>,
  blocks: number,
): number {
  let loss = 0;
  if (blocks === 1) {
    for (let i = 0; i < logits.length; i++) {
      const z = logits[i];
      const e = Math.exp(-Math.abs(z));
      const p = z >= 0 ? 1 / (1 + e) : e / (1 + e);
      loss += Math.log1p(e) + (labels[i] === 1 ? Math.max(-z, 0) : Math.max(z, 0));
      logits[i] = p;
      residuals[i] = p - labels[i];
    }
    return loss;
  }
  for (let row = 0; row < labels.length; row++) {
    const at = row * blocks;
    let max = -Infinity;
    for (let k = 0; k < blocks; k++) max = Math.max(max, logits[at + k]);
    let sum = 0;
    for (let k = 0; k < blocks; k++) sum += Math.exp(logits[at + k] - max);
    loss += Math.log(sum) + max - logits[at + labels[row]];
    for (let k = 0; k < blocks; k++) {
      const p = Math.exp(logits[at + k] - max) / sum;
      logits[at + k] = p;
      residuals[at + k] = p - (k === labels[row] ? 1 : 0);
    }
  }
  return loss;
}

/** a += scale · b, over the length of b. */
export function addInto(a: Float64Array, b: Float64Array, scale: number): void {
  for (let i = 0; i < b.length; i++) a[i] += scale * b[i];
}
