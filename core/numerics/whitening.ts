/**
 * Whitening for preconditioning: R with RᵀR = (G + τI)⁻¹, G the correlation of the features. In the variables v of u =
 * Rᵀv a problem whose Hessian is near c·(G + τI) has one near c·I. R is the inverse of the Cholesky factor, found by
 * halves, so that nearly all of the work is matrix products on ORT (float64).
 */
import { Tensor } from 'onnxruntime-node';
import type { Matrix } from '../matrix.ts';
import { cholesky } from './cholesky.ts';
import { onnxModel, type OnnxNode } from './onnx-model.ts';
import { gramProduct, openSession } from './ort-products.ts';

/**
 * Shifts within a factor √CELL of the one used cost at most that factor in condition; fewer cells need fewer
 * factorisations and fill the products better.
 */
const CELL = 64;
/** A float32 Gram matrix is right to about this share of its trace; a smaller shift would divide by rounding. */
const SMALLEST_SHIFT = 1e-6;
const LEAF = 96;
/** In cells; ½ is where the next cell begins. */
const OUTGROWN = 0.75;

export interface Whitening {
  readonly kind: 'whitening';
  /** R: d × d, lower triangle. */
  readonly transposed: Matrix<Float32Array>;
}

/** The whitenings of one feature matrix, each made when first asked for. */
export class Whitenings {
  private readonly correlation: Matrix<Float64Array>;
  private readonly smallest: number;
  private readonly made = new Map<number, Promise<Whitening>>();

  /** @param correlation d × d. */
  constructor(correlation: Matrix<Float64Array>) {
    this.correlation = correlation;
    this.smallest = SMALLEST_SHIFT * correlation.rows;
  }

  /** Shifts of one cell share a whitening. */
  cell(shift: number): number {
    return Math.round(Math.log(Math.max(shift, this.smallest)) / Math.log(CELL)) + 0;
  }

  /** Whether a shift lies so far above its cell that another one is worth the change. */
  outgrown(cell: number, shift: number): boolean {
    return Math.log(shift) / Math.log(CELL) > cell + OUTGROWN;
  }

  of(cell: number): Promise<Whitening> {
    let whitening = this.made.get(cell);
    if (whitening === undefined) {
      whitening = this.make(Math.max(CELL ** cell, this.smallest));
      this.made.set(cell, whitening);
    }
    return whitening;
  }

  private async make(shift: number): Promise<Whitening> {
    const { data, rows: d } = this.correlation;
    for (let tau = shift; ; tau *= CELL) {
      const shifted = Float64Array.from(data);
      for (let j = 0; j < d; j++) shifted[j * d + j] += tau;
      const factor = await inverseFactor({ data: shifted, rows: d, cols: d });
      if (factor !== null)
        return { kind: 'whitening', transposed: { data: Float32Array.from(factor.data), rows: d, cols: d } };
    }
  }
}

/** ZᵀZ/n of standardised rows. */
export async function correlationOf(z: Matrix<Float32Array>): Promise<Matrix<Float64Array>> {
  const { data, rows, cols } = await gramProduct(z);
  return { data: Float64Array.from(data, (v) => v / z.rows), rows, cols };
}

/**
 * L⁻¹ of A = L·Lᵀ, zeros above its diagonal; `null` when A is not positive definite to working precision. Only A's
 * lower triangle is read.
 */
export async function inverseFactor(a: Matrix<Float64Array>): Promise<Matrix<Float64Array> | null> {
  const n = a.rows;
  if (n <= LEAF) return inverseOfLeaf(a);
  const h = n >> 1;
  const first = await inverseFactor(block(a, 0, h, 0, h));
  if (first === null) return null;
  const { below, schur } = await products(
    'Schur complement',
    SCHUR,
    { first, corner: block(a, h, n, 0, h), rest: block(a, h, n, h, n) },
    ['below', 'schur'],
  );
  const second = await inverseFactor(schur);
  if (second === null) return null;
  const { out } = await products('inverse corner', CORNER, { first, below, second }, ['out']);
  const data = new Float64Array(n * n);
  for (let i = 0; i < h; i++) data.set(first.data.subarray(i * h, (i + 1) * h), i * n);
  for (let i = h; i < n; i++) {
    data.set(out.data.subarray((i - h) * h, (i - h + 1) * h), i * n);
    data.set(second.data.subarray((i - h) * (n - h), (i - h + 1) * (n - h)), i * n + h);
  }
  return { data, rows: n, cols: n };
}

const SCHUR: readonly OnnxNode[] = [
  { op: 'Gemm', inputs: ['corner', 'first'], outputs: ['below'], attributes: { transB: 1 } },
  {
    op: 'Gemm',
    inputs: ['below', 'below', 'rest'],
    outputs: ['schur'],
    attributes: { transB: 1, alpha: { float: -1 } },
  },
];
const CORNER: readonly OnnxNode[] = [
  { op: 'MatMul', inputs: ['second', 'below'], outputs: ['half'] },
  { op: 'Gemm', inputs: ['half', 'first'], outputs: ['out'], attributes: { alpha: { float: -1 } } },
];

async function products<N extends string>(
  name: string,
  nodes: readonly OnnxNode[],
  operands: Readonly<Record<string, Matrix<Float64Array>>>,
  outputs: readonly N[],
): Promise<Record<N, Matrix<Float64Array>>> {
  const inputs = Object.fromEntries(Object.keys(operands).map((key) => [key, [`${key} rows`, `${key} columns`]]));
  const session = await openSession(name, () => onnxModel({ nodes, elementType: 'float64', inputs, outputs }));
  const results = await session.run(
    Object.fromEntries(
      Object.entries(operands).map(([key, { data, rows, cols }]) => [key, new Tensor('float64', data, [rows, cols])]),
    ),
  );
  return Object.fromEntries(
    outputs.map((key) => [
      key,
      { data: results[key].data as Float64Array, rows: results[key].dims[0], cols: results[key].dims[1] },
    ]),
  ) as Record<N, Matrix<Float64Array>>;
}

function block(
  { data, cols }: Matrix<Float64Array>,
  top: number,
  bottom: number,
  left: number,
  right: number,
): Matrix<Float64Array> {
  const width = right - left;
  const out = new Float64Array((bottom - top) * width);
  for (let i = top; i < bottom; i++) out.set(data.subarray(i * cols + left, i * cols + right), (i - top) * width);
  return { data: out, rows: bottom - top, cols: width };
}

/** Row by row: Rᵢ = (eᵢ − Σ_{k<i} Lᵢₖ·Rₖ) / Lᵢᵢ. */
function inverseOfLeaf(a: Matrix<Float64Array>): Matrix<Float64Array> | null {
  const l = cholesky(a);
  if (l === null) return null;
  const n = a.rows;
  const r = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < i; k++) {
      const factor = l.data[i * n + k];
      for (let j = 0; j <= k; j++) r[i * n + j] -= factor * r[k * n + j];
    }
    r[i * n + i] = 1;
    for (let j = 0; j <= i; j++) r[i * n + j] /= l.data[i * n + i];
  }
  return { data: r, rows: n, cols: n };
}
