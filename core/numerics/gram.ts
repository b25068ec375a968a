/** Products of a matrix with itself, in float64 whatever the element type; both triangles are filled. */
import type { Matrix } from '../matrix.ts';

/** Xᵀ·diag(weights)·X, d × d; without weights XᵀX. */
export function gram(x: Matrix, weights?: ArrayLike<number>): Matrix<Float64Array> {
  const { rows: n, cols: d } = x;
  const out = new Float64Array(d * d);
  const scaled = new Float64Array(d);
  for (let i = 0; i < n; i++) {
    const r = x.data.subarray(i * d, (i + 1) * d);
    const weight = weights === undefined ? 1 : weights[i];
    if (weight === 0) continue;
    for (let j = 0; j < d; j++) scaled[j] = weight * r[j];
    for (let j = 0; j < d; j++) {
      const v = scaled[j];
      const rj = j * d;
      for (let k = 0; k <= j; k++) out[rj + k] += v * r[k];
    }
  }
  mirror(out, d);
  return { data: out, rows: d, cols: d };
}

/** X·Xᵀ, n × n. */
export function outerGram(x: Matrix): Matrix<Float64Array> {
  const { rows: n, cols: d, data } = x;
  const out = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      for (let k = 0; k < d; k++) sum += data[i * d + k] * data[j * d + k];
      out[i * n + j] = sum;
    }
  }
  mirror(out, n);
  return { data: out, rows: n, cols: n };
}

function mirror(a: Float64Array, n: number): void {
  for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) a[j * n + i] = a[i * n + j];
}
