/**
 * Loss and gradient of many multinomial logistic regressions on one matrix as a single ONNX Runtime call; as
 * `logistic-graph.ts`, with K columns a regression. Column k·t + r of every array is class k of regression r (of t).
 */
import { Tensor } from 'onnxruntime-node';
import type { FeatureBasis } from './feature-basis.ts';
import {
  ROTATE_BACK,
  BASIS_INPUTS,
  SCORE_INPUTS,
  scoreFeeds,
  scoreNodes,
  type LogisticOperands,
} from './logistic-graph.ts';
import { onnxModel } from './onnx-model.ts';
import { openSession } from './ort-products.ts';

/** As the binary operands; `scale` and `mean` repeat a regression's values for each of its classes. */
export interface SoftmaxOperands extends Omit<
  LogisticOperands,
  'xTransposed' | 'signedMask' | 'penalty' | 'base' | 'basis'
> {
  readonly basis: FeatureBasis;
  readonly classes: number;
  /** 1 on the training rows of each regression: n × 1 × t. */
  readonly mask: Tensor;
  /** 1 at the class of each training row: n × K × t. */
  readonly oneHot: Tensor;
}

export interface SoftmaxEvaluation {
  /** d × K·t, without the penalty. */
  readonly gradient: Float32Array;
  /** K·t. */
  readonly interceptGradient: Float32Array;
  /** t. */
  readonly loss: Float32Array;
  /** Σ mask·p(1 − p), K·t. */
  readonly curvature: Float32Array;
}

const overRows = { keepdims: 1 };

function model(kind: FeatureBasis['kind'], classes: number): Uint8Array {
  return onnxModel({
    nodes: [
      ...scoreNodes(kind),
      { op: 'Reshape', inputs: ['z', 'byClass'], outputs: ['z3'] },
      { op: 'Softmax', inputs: ['z3'], outputs: ['p'], attributes: { axis: 1 } },
      { op: 'Mul', inputs: ['p', 'mask'], outputs: ['masked'] },
      { op: 'Sub', inputs: ['masked', 'oneHot'], outputs: ['r3'] },
      { op: 'Reshape', inputs: ['r3', 'flat'], outputs: ['r'] },
      { op: 'ReduceSum', inputs: ['r', 'axis0'], outputs: ['interceptGradient'], attributes: overRows },
      { op: 'Gemm', inputs: ['x', 'r'], outputs: ['xr'], attributes: { transA: 1 } },
      { op: 'Mul', inputs: ['mean', 'interceptGradient'], outputs: ['meanGradient'] },
      { op: 'Sub', inputs: ['xr', 'meanGradient'], outputs: ['centred'] },
      { op: 'Mul', inputs: ['centred', 'scale'], outputs: ['scaled'] },
      ...ROTATE_BACK[kind],
      { op: 'LogSoftmax', inputs: ['z3'], outputs: ['logP'], attributes: { axis: 1 } },
      { op: 'Mul', inputs: ['logP', 'oneHot'], outputs: ['likelihoods'] },
      { op: 'ReduceSum', inputs: ['likelihoods', 'axes01'], outputs: ['likelihood'], attributes: overRows },
      { op: 'Neg', inputs: ['likelihood'], outputs: ['loss'] },
      { op: 'Mul', inputs: ['masked', 'p'], outputs: ['squares'] },
      { op: 'Sub', inputs: ['masked', 'squares'], outputs: ['curvatures'] },
      { op: 'ReduceSum', inputs: ['curvatures', 'axis0'], outputs: ['curvature'], attributes: overRows },
    ],
    elementType: 'float32',
    constants: { axis0: [0], axes01: [0, 1], byClass: [0, classes, -1], flat: [0, -1] },
    inputs: { ...SCORE_INPUTS, mask: ['n', 1, 't'], oneHot: ['n', classes, 't'], ...BASIS_INPUTS[kind] },
    outputs: ['gradient', 'interceptGradient', 'loss', 'curvature'],
  });
}

/** Evaluates at `parameters`, (d + 1) × K·t: the weights in the basis, then the intercepts. */
export async function evaluateSoftmax(operands: SoftmaxOperands, parameters: Float32Array): Promise<SoftmaxEvaluation> {
  const { basis, classes, mask, oneHot } = operands;
  const session = await openSession(`softmax ${basis.kind} ${classes}`, () => model(basis.kind, classes));
  const run = await session.run({ ...scoreFeeds(operands, parameters), mask, oneHot });
  const data = (name: string): Float32Array => run[name].data as Float32Array;
  return {
    gradient: data('gradient'),
    interceptGradient: data('interceptGradient'),
    loss: data('loss'),
    curvature: data('curvature'),
  };
}

/** The given regressions of n × m × t arrays, one a column of the last axis. */
export function takeRegressions(tensor: Tensor, t: number, regressions: readonly number[]): Tensor {
  const { data, dims } = tensor as Tensor & { data: Float32Array };
  const rows = data.length / t;
  const out = new Float32Array(rows * regressions.length);
  for (let i = 0, at = 0; i < rows; i++) for (const r of regressions) out[at++] = data[i * t + r];
  return new Tensor('float32', out, [...dims.slice(0, -1), (dims[dims.length - 1] / t) * regressions.length]);
}
