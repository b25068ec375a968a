/**
 * Hundreds of binary L2 logistic regressions on one matrix at once: folds × values of C × label draws, each with its
 * own training rows, labels and standardisation (fitted on those rows). Objective and conventions as in `logistic.ts`.
 * The columns share every matrix product (one float32 ONNX Runtime call an iteration) and a preconditioner: the Hessian
 * is near curvature·G + 1/C with G the features' correlation, whatever the fold. Up to WHITEN_UP_TO features, tasks of
 * similar 1/(C·curvature) are solved together in variables that whiten G + 1/(C·curvature); beyond, G's leading
 * eigenvectors serve all.
 */
import { Tensor } from 'onnxruntime-node';
import { PlumblineError } from '../errors.ts';
import { row, takeRows, type Matrix } from '../matrix.ts';
import { featureBasis, type FeatureBasis } from './feature-basis.ts';
import { LbfgsColumns, takeColumns } from './lbfgs-columns.ts';
import { fitLogistic } from './logistic.ts';
import {
  evaluateLogistic,
  scoreLogistic,
  type Coordinates,
  type LogisticEvaluation,
  type LogisticOperands,
} from './logistic-graph.ts';
import { tensorOf } from './ort-products.ts';
import { columnMoments, requireFinite, standardise, type Moments } from './standardise.ts';
import { correlationOf, Whitenings, type Whitening } from './whitening.ts';

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
/**
 * Elements of an n × columns array: large enough for full matrix-product speed, small enough to bound memory at any n.
 */
const CHUNK_ELEMENTS = 1 << 19;
/** Finished columns are cut out of the arrays once this share is left: cutting costs about as much as an iteration. */
const NARROW_BELOW = 0.75;
const SMALLEST_CURVATURE = 1e-6;
/** Factorising a d × d matrix for every decade of C is repaid up to about this width. */
const WHITEN_UP_TO = 1024;
/** Mean p(1 − p) over the training rows that is expected at a solution: between ¼ (no fit) and 0 (separated). */
const EXPECTED_CURVATURE = 0.15;

/** A feature matrix made ready for any number of batches: what depends on the features alone is computed once. */
export interface LogisticFeatures {
  /** n × d, standardised over all training rows so that float32 keeps its digits. */
  readonly x: Matrix<Float32Array>;
  readonly tensor: Tensor;
  /** Moments of the features as given. */
  readonly overall: Moments;
  /** In which the features' correlation is nearly diagonal; made when first asked for. */
  readonly basis: () => Promise<FeatureBasis>;
  /** Null for features too wide for them. */
  readonly whitenings: Whitenings | null;
}

/**
 * Prepares `x` (n × d) for fits whose training rows lie among `trainable` (default: all rows). Throws `not-finite` on
 * NaN.
 */
export async function prepareLogisticFeatures(x: Matrix, trainable?: readonly number[]): Promise<LogisticFeatures> {
  requireFinite(x, 'the features');
  const { rows: n, cols: d } = x;
  const overall = columnMoments(x, trainable);
  const z = { data: Float32Array.from(standardise(x, overall).data), rows: n, cols: d };
  for (let i = 0; i < z.data.length; i++) if (overall.sd[i % d] === 0) z.data[i] = 0;
  const seen = trainable === undefined ? z : takeRows(z, trainable);
  let basis: Promise<FeatureBasis> | undefined;
  return {
    x: z,
    overall,
    tensor: tensorOf(z),
    basis: () => (basis ??= featureBasis(seen)),
    whitenings: d <= WHITEN_UP_TO ? new Whitenings(await correlationOf(seen)) : null,
  };
}

/**
 * Fits every task. Throws `one-class` when a task's training rows hold one class only. Tasks whose float32 iteration
 * stalls before the tolerance are finished by `fitLogistic` in float64.
 */
export async function fitLogisticBatch(
  features: LogisticFeatures,
  tasks: readonly LogisticTask[],
  options: LogisticBatchOptions = {},
): Promise<LogisticBatch> {
  const { rows: n, cols: d } = features.x;
  tasks.forEach(checkTask);
  const moments = new Map(
    [...new Set(tasks.map((task) => task.rows))].map((rows) => [rows, columnMoments(features.x, rows)]),
  );
  const shared: Shared = { ...features, moments, whole: null };
  const out = {
    scores: { data: new Float32Array(tasks.length * n), rows: tasks.length, cols: n },
    weights: { data: new Float64Array(tasks.length * d), rows: tasks.length, cols: d },
    intercepts: new Float64Array(tasks.length),
    evaluations: new Uint32Array(tasks.length),
  };
  const width = Math.max(1, Math.floor(CHUNK_ELEMENTS / n));
  const starts = tasks.map((): Start => ({ weights: null, intercept: 0 }));
  const solve = async (
    coordinates: FeatureBasis | Whitening,
    members: readonly number[],
    leaves: Leaves,
  ): Promise<number[]> => {
    const left: number[] = [];
    for (let start = 0; start < members.length; start += width) {
      options.signal?.throwIfAborted();
      left.push(
        ...(await solveChunk(
          shared,
          coordinates,
          tasks,
          members.slice(start, start + width),
          starts,
          leaves,
          options.tolerance ?? 5e-7,
          out,
        )),
      );
    }
    return left;
  };
  const { whitenings } = features;
  if (whitenings === null) {
    await solve(await features.basis(), [...tasks.keys()], () => false);
    return out;
  }
  // The curvature falls as a fit separates its classes, so that shifts only grow: a task whose shift has outgrown its
  // cell goes on in a later one.
  const shift = (task: number, curvature: number): number => 1 / (tasks[task].C * curvature);
  const waiting = new Map<number, number[]>();
  const enter = (task: number, curvature: number): void => {
    const cell = whitenings.cell(shift(task, curvature));
    waiting.set(cell, [...(waiting.get(cell) ?? []), task]);
  };
  const curvatures = Float64Array.from(tasks, ({ rows }) => EXPECTED_CURVATURE * rows.length);
  curvatures.forEach((curvature, task) => enter(task, curvature));
  while (waiting.size > 0) {
    const cell = Math.min(...waiting.keys());
    const members = waiting.get(cell)!;
    waiting.delete(cell);
    const left = await solve(await whitenings.of(cell), members, (task, curvature) => {
      curvatures[task] = curvature;
      return whitenings.outgrown(cell, shift(task, curvature));
    });
    for (const task of left) enter(task, curvatures[task]);
  }
  return out;
}

/** Where a task's iteration starts: weights in its standardised features (null: 0). */
interface Start {
  weights: Float32Array | null;
  intercept: number;
}

/** Whether a task whose Σ p(1 − p) is now `curvature` should go on in other coordinates. */
type Leaves = (task: number, curvature: number) => boolean;

function checkTask({ rows, labels, C }: LogisticTask): void {
  if (!(C > 0) || !Number.isFinite(C)) throw new RangeError(`C must be a finite number > 0, got ${C}`);
  const present = [false, false];
  for (const row of rows) {
    const label = labels[row];
    if (label !== 0 && label !== 1) throw new RangeError(`labels must be 0 or 1, got ${label} in row ${row}`);
    present[label] = true;
  }
  if (!present[0] || !present[1]) {
    throw new PlumblineError(
      'one-class',
      `logistic regression needs rows of both classes; its ${rows.length} training rows hold ${present[0] || present[1] ? 'only one' : 'none'}`,
      {
        hint: 'Use more scenes or fewer folds, so that every training fold holds both answers.',
      },
    );
  }
}

interface Shared extends LogisticFeatures {
  /** Moments of `x` over each task's training rows. */
  readonly moments: ReadonlyMap<readonly number[], Moments>;
  /** Filled by `rowsOf`. */
  whole: WithTranspose | null;
}

type WithTranspose = Pick<LogisticOperands, 'x' | 'xTransposed'>;

function rowsOf(shared: Shared, rowsUsed: readonly number[]): WithTranspose {
  const all = rowsUsed.length === shared.x.rows;
  if (all && shared.whole !== null) return shared.whole;
  const x = all ? shared.x : takeRows(shared.x, rowsUsed);
  const tensors = { x: tensorOf(x), xTransposed: tensorOf(transposed(x)) };
  if (all) shared.whole = tensors;
  return tensors;
}

/** By blocks that fit the nearest cache. */
function transposed({ data, rows: n, cols: d }: Matrix<Float32Array>): Matrix<Float32Array> {
  const out = new Float32Array(n * d);
  const side = 32;
  for (let i0 = 0; i0 < n; i0 += side) {
    for (let j0 = 0; j0 < d; j0 += side) {
      const [i1, j1] = [Math.min(n, i0 + side), Math.min(d, j0 + side)];
      for (let j = j0; j < j1; j++) for (let i = i0; i < i1; i++) out[j * n + i] = data[i * d + j];
    }
  }
  return { data: out, rows: d, cols: n };
}

/** Graph inputs of the tasks on the given rows of x, which hold all that they train on. */
function operandsOf(
  shared: Shared,
  basis: Coordinates,
  tasks: readonly LogisticTask[],
  starts: readonly Start[],
  rowsUsed: readonly number[],
): LogisticOperands {
  const { x, moments } = shared;
  const d = x.cols;
  const n = rowsUsed.length;
  const c = tasks.length;
  const position = new Int32Array(x.rows);
  rowsUsed.forEach((row, i) => (position[row] = i));
  const scale = new Float32Array(d * c);
  const mean = new Float32Array(d * c);
  const base = new Float32Array(d * c);
  starts.forEach(({ weights }, k) => weights?.forEach((v, j) => (base[j * c + k] = v)));
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
    ...rowsOf(shared, rowsUsed),
    basis,
    scale: tensor(scale, d),
    mean: tensor(mean, d),
    signedMask: tensor(signedMask, n),
    penalty: tensor(
      Float32Array.from(tasks, ({ C }) => 1 / C),
      1,
    ),
    base: tensor(base, d),
  };
}

/**
 * Minimises the tasks `members` as columns; those that are done leave the iteration. Returns the tasks that left for
 * other coordinates, their `starts` set to where they are.
 */
async function solveChunk(
  shared: Shared,
  coordinates: FeatureBasis | Whitening,
  tasks: readonly LogisticTask[],
  members: readonly number[],
  starts: Start[],
  leaves: Leaves,
  tolerance: number,
  out: LogisticBatch,
): Promise<number[]> {
  const { cols: d } = shared.x;
  const chunk = members.map((task) => tasks[task]);
  const rowsUsed = [...new Set([...new Set(chunk.map((task) => task.rows))].flat())].sort((a, b) => a - b);
  const operands = operandsOf(
    shared,
    coordinates,
    chunk,
    members.map((task) => starts[task]),
    rowsUsed,
  );
  const solution = new Float32Array((d + 1) * chunk.length);
  const open = new Set(chunk.keys());
  const left: number[] = [];

  let columns = [...open];
  let narrowed = operands;
  let solver: LbfgsColumns | undefined;
  let curvature = new Float64Array(chunk.length);
  const inverse = (vector: Float64Array, result: Float64Array): void => {
    const c = columns.length;
    const penalty = columns.map((task) => 1 / chunk[task].C);
    for (let j = 0; j < d; j++) {
      const spectrum = coordinates.kind === 'whitening' ? null : coordinates.spectrum[j];
      for (let k = 0, at = j * c; k < c; k++, at++)
        result[at] = vector[at] / (spectrum === null ? curvature[k] : curvature[k] * spectrum + penalty[k]);
    }
    for (let k = 0; k < c; k++) result[d * c + k] = vector[d * c + k] / curvature[k];
  };

  for (let evaluation = 1; open.size > 0; evaluation++) {
    const c = columns.length;
    const trial = new Float64Array((d + 1) * c);
    solver?.propose(inverse, trial);
    const parameters = new Float32Array(trial);
    columns.forEach((task, k) => (parameters[d * c + k] += starts[members[task]].intercept));
    const result = await evaluateLogistic(narrowed, parameters);
    const gradient = new Float64Array((d + 1) * c);
    gradient.set(result.gradient);
    gradient.set(result.interceptGradient, d * c);
    curvature = new Float64Array(result.curvature).map((v) => Math.max(v, SMALLEST_CURVATURE));
    if (solver === undefined) solver = new LbfgsColumns(d + 1, c, gradient);
    else solver.update(trial, gradient);

    const gaps = relativeGaps(
      result,
      columns.map((task) => chunk[task]),
      rowsUsed.length,
    );
    columns.forEach((task, k) => {
      if (!open.has(task)) return;
      const converged = gaps[k] <= tolerance;
      const leaving = !converged && solver!.fresh[k] === 1 && leaves(members[task], curvature[k]);
      out.evaluations[members[task]]++;
      if (!converged && !leaving && solver!.stalled[k] === 0 && evaluation < MAX_EVALUATIONS) return;
      open.delete(task);
      const weights = Float32Array.from({ length: d }, (_, j) => result.rotated[j * c + k]);
      const intercept = parameters[d * c + k];
      if (leaving) {
        starts[members[task]] = { weights, intercept };
        left.push(members[task]);
      } else
        setColumn(
          solution,
          chunk.length,
          task,
          converged ? [...weights, intercept] : finish(shared, chunk[task], tolerance),
        );
    });
    if (open.size <= NARROW_BELOW * c) {
      const going = [...columns.keys()].filter((k) => open.has(columns[k]));
      columns = going.map((k) => columns[k]);
      curvature = takeColumns(curvature, 1, c, going);
      solver.keep(going);
      narrowed = narrow(narrowed, going);
    }
  }
  record(
    shared,
    members,
    await scoreLogistic({ ...operands, x: shared.tensor, basis: { kind: 'identity' } }, solution),
    out,
  );
  return left;
}

/** Solves one task in float64; returns its column: weights, then the intercept. */
function finish({ x, moments }: Shared, { rows, labels, C }: LogisticTask, tolerance: number): Float64Array {
  const { mean, sd } = moments.get(rows)!;
  const z = standardise(takeRows(x, rows), { mean, sd });
  for (let i = 0; i < z.data.length; i++) if (sd[i % z.cols] === 0) z.data[i] = 0;
  const { coefficients, intercepts } = fitLogistic(
    z,
    Array.from(rows, (row) => labels[row]),
    { C, classes: 2, tolerance },
  );
  return Float64Array.of(...coefficients.data, intercepts[0]);
}

function record(
  { x, overall }: Shared,
  members: readonly number[],
  { z, w, shift }: Awaited<ReturnType<typeof scoreLogistic>>,
  out: LogisticBatch,
): void {
  const { rows: n, cols: d } = x;
  const count = members.length;
  members.forEach((task, k) => {
    for (let i = 0; i < n; i++) out.scores.data[task * n + i] = z[i * count + k];
    const weights = row(out.weights, task);
    let intercept = shift[k];
    for (let j = 0; j < d; j++) {
      weights[j] = overall.sd[j] === 0 ? 0 : w[j * count + k] / overall.sd[j];
      intercept -= weights[j] * overall.mean[j];
    }
    out.intercepts[task] = intercept;
  });
}

function setColumn(a: Float32Array, width: number, column: number, values: ArrayLike<number>): void {
  for (let j = 0; j < values.length; j++) a[j * width + column] = values[j];
}

/** Upper bounds of (objective − optimum) / objective, as in `fitLogistic`. */
function relativeGaps(
  { loss, curvature, squared, norm, interceptGradient }: LogisticEvaluation,
  tasks: readonly LogisticTask[],
  rows: number,
): Float64Array {
  return Float64Array.from(tasks, ({ C, rows: { length } }, k) => {
    const gap = (C * squared[k]) / 2 + interceptGradient[k] ** 2 / (2 * Math.max(curvature[k], SMALLEST_CURVATURE));
    return gap / (Math.max(0, loss[k] - (rows - length) * Math.LN2) + norm[k] / (2 * C));
  });
}

function narrow(operands: LogisticOperands, columns: readonly number[]): LogisticOperands {
  const take = (tensor: Tensor): Tensor => {
    const [rows, width] = tensor.dims;
    return new Tensor('float32', takeColumns(tensor.data as Float32Array, rows, width, columns), [
      rows,
      columns.length,
    ]);
  };
  return {
    ...operands,
    scale: take(operands.scale),
    mean: take(operands.mean),
    signedMask: take(operands.signedMask),
    penalty: take(operands.penalty),
    base: take(operands.base),
  };
}
