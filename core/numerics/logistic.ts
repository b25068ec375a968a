/**
 * L2-regularised logistic regression, binary and multinomial, with the objective of scikit-learn's
 * `LogisticRegression(C)`:
 *
 *     Σᵢ −log p(yᵢ | xᵢ) + ‖w‖² / (2C),  the intercept unpenalised.
 *
 * Truncated Newton (Lin, Weng & Keerthi, JMLR 9, 2008) in float64: Hessian-vector products only, so that n < d and many
 * classes need no d × d matrix. Two classes have one weight vector, K > 2 classes have K (the symmetric softmax;
 * weights and intercepts each sum to 0 over the classes at the optimum). One fit at a time, to full precision;
 * `fitLogisticBatch` solves the hundreds of fits of a probe sweep at once.
 */
import { PlumblineError } from '../errors.ts';
import type { Matrix } from '../matrix.ts';
import { dot } from './dot.ts';
import { addInto, softmaxResiduals, timesBlocks, transposeTimesBlocks } from './logistic-kernels.ts';
import { requireFinite } from './standardise.ts';

export interface LogisticFit {
  /** 1 × d for two classes (log-odds of class 1), K × d otherwise. */
  readonly coefficients: Matrix<Float64Array>;
  /** One for each row of `coefficients`. */
  readonly intercepts: Float64Array;
  readonly classes: number;
  readonly objective: number;
  /**
   * Upper bound of (objective − optimum) / objective: 1/C-strong convexity on the weights, the local curvature on the
   * intercepts.
   */
  readonly relativeGap: number;
  readonly iterations: number;
}

export interface LogisticOptions {
  readonly C: number;
  /** Number of classes; default: the largest label + 1. */
  readonly classes?: number;
  /** Relative objective gap to stop at. The default reaches the last digits that float64 can tell apart. */
  readonly tolerance?: number;
  readonly maxIterations?: number;
}

/**
 * Fits `labels` (n integers 0 … K−1) on `x` (n × d, taken as it is: standardise before). Constant columns, duplicated
 * rows, n < d and separable classes are all well posed under the penalty. Throws `one-class` when a class has no row,
 * `not-finite` on NaN, `logistic-not-converged` past `maxIterations`.
 */
export function fitLogistic(x: Matrix, labels: ArrayLike<number>, options: LogisticOptions): LogisticFit {
  const { C, tolerance = 1e-14, maxIterations = 200 } = options;
  const classes = checkLabels(x, labels, options);
  if (!(C > 0) || !Number.isFinite(C)) throw new RangeError(`C must be a finite number > 0, got ${C}`);
  requireFinite(x, 'the features');

  const problem = new Problem(x, labels, classes, C);
  let point = problem.at(new Float64Array(problem.size));
  for (let iteration = 0; ; iteration++) {
    const relativeGap = problem.gap(point) / point.objective;
    const next = relativeGap <= tolerance ? null : problem.newtonStep(point);
    if (next === null) return problem.fit(point, relativeGap, iteration);
    if (iteration === maxIterations) {
      throw new PlumblineError(
        'logistic-not-converged',
        `logistic regression (C = ${C}) is still ${relativeGap.toExponential(1)} above its optimum after ${maxIterations} steps`,
        {
          hint: 'Standardise the features; columns of very different scale are the usual cause.',
        },
      );
    }
    point = next;
  }
}

/** Decision values: n × 1 log-odds of class 1, or n × K softmax logits. */
export function logisticScores(x: Matrix, fit: Pick<LogisticFit, 'coefficients' | 'intercepts'>): Matrix<Float64Array> {
  const blocks = fit.intercepts.length;
  const scores = new Float64Array(x.rows * blocks);
  timesBlocks(x, fit.coefficients.data, fit.intercepts, scores);
  return { data: scores, rows: x.rows, cols: blocks };
}

function checkLabels(x: Matrix, labels: ArrayLike<number>, options: LogisticOptions): number {
  if (labels.length !== x.rows) throw new RangeError(`x has ${x.rows} rows, labels has ${labels.length} values`);
  const values = Array.from(labels);
  const classes = options.classes ?? Math.max(1, ...new Set(values)) + 1;
  const counts = new Array<number>(classes).fill(0);
  for (const label of values) {
    if (!Number.isInteger(label) || label < 0 || label >= classes)
      throw new RangeError(`labels must be integers from 0 to ${classes - 1}, got ${label}`);
    counts[label]++;
  }
  const missing = counts.indexOf(0);
  if (missing >= 0) {
    throw new PlumblineError(
      'one-class',
      `logistic regression needs rows of every class; class ${missing} of ${classes} has none among ${x.rows} rows`,
      {
        hint: 'Use more scenes or fewer folds, so that every training fold holds every answer.',
      },
    );
  }
  return classes;
}

interface Point {
  /** Weights of every block, then the intercepts. */
  readonly parameters: Float64Array;
  readonly objective: number;
  readonly gradient: Float64Array;
  /** n × blocks: the probability of the block's class. */
  readonly probabilities: Float64Array;
}

class Problem {
  readonly size: number;
  private readonly blocks: number;
  private readonly weights: number;
  private readonly x: Matrix;
  private readonly labels: ArrayLike<number>;
  private readonly classes: number;
  private readonly C: number;

  constructor(x: Matrix, labels: ArrayLike<number>, classes: number, C: number) {
    this.x = x;
    this.labels = labels;
    this.classes = classes;
    this.C = C;
    this.blocks = classes === 2 ? 1 : classes;
    this.weights = this.blocks * x.cols;
    this.size = this.weights + this.blocks;
  }

  at(parameters: Float64Array): Point {
    const { x, blocks, weights, C } = this;
    const probabilities = new Float64Array(x.rows * blocks);
    timesBlocks(x, parameters.subarray(0, weights), parameters.subarray(weights), probabilities);
    const residuals = new Float64Array(x.rows * blocks);
    const loss = softmaxResiduals(probabilities, residuals, this.labels, blocks);
    const w = parameters.subarray(0, weights);
    const gradient = new Float64Array(this.size);
    transposeTimesBlocks(x, residuals, gradient.subarray(0, weights), gradient.subarray(weights));
    addInto(gradient, w, 1 / C);
    const shift = this.interceptSum(parameters);
    for (let k = weights; k < this.size; k++) gradient[k] += shift;
    return { parameters, objective: loss + dot(w, w) / (2 * C) + (shift * shift) / 2, gradient, probabilities };
  }

  gap({ gradient, probabilities }: Point): number {
    const w = gradient.subarray(0, this.weights);
    let gap = (this.C * dot(w, w)) / 2;
    for (let k = 0; k < this.blocks; k++) {
      let curvature = 0;
      for (let i = k; i < probabilities.length; i += this.blocks)
        curvature += probabilities[i] * (1 - probabilities[i]);
      gap += gradient[this.weights + k] ** 2 / (2 * Math.max(curvature, Number.MIN_VALUE));
    }
    return gap;
  }

  /** A point with a lower objective, or `null` when float64 can tell no further improvement. */
  newtonStep(point: Point): Point | null {
    const direction = this.solveNewton(point);
    const slope = dot(point.gradient, direction);
    if (!(slope < 0)) return null;
    for (let step = 1; step > 1e-10; step /= 2) {
      const trial = Float64Array.from(point.parameters);
      addInto(trial, direction, step);
      const next = this.at(trial);
      if (next.objective <= point.objective + 1e-4 * step * slope) return next;
      // Within rounding of the optimum the objective no longer falls measurably, but the gradient still does.
      const noise = 4 * Number.EPSILON * point.objective;
      if (
        next.objective <= point.objective + noise &&
        dot(next.gradient, next.gradient) < dot(point.gradient, point.gradient) / 4
      )
        return next;
    }
    return null;
  }

  /** Conjugate gradients on H·s = −g, stopped early far from the optimum (superlinear forcing). */
  private solveNewton(point: Point): Float64Array {
    const preconditioner = this.diagonal(point);
    const s = new Float64Array(this.size);
    const r = point.gradient.map((v) => -v);
    let z = r.map((v, k) => v / preconditioner[k]);
    const p = Float64Array.from(z);
    let rz = dot(r, z);
    const target = rz * Math.min(0.01, rz / Math.max(point.objective, Number.MIN_VALUE));
    for (let i = 0; i < 2 * this.size + 50 && rz > target; i++) {
      const hp = this.hessianTimes(point, p);
      const curvature = dot(p, hp);
      if (!(curvature > 0)) break;
      const step = rz / curvature;
      addInto(s, p, step);
      addInto(r, hp, -step);
      z = r.map((v, k) => v / preconditioner[k]);
      const next = dot(r, z);
      const beta = next / rz;
      for (let k = 0; k < p.length; k++) p[k] = z[k] + beta * p[k];
      rz = next;
    }
    return s;
  }

  private hessianTimes({ probabilities }: Point, v: Float64Array): Float64Array {
    const { x, blocks, weights, C } = this;
    const u = new Float64Array(x.rows * blocks);
    timesBlocks(x, v.subarray(0, weights), v.subarray(weights), u);
    for (let i = 0; i < u.length; i += blocks) {
      let mean = 0;
      for (let k = 0; k < blocks; k++) mean += probabilities[i + k] * u[i + k];
      for (let k = 0; k < blocks; k++) u[i + k] = probabilities[i + k] * (u[i + k] - mean);
    }
    const out = new Float64Array(this.size);
    transposeTimesBlocks(x, u, out.subarray(0, weights), out.subarray(weights));
    addInto(out, v.subarray(0, weights), 1 / C);
    const shift = this.interceptSum(v);
    for (let k = weights; k < this.size; k++) out[k] += shift;
    return out;
  }

  private diagonal({ probabilities }: Point): Float64Array {
    const { x, blocks, weights, C } = this;
    const out = new Float64Array(this.size).fill(1 / C, 0, weights);
    for (let i = 0; i < x.rows; i++) {
      for (let k = 0; k < blocks; k++) {
        const p = probabilities[i * blocks + k];
        const curvature = p * (1 - p);
        for (let j = 0; j < x.cols; j++) out[k * x.cols + j] += curvature * x.data[i * x.cols + j] ** 2;
        out[weights + k] += curvature;
      }
    }
    // A saturated class leaves its intercept without curvature.
    for (let k = weights; k < this.size; k++) out[k] = Math.max(out[k], 1e-12);
    return out;
  }

  /**
   * Adding a constant to every intercept changes no probability; half the squared sum in the objective picks the
   * representative that sums to 0.
   */
  private interceptSum(parameters: Float64Array): number {
    if (this.blocks === 1) return 0;
    let sum = 0;
    for (let k = this.weights; k < this.size; k++) sum += parameters[k];
    return sum;
  }

  fit({ parameters, objective }: Point, relativeGap: number, iterations: number): LogisticFit {
    const coefficients = { data: parameters.slice(0, this.weights), rows: this.blocks, cols: this.x.cols };
    return {
      coefficients,
      intercepts: parameters.slice(this.weights),
      classes: this.classes,
      objective,
      relativeGap,
      iterations,
    };
  }
}
