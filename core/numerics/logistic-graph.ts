/**
 * Loss and gradient of many binary logistic regressions on one matrix as a single ONNX Runtime call: design.md's "one f32 ORT graph, folds × Cs as columns,
 * standardisation as an affine reparametrisation". Every column c has its own training rows (mask), labels, standardisation and parameters:
 *
 *     w = scale_c ∘ (Vᵀu_c),  z = X·w + b_c − mean_c·w,  loss_c = Σ mask·softplus((1 − 2y)·z)
 *
 * The rows of V are an orthonormal basis of the feature space in which the solver's preconditioner is diagonal; rotating leaves ‖u‖ = ‖w / scale‖, the penalty.
 */
import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { Matrix } from '../matrix.ts';
import { onnxModel, type OnnxNode } from './onnx-model.ts';

/** Arrays are row-major; n rows, d features, c columns. */
export interface LogisticOperands {
  readonly x: Tensor;
  /** d × d, or `null` for the identity. */
  readonly basis: Tensor | null;
  /** 1/sd of the column's training rows, 0 for a feature that is constant on them: d × c. */
  readonly scale: Tensor;
  /** d × c. */
  readonly mean: Tensor;
  /** 1 − 2y on the column's training rows, 0 elsewhere: n × c. */
  readonly signedMask: Tensor;
}

export interface LogisticEvaluation {
  /** d × c, without the penalty. */
  readonly gradient: Float32Array;
  readonly interceptGradient: Float32Array;
  /** Over all rows: each row outside the mask adds log 2. */
  readonly loss: Float32Array;
  /** Σ mask·p(1 − p): the curvature along the intercept. */
  readonly curvature: Float32Array;
}

const overRows = { keepdims: 1 };

/** Nodes from the parameters to the decision values z. */
function scoreNodes(rotate: boolean): OnnxNode[] {
  return [
    ...(rotate ? [{ op: 'Gemm', inputs: ['basis', 'u'], outputs: ['rotated'], attributes: { transA: 1 } }] : []),
    { op: 'Mul', inputs: [rotate ? 'rotated' : 'u', 'scale'], outputs: ['w'] },
    { op: 'Mul', inputs: ['w', 'mean'], outputs: ['wMean'] },
    { op: 'ReduceSum', inputs: ['wMean', 'axis0'], outputs: ['offset'], attributes: overRows },
    { op: 'Sub', inputs: ['b', 'offset'], outputs: ['shift'] },
    { op: 'MatMul', inputs: ['x', 'w'], outputs: ['product'] },
    { op: 'Add', inputs: ['product', 'shift'], outputs: ['z'] },
  ];
}

/** Nodes from z back to the gradients, and to the loss. */
function gradientNodes(rotate: boolean): OnnxNode[] {
  return [
    { op: 'Mul', inputs: ['z', 'signedMask'], outputs: ['t'] },
    { op: 'Sigmoid', inputs: ['t'], outputs: ['p'] },
    { op: 'Mul', inputs: ['p', 'signedMask'], outputs: ['r'] },
    { op: 'ReduceSum', inputs: ['r', 'axis0'], outputs: ['interceptGradient'], attributes: overRows },
    { op: 'Gemm', inputs: ['x', 'r'], outputs: ['xr'], attributes: { transA: 1 } },
    { op: 'Mul', inputs: ['mean', 'interceptGradient'], outputs: ['meanGradient'] },
    { op: 'Sub', inputs: ['xr', 'meanGradient'], outputs: ['centred'] },
    { op: 'Mul', inputs: ['centred', 'scale'], outputs: [rotate ? 'scaled' : 'gradient'] },
    ...(rotate ? [{ op: 'MatMul', inputs: ['basis', 'scaled'], outputs: ['gradient'] }] : []),
    { op: 'Softplus', inputs: ['t'], outputs: ['losses'] },
    { op: 'ReduceSum', inputs: ['losses', 'axis0'], outputs: ['loss'], attributes: overRows },
    { op: 'Sub', inputs: ['signedMask', 'r'], outputs: ['rest'] },
    { op: 'Mul', inputs: ['r', 'rest'], outputs: ['curvatures'] },
    { op: 'ReduceSum', inputs: ['curvatures', 'axis0'], outputs: ['curvature'], attributes: overRows },
  ];
}

/** Between calls JavaScript works: threads that spin meanwhile would take its core (measured: a third less CPU time, and faster where cores are shared). */
const SESSION: InferenceSession.SessionOptions = { extra: { session: { intra_op: { allow_spinning: '0' } } } };
const sessions = new Map<string, Promise<InferenceSession>>();

function openSession(name: string, model: () => Uint8Array): Promise<InferenceSession> {
  let session = sessions.get(name);
  if (session === undefined) {
    session = InferenceSession.create(model(), SESSION);
    sessions.set(name, session);
  }
  return session;
}

const SCORE_INPUTS = { x: ['n', 'd'], scale: ['d', 'c'], mean: ['d', 'c'], u: ['d', 'c'], b: [1, 'c'] };
const BASIS = { basis: ['d', 'd'] };

function evaluationModel(rotate: boolean): Uint8Array {
  return onnxModel({
    nodes: [...scoreNodes(rotate), ...gradientNodes(rotate)],
    elementType: 'float32',
    constants: { axis0: [0] },
    inputs: { ...SCORE_INPUTS, signedMask: ['n', 'c'], ...(rotate && BASIS) },
    outputs: ['gradient', 'interceptGradient', 'loss', 'curvature'],
  });
}

function scoreModel(rotate: boolean): Uint8Array {
  return onnxModel({ nodes: scoreNodes(rotate), elementType: 'float32', constants: { axis0: [0] }, inputs: { ...SCORE_INPUTS, ...(rotate && BASIS) }, outputs: ['z', 'w', 'shift'] });
}

function gramModel(): Uint8Array {
  return onnxModel({
    nodes: [{ op: 'Gemm', inputs: ['x', 'x'], outputs: ['gram'], attributes: { transA: 1 } }],
    elementType: 'float32',
    inputs: { x: ['n', 'd'] },
    outputs: ['gram'],
  });
}

/** XᵀX of a float32 matrix in float32. */
export async function gramProduct(x: Matrix<Float32Array>): Promise<Matrix<Float32Array>> {
  const session = await openSession('gram', gramModel);
  const { gram } = await session.run({ x: new Tensor('float32', x.data, [x.rows, x.cols]) });
  return { data: gram.data as Float32Array, rows: x.cols, cols: x.cols };
}

/** Evaluates at `parameters`, (d + 1) × c: the weights in the basis, then the intercepts. */
export async function evaluateLogistic(operands: LogisticOperands, parameters: Float32Array): Promise<LogisticEvaluation> {
  const rotate = operands.basis !== null;
  const session = await openSession(`evaluate ${rotate}`, () => evaluationModel(rotate));
  const run = await session.run({ ...scoreFeeds(operands, parameters), signedMask: operands.signedMask });
  const data = (name: string): Float32Array => run[name].data as Float32Array;
  return { gradient: data('gradient'), interceptGradient: data('interceptGradient'), loss: data('loss'), curvature: data('curvature') };
}

/** Decision values z of the rows of `x` (n × c), with w (d × c) and the intercepts b − mean·w (c) such that z = X·w + intercept. */
export async function scoreLogistic(operands: Omit<LogisticOperands, 'signedMask'>, parameters: Float32Array): Promise<{ z: Float32Array; w: Float32Array; shift: Float32Array }> {
  const rotate = operands.basis !== null;
  const session = await openSession(`score ${rotate}`, () => scoreModel(rotate));
  const { z, w, shift } = await session.run(scoreFeeds(operands, parameters));
  return { z: z.data as Float32Array, w: w.data as Float32Array, shift: shift.data as Float32Array };
}

function scoreFeeds({ x, basis, scale, mean }: Omit<LogisticOperands, 'signedMask'>, parameters: Float32Array): Record<string, Tensor> {
  const [d, c] = scale.dims;
  const u = new Tensor('float32', parameters.subarray(0, d * c), [d, c]);
  const b = new Tensor('float32', parameters.subarray(d * c), [1, c]);
  return { x, scale, mean, u, b, ...(basis !== null && { basis }) };
}
