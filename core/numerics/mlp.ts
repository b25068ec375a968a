/**
 * A shallow classifier, one hidden ReLU layer and a softmax: the non-linear contrast to a linear probe (Hewitt & Liang
 * 2019, MLP-1). Cross-entropy per row plus weight decay (decoupled: AdamW, Loshchilov & Hutter 2019), full-batch, He
 * initialisation, the weights of the best validation loss kept. Everything is seeded and runs on one thread of ONNX
 * Runtime, so a machine gives the same fit every time.
 */
import { Tensor } from 'onnxruntime-node';
import { PlumblineError } from '../errors.ts';
import { takeRows, type Matrix } from '../matrix.ts';
import type { Random } from '../random.ts';
import { onnxModel, type OnnxNode } from './onnx-model.ts';
import { openSession } from './ort-products.ts';

export interface MlpOptions {
  /** Width of the hidden layer; default: *64*. */
  readonly hidden?: number;
  /** Default: *0.003*. */
  readonly learningRate?: number;
  /** Default: *0.01*, of the weights of both layers. */
  readonly weightDecay?: number;
  /** Steps at most; default: *400*. */
  readonly maxSteps?: number;
  /** Steps without a better validation loss after which training ends; default: *40*. */
  readonly patience?: number;
  readonly random: Random;
  readonly signal?: AbortSignal;
}

export interface MlpFit {
  /** Logits of every row of x, n × K. */
  readonly logits: Matrix<Float32Array>;
  /** Step whose weights were kept. */
  readonly steps: number;
  /** Mean cross-entropy in nats of the training and of the validation rows at that step. */
  readonly trainLoss: number;
  readonly validationLoss: number;
}

const FORWARD: readonly OnnxNode[] = [
  { op: 'MatMul', inputs: ['x', 'w1'], outputs: ['xw'] },
  { op: 'Add', inputs: ['xw', 'b1'], outputs: ['before'] },
  { op: 'Relu', inputs: ['before'], outputs: ['h'] },
  { op: 'MatMul', inputs: ['h', 'w2'], outputs: ['hw'] },
  { op: 'Add', inputs: ['hw', 'b2'], outputs: ['z'] },
];
const BACKWARD: readonly OnnxNode[] = [
  { op: 'Softmax', inputs: ['z'], outputs: ['p'], attributes: { axis: 1 } },
  { op: 'Sub', inputs: ['p', 'y'], outputs: ['difference'] },
  // `weight` is 1 / number of training rows on those, 0 elsewhere.
  { op: 'Mul', inputs: ['difference', 'weight'], outputs: ['dz'] },
  { op: 'Gemm', inputs: ['h', 'dz'], outputs: ['dw2'], attributes: { transA: 1 } },
  { op: 'ReduceSum', inputs: ['dz', 'axis0'], outputs: ['db2'], attributes: { keepdims: 1 } },
  { op: 'Gemm', inputs: ['dz', 'w2'], outputs: ['dh'], attributes: { transB: 1 } },
  { op: 'Sign', inputs: ['h'], outputs: ['on'] },
  { op: 'Mul', inputs: ['dh', 'on'], outputs: ['dBefore'] },
  { op: 'Gemm', inputs: ['x', 'dBefore'], outputs: ['dw1'], attributes: { transA: 1 } },
  { op: 'ReduceSum', inputs: ['dBefore', 'axis0'], outputs: ['db1'], attributes: { keepdims: 1 } },
];
const INPUTS = { x: ['n', 'd'], w1: ['d', 'h'], b1: [1, 'h'], w2: ['h', 'k'], b2: [1, 'k'] };
const PARAMETERS = ['w1', 'b1', 'w2', 'b2'] as const;
type Name = (typeof PARAMETERS)[number];
type Weights = Record<Name, Float32Array>;
const [BETA1, BETA2, EPSILON] = [0.9, 0.999, 1e-8];

/**
 * Trains on the rows `train`, stops by the rows `validate`, and scores every row of x.
 *
 * @param x n × d, standardised.
 * @param labels 0 … classes − 1.
 * @throws {PlumblineError} `one-class` when a class has no training row, `no-rows` without validation rows,
 * `mlp-diverged` when the loss is no longer finite.
 */
export async function fitMlp(
  x: Matrix<Float32Array>,
  labels: ArrayLike<number>,
  { classes, train, validate }: { classes: number; train: readonly number[]; validate: readonly number[] },
  options: MlpOptions,
): Promise<MlpFit> {
  const {
    hidden = 64,
    learningRate = 3e-3,
    weightDecay = 1e-2,
    maxSteps = 400,
    patience = 40,
    random,
    signal,
  } = options;
  const missing = Array.from({ length: classes }, (_, k) => k).find((k) => !train.some((i) => labels[i] === k));
  if (missing !== undefined)
    throw new PlumblineError(
      'one-class',
      `an MLP needs training rows of every class; class ${missing} of ${classes} has none among ${train.length}`,
      { hint: 'Use more scenes or fewer folds.' },
    );
  if (validate.length === 0)
    throw new PlumblineError('no-rows', 'an MLP needs validation rows to stop by', { hint: 'Use more scenes.' });
  const d = x.cols;
  // Training rows first, validation rows after them: one forward pass gives both losses.
  const used = takeRows(x, [...train, ...validate]);
  const own = [...train, ...validate].map((i) => labels[i]);
  const feeds = {
    x: tensor(used.data, used.rows, d),
    y: tensor(
      Float32Array.from({ length: used.rows * classes }, (_, at) =>
        own[Math.floor(at / classes)] === at % classes ? 1 : 0,
      ),
      used.rows,
      classes,
    ),
    weight: tensor(
      Float32Array.from(own, (_, i) => (i < train.length ? 1 / train.length : 0)),
      used.rows,
      1,
    ),
  };
  const session = await openSession('mlp step', () =>
    onnxModel({
      nodes: [...FORWARD, ...BACKWARD],
      elementType: 'float32',
      constants: { axis0: [0] },
      inputs: { ...INPUTS, y: ['n', 'k'], weight: ['n', 1] },
      outputs: ['z', 'dw1', 'db1', 'dw2', 'db2'],
    }),
  );
  const shapes: Record<Name, [number, number]> = {
    w1: [d, hidden],
    b1: [1, hidden],
    w2: [hidden, classes],
    b2: [1, classes],
  };
  const normal = (count: number, sd: number): Float32Array =>
    Float32Array.from({ length: count }, () => sd * random.normal());
  const weights: Weights = {
    w1: normal(d * hidden, Math.sqrt(2 / d)),
    b1: new Float32Array(hidden),
    w2: normal(hidden * classes, Math.sqrt(1 / hidden)),
    b2: new Float32Array(classes),
  };
  const adam = new Map(
    PARAMETERS.map((name) => [
      name,
      { first: new Float64Array(weights[name].length), second: new Float64Array(weights[name].length) },
    ]),
  );
  const tensors = (from: Weights): Record<Name, Tensor> =>
    Object.fromEntries(PARAMETERS.map((name) => [name, tensor(from[name], ...shapes[name])])) as Record<Name, Tensor>;

  let best = { validationLoss: Infinity, trainLoss: Infinity, steps: 0, weights };
  for (let step = 0; step <= maxSteps && step - best.steps <= patience; step++) {
    signal?.throwIfAborted();
    const result = await session.run({ ...feeds, ...tensors(weights) });
    const z = result.z.data as Float32Array;
    const [trainLoss, validationLoss] = [
      meanLoss(z, own, classes, 0, train.length),
      meanLoss(z, own, classes, train.length, own.length),
    ];
    if (!Number.isFinite(trainLoss + validationLoss))
      throw new PlumblineError('mlp-diverged', `the MLP's loss is ${trainLoss} after ${step} steps`, {
        hint: 'Use a smaller learning rate, or standardise the features.',
      });
    if (validationLoss < best.validationLoss) best = { validationLoss, trainLoss, steps: step, weights: copy(weights) };
    for (const name of PARAMETERS)
      adamStep(
        weights[name],
        result[`d${name}`].data as Float32Array,
        adam.get(name)!,
        step + 1,
        learningRate,
        name.startsWith('w') ? weightDecay : 0,
      );
  }
  const forward = await openSession('mlp scores', () =>
    onnxModel({ nodes: FORWARD, elementType: 'float32', inputs: INPUTS, outputs: ['z'] }),
  );
  const { z } = await forward.run({ x: tensor(x.data, x.rows, d), ...tensors(best.weights) });
  const { steps, trainLoss, validationLoss } = best;
  return { logits: { data: z.data as Float32Array, rows: x.rows, cols: classes }, steps, trainLoss, validationLoss };
}

function tensor(data: Float32Array, rows: number, cols: number): Tensor {
  return new Tensor('float32', data, [rows, cols]);
}

function copy(weights: Weights): Weights {
  return Object.fromEntries(PARAMETERS.map((name) => [name, weights[name].slice()])) as Weights;
}

function adamStep(
  weights: Float32Array,
  gradient: Float32Array,
  { first, second }: { first: Float64Array; second: Float64Array },
  step: number,
  rate: number,
  decay: number,
): void {
  const [correct1, correct2] = [1 - BETA1 ** step, 1 - BETA2 ** step];
  for (let i = 0; i < weights.length; i++) {
    first[i] = BETA1 * first[i] + (1 - BETA1) * gradient[i];
    second[i] = BETA2 * second[i] + (1 - BETA2) * gradient[i] * gradient[i];
    weights[i] -= rate * (first[i] / correct1 / (Math.sqrt(second[i] / correct2) + EPSILON) + decay * weights[i]);
  }
}

function meanLoss(z: Float32Array, labels: readonly number[], classes: number, from: number, to: number): number {
  let loss = 0;
  for (let i = from; i < to; i++) {
    let top = -Infinity;
    for (let k = 0; k < classes; k++) top = Math.max(top, z[i * classes + k]);
    let sum = 0;
    for (let k = 0; k < classes; k++) sum += Math.exp(z[i * classes + k] - top);
    loss += Math.log(sum) + top - z[i * classes + labels[i]];
  }
  return loss / (to - from);
}
