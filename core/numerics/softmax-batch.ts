/**
 * Many multinomial L2 logistic regressions on one matrix at once, as `logistic-batch.ts` does binary ones: same
 * objective and conventions as `logistic.ts` (the symmetric softmax), same preconditioner. The variables of a
 * regression are its K weight vectors and intercepts together.
 */
import { Tensor } from 'onnxruntime-node';
import { PlumblineError } from '../errors.ts';
import { row, takeRows, type Matrix } from '../matrix.ts';
import { toBasis, type FeatureBasis } from './feature-basis.ts';
import { dots, LbfgsColumns } from './lbfgs-columns.ts';
import type { LogisticBatchOptions, LogisticFeatures, LogisticTask } from './logistic-batch.ts';
import { scoreLogistic } from './logistic-graph.ts';
import { fitLogistic } from './logistic.ts';
import { tensorOf } from './ort-products.ts';
import { evaluateSoftmax, takeRegressions, type SoftmaxEvaluation, type SoftmaxOperands } from './softmax-graph.ts';
import { columnMoments, standardise, type Moments } from './standardise.ts';

const MAX_EVALUATIONS = 500;
/** Elements of an n × K·t array. */
const CHUNK_ELEMENTS = 1 << 19;
const NARROW_BELOW = 0.75;
const SMALLEST_CURVATURE = 1e-6;

type MomentsOf = ReadonlyMap<readonly number[], Moments>;

/**
 * Fits every task, whose labels are 0 … K−1.
 *
 * @returns logits of every row of x, trained on or held out: n × K for each task.
 * @throws {PlumblineError} `one-class` when a task's training rows lack a class.
 */
export async function fitSoftmaxBatch(
  features: LogisticFeatures,
  tasks: readonly LogisticTask[],
  classes: number,
  options: LogisticBatchOptions = {},
): Promise<Matrix<Float32Array>[]> {
  tasks.forEach((task) => checkTask(task, classes));
  const moments = new Map(
    [...new Set(tasks.map((task) => task.rows))].map((rows) => [rows, columnMoments(features.x, rows)]),
  );
  const width = Math.max(1, Math.floor(CHUNK_ELEMENTS / (features.x.rows * classes)));
  const out: Matrix<Float32Array>[] = [];
  for (let start = 0; start < tasks.length; start += width) {
    options.signal?.throwIfAborted();
    out.push(
      ...(await solveChunk(features, moments, tasks.slice(start, start + width), classes, options.tolerance ?? 5e-7)),
    );
  }
  return out;
}

function checkTask({ rows, labels, C }: LogisticTask, classes: number): void {
  if (!(C > 0) || !Number.isFinite(C)) throw new RangeError(`C must be a finite number > 0, got ${C}`);
  const counts = new Array<number>(classes).fill(0);
  for (const i of rows) {
    if (!Number.isInteger(labels[i]) || labels[i] < 0 || labels[i] >= classes)
      throw new RangeError(`labels must be integers from 0 to ${classes - 1}, got ${labels[i]} in row ${i}`);
    counts[labels[i]]++;
  }
  const missing = counts.indexOf(0);
  if (missing >= 0) {
    throw new PlumblineError(
      'one-class',
      `logistic regression needs rows of every class; class ${missing} of ${classes} has none among ${rows.length} training rows`,
      {
        hint: 'Use more scenes or fewer folds, so that every training fold holds every answer.',
      },
    );
  }
}

function operandsOf(
  { x }: LogisticFeatures,
  basis: FeatureBasis,
  moments: MomentsOf,
  tasks: readonly LogisticTask[],
  classes: number,
  rowsUsed: readonly number[],
): SoftmaxOperands {
  const d = x.cols;
  const n = rowsUsed.length;
  const t = tasks.length;
  const position = new Int32Array(x.rows);
  rowsUsed.forEach((row, i) => (position[row] = i));
  const scale = new Float32Array(d * classes * t);
  const mean = new Float32Array(d * classes * t);
  const mask = new Float32Array(n * t);
  const oneHot = new Float32Array(n * classes * t);
  tasks.forEach(({ rows, labels }, r) => {
    const own = moments.get(rows)!;
    for (let j = 0; j < d; j++) {
      for (let k = 0; k < classes; k++) {
        const at = (j * classes + k) * t + r;
        scale[at] = own.sd[j] === 0 ? 0 : 1 / own.sd[j];
        mean[at] = own.mean[j];
      }
    }
    for (const row of rows) {
      mask[position[row] * t + r] = 1;
      oneHot[(position[row] * classes + labels[row]) * t + r] = 1;
    }
  });
  return {
    x: tensorOf(takeRows(x, rowsUsed)),
    basis,
    classes,
    scale: new Tensor('float32', scale, [d, classes * t]),
    mean: new Tensor('float32', mean, [d, classes * t]),
    mask: new Tensor('float32', mask, [n, 1, t]),
    oneHot: new Tensor('float32', oneHot, [n, classes, t]),
  };
}

async function solveChunk(
  features: LogisticFeatures,
  moments: MomentsOf,
  chunk: readonly LogisticTask[],
  classes: number,
  tolerance: number,
): Promise<Matrix<Float32Array>[]> {
  const d = features.x.cols;
  const size = (d + 1) * classes;
  const rowsUsed = [...new Set([...new Set(chunk.map((task) => task.rows))].flat())].sort((a, b) => a - b);
  const basis = await features.basis();
  const operands = operandsOf(features, basis, moments, chunk, classes, rowsUsed);
  const solution = new Float32Array(size * chunk.length);
  const open = new Set(chunk.keys());
  let regressions = [...open];
  let narrowed = operands;
  let solver: LbfgsColumns | undefined;
  let curvature = new Float64Array(classes * chunk.length);
  const inverse = (vector: Float64Array, result: Float64Array): void => {
    const t = regressions.length;
    for (let j = 0; j <= d; j++) {
      for (let k = 0; k < classes; k++) {
        for (let r = 0, at = (j * classes + k) * t; r < t; r++, at++) {
          const c = curvature[k * t + r];
          result[at] = vector[at] / (j < d ? c * basis.spectrum[j] + 1 / chunk[regressions[r]].C : c);
        }
      }
    }
  };

  for (let evaluation = 1; open.size > 0; evaluation++) {
    const t = regressions.length;
    const current = regressions.map((r) => chunk[r]);
    const trial = new Float64Array(size * t);
    solver?.propose(inverse, trial);
    const result = await evaluateSoftmax(narrowed, new Float32Array(trial));
    const gradient = penalised(result, trial, current, d, classes);
    curvature = new Float64Array(result.curvature).map((v) => Math.max(v, SMALLEST_CURVATURE));
    if (solver === undefined) solver = new LbfgsColumns(size, t, gradient);
    else solver.update(trial, gradient);

    const gaps = relativeGaps(result.loss, curvature, trial, gradient, current, d, classes);
    regressions.forEach((task, r) => {
      if (!open.has(task)) return;
      const converged = gaps[r] <= tolerance;
      if (!converged && solver!.stalled[r] === 0 && evaluation < MAX_EVALUATIONS) return;
      open.delete(task);
      const column = converged ? null : finish(features, basis, moments, chunk[task], classes, tolerance);
      for (let j = 0; j < size; j++) solution[j * chunk.length + task] = column === null ? trial[j * t + r] : column[j];
    });
    if (open.size <= NARROW_BELOW * t) {
      const going = [...regressions.keys()].filter((r) => open.has(regressions[r]));
      curvature = Float64Array.from(
        { length: classes * going.length },
        (_, at) => curvature[Math.floor(at / going.length) * t + going[at % going.length]],
      );
      regressions = going.map((r) => regressions[r]);
      solver.keep(going);
      const take = (tensor: Tensor): Tensor => takeRegressions(tensor, t, going);
      narrowed = {
        ...narrowed,
        scale: take(narrowed.scale),
        mean: take(narrowed.mean),
        mask: take(narrowed.mask),
        oneHot: take(narrowed.oneHot),
      };
    }
  }
  const { z } = await scoreLogistic({ ...operands, x: features.tensor }, solution);
  const n = features.x.rows;
  return chunk.map((_, r) => ({
    data: Float32Array.from({ length: n * classes }, (_, at) => z[at * chunk.length + r]),
    rows: n,
    cols: classes,
  }));
}

/**
 * Solves one task in float64; returns its column: for every feature, and last for the intercepts, one value a class.
 */
function finish(
  { x }: LogisticFeatures,
  basis: FeatureBasis,
  moments: MomentsOf,
  { rows, labels, C }: LogisticTask,
  classes: number,
  tolerance: number,
): Float64Array {
  const { mean, sd } = moments.get(rows)!;
  const z = standardise(takeRows(x, rows), { mean, sd });
  for (let i = 0; i < z.data.length; i++) if (sd[i % z.cols] === 0) z.data[i] = 0;
  const { coefficients, intercepts } = fitLogistic(
    z,
    Array.from(rows, (row) => labels[row]),
    { C, classes, tolerance },
  );
  const out = new Float64Array((x.cols + 1) * classes);
  for (let k = 0; k < classes; k++) {
    toBasis(basis, Float64Array.from(row(coefficients, k))).forEach((v, j) => (out[j * classes + k] = v));
    out[x.cols * classes + k] = intercepts[k];
  }
  return out;
}

function penalised(
  { gradient, interceptGradient }: SoftmaxEvaluation,
  at: Float64Array,
  tasks: readonly LogisticTask[],
  d: number,
  classes: number,
): Float64Array {
  const t = tasks.length;
  const out = new Float64Array((d + 1) * classes * t);
  for (let i = 0; i < d * classes * t; i++) out[i] = gradient[i] + at[i] / tasks[i % t].C;
  out.set(interceptGradient, d * classes * t);
  return out;
}

/** Upper bounds of (objective − optimum) / objective, as in `fitLogistic`. */
function relativeGaps(
  loss: Float32Array,
  curvature: Float64Array,
  at: Float64Array,
  gradient: Float64Array,
  tasks: readonly LogisticTask[],
  d: number,
  classes: number,
): Float64Array {
  const t = tasks.length;
  const squared = dots(gradient, gradient, d * classes, t);
  const norm = dots(at, at, d * classes, t);
  return Float64Array.from(tasks, ({ C }, r) => {
    let gap = (C * squared[r]) / 2;
    for (let k = 0; k < classes; k++) gap += gradient[(d * classes + k) * t + r] ** 2 / (2 * curvature[k * t + r]);
    return gap / (loss[r] + norm[r] / (2 * C));
  });
}
