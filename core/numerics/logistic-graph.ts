/**
 * Loss and gradient of many binary logistic regressions on one matrix as a single ONNX Runtime call: design.md's "one
 * f32 ORT graph, folds × Cs as columns, standardisation as an affine reparametrisation". Every column c has its own
 * training rows (mask), labels, standardisation and parameters:
 *
 *     w = scale_c ∘ (base_c + Q·u_c),  z = X·w + b_c − mean_c·w,  loss_c = Σ mask·softplus((1 − 2y)·z)
 *
 * Q makes the Hessian nearly diagonal: an orthonormal basis (`feature-basis.ts`), or Rᵀ of a whitening
 * (`whitening.ts`). The penalty is ‖base + Q·u‖² / (2C).
 */
import { Tensor } from 'onnxruntime-node';
import type { FeatureBasis } from './feature-basis.ts';
import { onnxModel, type OnnxNode } from './onnx-model.ts';
import { openSession, tensorOf } from './ort-products.ts';
import type { Whitening } from './whitening.ts';

/** What Q is; `identity` for weights that need no change of variables. */
export type Coordinates = FeatureBasis | Whitening | { readonly kind: 'identity' };
export type BasisKind = Coordinates['kind'];

/** Arrays are row-major; n rows, d features, c columns. */
export interface LogisticOperands {
  readonly x: Tensor;
  /** Xᵀ, kept beside X: a product with it takes half the time of one that transposes. */
  readonly xTransposed: Tensor;
  readonly basis: Coordinates;
  /** 1/sd of the column's training rows, 0 for a feature that is constant on them: d × c. */
  readonly scale: Tensor;
  /** d × c. */
  readonly mean: Tensor;
  /** 1 − 2y on the column's training rows, 0 elsewhere: n × c. */
  readonly signedMask: Tensor;
  /** 1/C: 1 × c. */
  readonly penalty: Tensor;
  /** Where the columns started: the weights are base + Q·u. d × c. */
  readonly base: Tensor;
}

export interface LogisticEvaluation {
  /** With the penalty, in the variables u: d × c. */
  readonly gradient: Float32Array;
  /** Weights in the column's standardised features, base + Q·u: d × c. */
  readonly rotated: Float32Array;
  /** Squared length of `rotated`, and of the gradient with respect to it. */
  readonly norm: Float32Array;
  readonly squared: Float32Array;
  readonly interceptGradient: Float32Array;
  /** Over all rows: each row outside the mask adds log 2. */
  readonly loss: Float32Array;
  /** Σ mask·p(1 − p): the curvature along the intercept. */
  readonly curvature: Float32Array;
}

const overRows = { keepdims: 1 };

const ROTATE_DENSE: readonly OnnxNode[] = [
  { op: 'Gemm', inputs: ['transposed', 'u'], outputs: ['turned'], attributes: { transA: 1 } },
];
const ROTATE: Record<BasisKind, readonly OnnxNode[]> = {
  identity: [{ op: 'Identity', inputs: ['u'], outputs: ['turned'] }],
  dense: ROTATE_DENSE,
  whitening: ROTATE_DENSE,
  reflector: [
    { op: 'Gemm', inputs: ['y', 'u'], outputs: ['yu'], attributes: { transA: 1 } },
    { op: 'MatMul', inputs: ['a', 'yu'], outputs: ['ayu'] },
    { op: 'Sub', inputs: ['u', 'ayu'], outputs: ['turned'] },
  ],
};
const ROTATE_BACK_DENSE: readonly OnnxNode[] = [
  { op: 'MatMul', inputs: ['transposed', 'scaled'], outputs: ['gradient'] },
];
/** From `scaled`, the gradient with respect to Q·u, to that with respect to u. */
export const ROTATE_BACK: Record<BasisKind, readonly OnnxNode[]> = {
  identity: [{ op: 'Identity', inputs: ['scaled'], outputs: ['gradient'] }],
  dense: ROTATE_BACK_DENSE,
  whitening: ROTATE_BACK_DENSE,
  reflector: [
    { op: 'Gemm', inputs: ['a', 'scaled'], outputs: ['ag'], attributes: { transA: 1 } },
    { op: 'MatMul', inputs: ['y', 'ag'], outputs: ['yag'] },
    { op: 'Sub', inputs: ['scaled', 'yag'], outputs: ['gradient'] },
  ],
};
export const BASIS_INPUTS: Record<BasisKind, Record<string, string[]>> = {
  identity: {},
  dense: { transposed: ['d', 'd'] },
  whitening: { transposed: ['d', 'd'] },
  reflector: { a: ['d', 'k'], y: ['d', 'k'] },
};

/** Nodes from the parameters to the decision values z; `based` adds the input `base` to Q·u. */
export function scoreNodes(kind: BasisKind, based = false): OnnxNode[] {
  return [
    ...ROTATE[kind],
    based
      ? { op: 'Add', inputs: ['turned', 'base'], outputs: ['rotated'] }
      : { op: 'Identity', inputs: ['turned'], outputs: ['rotated'] },
    { op: 'Mul', inputs: ['rotated', 'scale'], outputs: ['w'] },
    { op: 'Mul', inputs: ['w', 'mean'], outputs: ['wMean'] },
    { op: 'ReduceSum', inputs: ['wMean', 'axis0'], outputs: ['offset'], attributes: overRows },
    { op: 'Sub', inputs: ['b', 'offset'], outputs: ['shift'] },
    { op: 'MatMul', inputs: ['x', 'w'], outputs: ['product'] },
    { op: 'Add', inputs: ['product', 'shift'], outputs: ['z'] },
  ];
}

/** Nodes from z back to the gradients, and to the loss. */
function gradientNodes(kind: BasisKind): OnnxNode[] {
  return [
    { op: 'Mul', inputs: ['z', 'signedMask'], outputs: ['t'] },
    { op: 'Sigmoid', inputs: ['t'], outputs: ['p'] },
    { op: 'Mul', inputs: ['p', 'signedMask'], outputs: ['r'] },
    { op: 'ReduceSum', inputs: ['r', 'axis0'], outputs: ['interceptGradient'], attributes: overRows },
    { op: 'MatMul', inputs: ['xTransposed', 'r'], outputs: ['xr'] },
    { op: 'Mul', inputs: ['mean', 'interceptGradient'], outputs: ['meanGradient'] },
    { op: 'Sub', inputs: ['xr', 'meanGradient'], outputs: ['centred'] },
    { op: 'Mul', inputs: ['centred', 'scale'], outputs: ['unpenalised'] },
    { op: 'Mul', inputs: ['rotated', 'penalty'], outputs: ['pull'] },
    { op: 'Add', inputs: ['unpenalised', 'pull'], outputs: ['scaled'] },
    { op: 'Mul', inputs: ['scaled', 'scaled'], outputs: ['scaledSquares'] },
    { op: 'ReduceSum', inputs: ['scaledSquares', 'axis0'], outputs: ['squared'], attributes: overRows },
    { op: 'Mul', inputs: ['rotated', 'rotated'], outputs: ['rotatedSquares'] },
    { op: 'ReduceSum', inputs: ['rotatedSquares', 'axis0'], outputs: ['norm'], attributes: overRows },
    ...ROTATE_BACK[kind],
    { op: 'Softplus', inputs: ['t'], outputs: ['losses'] },
    { op: 'ReduceSum', inputs: ['losses', 'axis0'], outputs: ['loss'], attributes: overRows },
    { op: 'Sub', inputs: ['signedMask', 'r'], outputs: ['rest'] },
    { op: 'Mul', inputs: ['r', 'rest'], outputs: ['curvatures'] },
    { op: 'ReduceSum', inputs: ['curvatures', 'axis0'], outputs: ['curvature'], attributes: overRows },
  ];
}

export const SCORE_INPUTS = { x: ['n', 'd'], scale: ['d', 'c'], mean: ['d', 'c'], u: ['d', 'c'], b: [1, 'c'] };

const EVALUATED = ['gradient', 'rotated', 'norm', 'squared', 'interceptGradient', 'loss', 'curvature'] as const;

function evaluationModel(kind: BasisKind): Uint8Array {
  return onnxModel({
    nodes: [...scoreNodes(kind, true), ...gradientNodes(kind)],
    elementType: 'float32',
    constants: { axis0: [0] },
    inputs: {
      ...SCORE_INPUTS,
      signedMask: ['n', 'c'],
      xTransposed: ['d', 'n'],
      penalty: [1, 'c'],
      base: ['d', 'c'],
      ...BASIS_INPUTS[kind],
    },
    outputs: EVALUATED,
  });
}

function scoreModel(kind: BasisKind): Uint8Array {
  return onnxModel({
    nodes: scoreNodes(kind),
    elementType: 'float32',
    constants: { axis0: [0] },
    inputs: { ...SCORE_INPUTS, ...BASIS_INPUTS[kind] },
    outputs: ['z', 'w', 'shift'],
  });
}

/** Evaluates at `parameters`, (d + 1) × c: the weights in the basis, then the intercepts. */
export async function evaluateLogistic(
  operands: LogisticOperands,
  parameters: Float32Array,
): Promise<LogisticEvaluation> {
  const { kind } = operands.basis;
  const session = await openSession(`evaluate ${kind}`, () => evaluationModel(kind));
  const run = await session.run({
    ...scoreFeeds(operands, parameters),
    signedMask: operands.signedMask,
    xTransposed: operands.xTransposed,
    penalty: operands.penalty,
    base: operands.base,
  });
  return Object.fromEntries(
    EVALUATED.map((name) => [name, run[name].data as Float32Array]),
  ) as unknown as LogisticEvaluation;
}

/**
 * Decision values z of the rows of `x` (n × c), with w (d × c) and the intercepts b − mean·w (c) such that z = X·w +
 * intercept.
 */
export async function scoreLogistic(
  operands: Omit<LogisticOperands, 'xTransposed' | 'signedMask' | 'penalty' | 'base'>,
  parameters: Float32Array,
): Promise<{ z: Float32Array; w: Float32Array; shift: Float32Array }> {
  const { kind } = operands.basis;
  const session = await openSession(`score ${kind}`, () => scoreModel(kind));
  const { z, w, shift } = await session.run(scoreFeeds(operands, parameters));
  return { z: z.data as Float32Array, w: w.data as Float32Array, shift: shift.data as Float32Array };
}

export function scoreFeeds(
  { x, basis, scale, mean }: Omit<LogisticOperands, 'xTransposed' | 'signedMask' | 'penalty' | 'base'>,
  parameters: Float32Array,
): Record<string, Tensor> {
  const [d, c] = scale.dims;
  const u = new Tensor('float32', parameters.subarray(0, d * c), [d, c]);
  const b = new Tensor('float32', parameters.subarray(d * c), [1, c]);
  return { x, scale, mean, u, b, ...basisFeeds(basis) };
}

function basisFeeds(basis: Coordinates): Record<string, Tensor> {
  if (basis.kind === 'identity') return {};
  return basis.kind === 'reflector'
    ? { a: tensorOf(basis.a), y: tensorOf(basis.y) }
    : { transposed: tensorOf(basis.transposed) };
}
