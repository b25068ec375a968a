/**
 * Hundreds of binary L2 logistic regressions on one matrix at once: folds × values of C × label draws, each with its own training rows, labels and
 * standardisation (fitted on those rows). Objective and conventions as in `logistic.ts`. The columns share every matrix product (one float32 ONNX Runtime call an
 * iteration) and a preconditioner: in the eigenbasis of the features' correlation the Hessian is nearly diagonal, curvature·λⱼ + 1/C.
 */
import { Tensor } from 'onnxruntime-node';
import { PlumblineError } from '../errors.ts';
import { row, takeRows, type Matrix } from '../matrix.ts';
import { featureBasis, toBasis, type FeatureBasis } from './feature-basis.ts';
import { dots, LbfgsColumns, takeColumns } from './lbfgs-columns.ts';
import { fitLogistic } from './logistic.ts';
import { evaluateLogistic, scoreLogistic, type LogisticEvaluation, type LogisticOperands } from './logistic-graph.ts';
import { tensorOf } from './ort-products.ts';
import { columnMoments, requireFinite, standardise, type Moments } from './standardise.ts';

export interface LogisticTask {
  /** Training rows; tasks that share the array share its standardisation. */
  readonly rows: readonly number[];
  /** 0 or 1 for every row of x; only those of `rows` are read. */
  readonly labels: ArrayLike<number>;
  readonly C: number;
}

export interface LogisticBatch {
  /** Log-odds of class 1 of every row of x, trained on or held out: tasks × n. */
  readonly scores: Matrix<Float32Array>;
  /** Weights on the features as given (standardisation undone): tasks × d. */
  readonly weights: Matrix<Float64Array>;
  readonly intercepts: Float64Array;
  /** Gradient evaluations that each task took. */
  readonly evaluations: Uint32Array;
}

export interface LogisticBatchOptions {
  /** Relative objective gap to stop at, an upper bound by 1/C-strong convexity; default 5e-7. */
  readonly tolerance?: number;
  readonly signal?: AbortSignal;
}

const MAX_EVALUATIONS = 500;
/** Elements of an n × columns array: large enough for full matrix-product speed, small enough to bound memory at any n. */
const CHUNK_ELEMENTS = 1 << 19;
/** Finished columns are cut out of the arrays once this share is left: cutting costs about as much as an iteration. */
const NARROW_BELOW = 0.75;
const SMALLEST_CURVATURE = 1e-6;

/** A feature matrix made ready for any number of batches: what depends on the features alone is computed once. */
export interface LogisticFeatures {
  /** n × d, standardised over all training rows so that float32 keeps its digits. */
  readonly x: Matrix<Float32Array>;
  readonly tensor: Tensor;
  /** Moments of the features as given. */
  readonly overall: Moments;
  /** In which the features' correlation is nearly diagonal. */
  readonly basis: FeatureBasis;
}

/** Prepares `x` (n × d) for fits whose training rows lie among `trainable` (default: all rows). Throws `not-finite` on NaN. */
export async function prepareLogisticFeatures(x: Matrix, trainable?: readonly number[]): Promise<LogisticFeatures> {
  requireFinite(x, 'the features');
  const { rows: n, cols: d } = x;
  const overall = columnMoments(x, trainable);
  const z = { data: Float32Array.from(standardise(x, overall).data), rows: n, cols: d };
  for (let i = 0; i < z.data.length; i++) if (overall.sd[i % d] === 0) z.data[i] = 0;
  return { x: z, overall, tensor: tensorOf(z), basis: await featureBasis(trainable === undefined ? z : takeRows(z, trainable)) };
}

/**
 * Fits every task. Throws `one-class` when a task's training rows hold one class only. Tasks whose float32 iteration stalls before the tolerance are finished by
 * `fitLogistic` in float64.
 */
export async function fitLogisticBatch(features: LogisticFeatures, tasks: readonly LogisticTask[], options: LogisticBatchOptions = {}): Promise<LogisticBatch> {
  const { rows: n, cols: d } = features.x;
  tasks.forEach(checkTask);
  const moments = new Map([...new Set(tasks.map((task) => task.rows))].map((rows) => [rows, columnMoments(features.x, rows)]));
  const shared = { ...features, moments };
  const out = {
    scores: { data: new Float32Array(tasks.length * n), rows: tasks.length, cols: n },
    weights: { data: new Float64Array(tasks.length * d), rows: tasks.length, cols: d },
    intercepts: new Float64Array(tasks.length),
    evaluations: new Uint32Array(tasks.length),
  };
  const width = Math.max(1, Math.floor(CHUNK_ELEMENTS / n));
  for (let start = 0; start < tasks.length; start += width) {
    options.signal?.throwIfAborted();
    await solveChunk(shared, tasks, start, Math.min(tasks.length, start + width), options.tolerance ?? 5e-7, out);
  }
  return out;
}

function checkTask({ rows, labels, C }: LogisticTask): void {
  if (!(C > 0) || !Number.isFinite(C)) throw new RangeError(`C must be a finite number > 0, got ${C}`);
  const present = [false, false];
  for (const row of rows) {
    const label = labels[row];
    if (label !== 0 && label !== 1) throw new RangeError(`labels must be 0 or 1, got ${label} in row ${row}`);
    present[label] = true;
  }
  if (!present[0] || !present[1]) {
    throw new PlumblineError('one-class', `logistic regression needs rows of both classes; its ${rows.length} training rows hold ${present[0] || present[1] ? 'only one' : 'none'}`, {
      hint: 'Use more scenes or fewer folds, so that every training fold holds both answers.',
    });
  }
}

interface Shared extends LogisticFeatures {
  /** Moments of `x` over each task's training rows. */
  readonly moments: ReadonlyMap<readonly number[], Moments>;
}

/** Graph inputs of the tasks on the given rows of x, which hold all that they train on. */
function operandsOf({ x, basis, moments }: Shared, tasks: readonly LogisticTask[], rowsUsed: readonly number[]): LogisticOperands {
  const d = x.cols;
  const n = rowsUsed.length;
  const c = tasks.length;
  const position = new Int32Array(x.rows);
  rowsUsed.forEach((row, i) => (position[row] = i));
  const scale = new Float32Array(d * c);
  const mean = new Float32Array(d * c);
  const signedMask = new Float32Array(n * c);
  tasks.forEach(({ rows, labels }, k) => {
    const own = moments.get(rows)!;
    for (let j = 0; j < d; j++) {
      scale[j * c + k] = own.sd[j] === 0 ? 0 : 1 / own.sd[j];
      mean[j * c + k] = own.mean[j];
    }
    for (const row of rows) signedMask[position[row] * c + k] = 1 - 2 * labels[row];
  });
  const tensor = (data: Float32Array, rows: number): Tensor => new Tensor('float32', data, [rows, c]);
  return {
    x: tensorOf(takeRows(x, rowsUsed)),
    basis,
    scale: tensor(scale, d),
    mean: tensor(mean, d),
    signedMask: tensor(signedMask, n),
  };
}

/** Minimises the tasks `start … end` as columns; those that are done leave the iteration. */
async function solveChunk(shared: Shared, tasks: readonly LogisticTask[], start: number, end: number, tolerance: number, out: LogisticBatch): Promise<void> {
  const { cols: d } = shared.x;
  const chunk = tasks.slice(start, end);
  const rowsUsed = [...new Set([...new Set(chunk.map((task) => task.rows))].flat())].sort((a, b) => a - b);
  const operands = operandsOf(shared, chunk, rowsUsed);
  const solution = new Float32Array((d + 1) * chunk.length);
  const open = new Set(chunk.keys());

  let columns = [...open];
  let narrowed = operands;
  let solver: LbfgsColumns | undefined;
  let curvature = new Float64Array(chunk.length);
  const inverse = (vector: Float64Array, result: Float64Array): void => {
    const c = columns.length;
    const penalty = columns.map((task) => 1 / chunk[task].C);
    for (let j = 0; j < d; j++) for (let k = 0; k < c; k++) result[j * c + k] = vector[j * c + k] / (curvature[k] * shared.basis.spectrum[j] + penalty[k]);
    for (let k = 0; k < c; k++) result[d * c + k] = vector[d * c + k] / curvature[k];
  };

  for (let evaluation = 1; open.size > 0; evaluation++) {
    const c = columns.length;
    const current = columns.map((task) => chunk[task]);
    const trial = new Float64Array((d + 1) * c);
    solver?.propose(inverse, trial);
    const result = await evaluateLogistic(narrowed, new Float32Array(trial));
    const gradient = penalised(result, trial, current, d);
    curvature = new Float64Array(result.curvature).map((v) => Math.max(v, SMALLEST_CURVATURE));
    if (solver === undefined) solver = new LbfgsColumns(d + 1, c, gradient);
    else solver.update(trial, gradient);

    const gaps = relativeGaps(result, trial, gradient, current, d, rowsUsed.length);
    columns.forEach((task, k) => {
      if (!open.has(task)) return;
      const converged = gaps[k] <= tolerance;
      if (!converged && solver!.stalled[k] === 0 && evaluation < MAX_EVALUATIONS) return;
      open.delete(task);
      out.evaluations[start + task] = evaluation;
      if (converged) for (let j = 0; j <= d; j++) solution[j * chunk.length + task] = trial[j * c + k];
      else setColumn(solution, chunk.length, task, finish(shared, chunk[task], tolerance));
    });
    if (open.size <= NARROW_BELOW * c) {
      const going = [...columns.keys()].filter((k) => open.has(columns[k]));
      columns = going.map((k) => columns[k]);
      curvature = takeColumns(curvature, 1, c, going);
      solver.keep(going);
      narrowed = narrow(narrowed, going);
    }
  }
  record(shared, chunk.length, start, await scoreLogistic({ ...operands, x: shared.tensor }, solution), out);
}

/** Solves one task in float64; returns its column: weights in the basis, then the intercept. */
function finish({ x, moments, basis }: Shared, { rows, labels, C }: LogisticTask, tolerance: number): Float64Array {
  const { mean, sd } = moments.get(rows)!;
  const z = standardise(takeRows(x, rows), { mean, sd });
  for (let i = 0; i < z.data.length; i++) if (sd[i % z.cols] === 0) z.data[i] = 0;
  const { coefficients, intercepts } = fitLogistic(z, Array.from(rows, (row) => labels[row]), { C, classes: 2, tolerance });
  return Float64Array.of(...toBasis(basis, coefficients.data), intercepts[0]);
}

function record({ x, overall }: Shared, count: number, start: number, { z, w, shift }: Awaited<ReturnType<typeof scoreLogistic>>, out: LogisticBatch): void {
  const { rows: n, cols: d } = x;
  for (let k = 0; k < count; k++) {
    for (let i = 0; i < n; i++) out.scores.data[(start + k) * n + i] = z[i * count + k];
    const weights = row(out.weights, start + k);
    let intercept = shift[k];
    for (let j = 0; j < d; j++) {
      weights[j] = overall.sd[j] === 0 ? 0 : w[j * count + k] / overall.sd[j];
      intercept -= weights[j] * overall.mean[j];
    }
    out.intercepts[start + k] = intercept;
  }
}

function setColumn(a: Float32Array, width: number, column: number, values: Float64Array): void {
  for (let j = 0; j < values.length; j++) a[j * width + column] = values[j];
}

function penalised({ gradient, interceptGradient }: LogisticEvaluation, at: Float64Array, tasks: readonly LogisticTask[], d: number): Float64Array {
  const c = tasks.length;
  const out = new Float64Array((d + 1) * c);
  const penalty = Float64Array.from(tasks, ({ C }) => 1 / C);
  for (let j = 0; j < d; j++) for (let k = 0, i = j * c; k < c; k++, i++) out[i] = gradient[i] + at[i] * penalty[k];
  out.set(interceptGradient, d * c);
  return out;
}

/** Upper bounds of (objective − optimum) / objective, as in `fitLogistic`. */
function relativeGaps({ loss, curvature }: LogisticEvaluation, at: Float64Array, gradient: Float64Array, tasks: readonly LogisticTask[], d: number, rows: number): Float64Array {
  const c = tasks.length;
  const squared = dots(gradient, gradient, d, c);
  const norm = dots(at, at, d, c);
  return Float64Array.from(tasks, ({ C, rows: { length } }, k) => {
    const gap = (C * squared[k]) / 2 + gradient[d * c + k] ** 2 / (2 * Math.max(curvature[k], SMALLEST_CURVATURE));
    return gap / (Math.max(0, loss[k] - (rows - length) * Math.LN2) + norm[k] / (2 * C));
  });
}

function narrow(operands: LogisticOperands, columns: readonly number[]): LogisticOperands {
  const take = (tensor: Tensor): Tensor => {
    const [rows, width] = tensor.dims;
    return new Tensor('float32', takeColumns(tensor.data as Float32Array, rows, width, columns), [rows, columns.length]);
  };
  return { ...operands, scale: take(operands.scale), mean: take(operands.mean), signedMask: take(operands.signedMask) };
}
