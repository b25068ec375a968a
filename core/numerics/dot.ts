/** Dot product of the first `a.length` entries, accumulated in float64. */
export function dot(a: Float64Array | Float32Array, b: Float64Array | Float32Array): number {
  let even = 0;
  let odd = 0;
  const last = a.length - 1;
  let j = 0;
  for (; j < last; j += 2) {
    even += a[j] * b[j];
    odd += a[j + 1] * b[j + 1];
  }
  if (j === last) even += a[j] * b[j];
  return even + odd;
}
