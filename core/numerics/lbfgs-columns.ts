/**
 * Limited-memory BFGS (Nocedal & Wright, ch. 7) on many independent smooth convex problems at once, one a column of a
 * row-major size × columns array. Every vector operation runs over contiguous rows; columns keep their own step,
 * history and state, and drop out (`keep`) when they are done.
 *
 * The line search looks at slopes only: on a convex function a trial with slope ≤ ½|initial slope| is taken, otherwise
 * the step shrinks by the secant rule. Objective values in float32 are too coarse to compare near the optimum; slopes
 * aren't.
 */
/**
 * The preconditioner carries most of the curvature: 10 corrections save 3–7 % of the evaluations that 4 need, and cost
 * more time than that.
 */
const HISTORY = 4;
const SMALLEST_STEP = 1e-8;

/** Inverse-Hessian guess: writes `out = H₀·vector`, all columns; `out` may be `vector`. */
export type ApplyInverse = (vector: Float64Array, out: Float64Array) => void;

interface Correction {
  readonly s: Float32Array;
  readonly y: Float32Array;
  /** 1 / sᵀy, 0 where the column took no step. */
  readonly rho: Float64Array;
}

export class LbfgsColumns {
  columns: number;
  /** Columns that have no descent direction left at the gradient's precision. */
  stalled: Uint8Array;
  private readonly size: number;
  /** Last accepted point and its gradient. */
  private point: Float64Array;
  private gradient: Float64Array;
  /** Search direction, its slope at `point`, and the step along it. */
  private direction: Float64Array;
  private slope: Float64Array;
  private step: Float64Array;
  /** 1 for columns whose last trial was accepted: their direction must be computed anew. */
  fresh: Uint8Array;
  private history: Correction[] = [];
  private scratch: Float64Array;

  /** Starts at 0 with the gradient there. */
  constructor(size: number, columns: number, gradient: Float64Array) {
    this.size = size;
    this.columns = columns;
    this.gradient = Float64Array.from(gradient);
    this.point = new Float64Array(size * columns);
    this.direction = new Float64Array(size * columns);
    this.scratch = new Float64Array(size * columns);
    this.slope = new Float64Array(columns);
    this.step = new Float64Array(columns).fill(1);
    this.stalled = new Uint8Array(columns);
    this.fresh = new Uint8Array(columns).fill(1);
  }

  /** Writes the next trial points; columns in the middle of a line search keep their direction. */
  propose(applyInverse: ApplyInverse, trial: Float64Array): void {
    const { size, columns: c, direction, gradient, fresh, point, step } = this;
    if (fresh.includes(1)) {
      const r = this.twoLoop(applyInverse);
      for (let j = 0; j < size; j++)
        for (let k = 0, at = j * c; k < c; k++, at++) if (fresh[k] === 1) direction[at] = -r[at];
      const slope = dots(gradient, direction, size, c);
      for (let k = 0; k < c; k++) {
        if (fresh[k] === 0) continue;
        this.slope[k] = slope[k];
        step[k] = 1;
        if (!(slope[k] < 0)) this.stalled[k] = 1;
      }
    }
    for (let j = 0; j < size; j++)
      for (let k = 0, at = j * c; k < c; k++, at++) trial[at] = point[at] + step[k] * direction[at];
  }

  /** Takes the gradient at the proposed points: accepts them or shortens the step, column by column. */
  update(trial: Float64Array, trialGradient: Float64Array): void {
    const { size, columns: c, direction, slope, step, fresh, point, gradient } = this;
    const trialSlope = dots(trialGradient, direction, size, c);
    for (let k = 0; k < c; k++) {
      const ratio = trialSlope[k] / -slope[k];
      fresh[k] = ratio <= 0.5 ? 1 : 0;
      if (fresh[k] === 0) step[k] *= Number.isFinite(ratio) ? Math.max(0.1, 1 / (1 + ratio)) : 0.1;
      if (step[k] < SMALLEST_STEP) this.stalled[k] = 1;
    }
    const { s, y, rho } = this.oldest();
    rho.fill(0);
    for (let j = 0; j < size; j++) {
      for (let k = 0, at = j * c; k < c; k++, at++) {
        if (fresh[k] === 0) {
          s[at] = y[at] = 0;
          continue;
        }
        const ds = trial[at] - point[at];
        const dy = trialGradient[at] - gradient[at];
        s[at] = ds;
        y[at] = dy;
        rho[k] += ds * dy;
        point[at] = trial[at];
        gradient[at] = trialGradient[at];
      }
    }
    for (let k = 0; k < c; k++) rho[k] = rho[k] > 0 ? 1 / rho[k] : 0;
    this.history.push({ s, y, rho });
  }

  /** Narrows every array to the given columns. */
  keep(columns: readonly number[]): void {
    const { size, columns: c } = this;
    const wide = <T extends Float32Array | Float64Array>(a: T): T => takeColumns(a, size, c, columns);
    const narrow = <T extends Float64Array | Uint8Array>(a: T): T => takeColumns(a, 1, c, columns);
    this.point = wide(this.point);
    this.gradient = wide(this.gradient);
    this.direction = wide(this.direction);
    this.scratch = new Float64Array(size * columns.length);
    this.slope = narrow(this.slope);
    this.step = narrow(this.step);
    this.stalled = narrow(this.stalled);
    this.fresh = narrow(this.fresh);
    this.history = this.history.map(({ s, y, rho }) => ({ s: wide(s), y: wide(y), rho: narrow(rho) }));
    this.columns = columns.length;
  }

  /** Arrays for the next correction: those of the oldest once the history is full. */
  private oldest(): Correction {
    if (this.history.length === HISTORY) return this.history.shift()!;
    const length = this.size * this.columns;
    return { s: new Float32Array(length), y: new Float32Array(length), rho: new Float64Array(this.columns) };
  }

  /** Inverse-Hessian estimate times the gradient; valid until the next call. */
  private twoLoop(applyInverse: ApplyInverse): Float64Array {
    const { size, columns: c, history, scratch: r } = this;
    const m = history.length;
    r.set(this.gradient);
    const alphas: Float64Array[] = [];
    let products = m === 0 ? new Float64Array(c) : dots(history[m - 1].s, r, size, c);
    for (let i = m - 1; i >= 0; i--) {
      alphas[i] = products.map((product, k) => product * history[i].rho[k]);
      products = subtractThenDot(r, history[i].y, alphas[i], i > 0 ? history[i - 1].s : null, size, c);
    }
    const scale = this.scaleOf(applyInverse);
    applyInverse(r, r);
    for (let j = 0; j < size; j++) for (let k = 0, at = j * c; k < c; k++, at++) r[at] *= scale[k];
    if (m > 0) products = dots(history[0].y, r, size, c);
    for (let i = 0; i < m; i++) {
      const change = products.map((product, k) => product * history[i].rho[k] - alphas[i][k]);
      products = subtractThenDot(r, history[i].s, change, i + 1 < m ? history[i + 1].y : null, size, c);
    }
    return r;
  }

  /** sᵀy / yᵀH₀y of the newest correction: matches the size of H₀ to the curvature just seen. */
  private scaleOf(applyInverse: ApplyInverse): Float64Array {
    const { size, columns: c } = this;
    const scale = new Float64Array(c).fill(1);
    const newest = this.history.at(-1);
    if (newest === undefined) return scale;
    const hy = Float64Array.from(newest.y);
    applyInverse(hy, hy);
    const yhy = dots(newest.y, hy, size, c);
    for (let k = 0; k < c; k++) if (newest.rho[k] > 0 && yhy[k] > 0) scale[k] = 1 / (newest.rho[k] * yhy[k]);
    return scale;
  }
}

/** The given columns of a row-major rows × width array. */
export function takeColumns<T extends Float32Array | Float64Array | Uint8Array>(
  a: T,
  rows: number,
  width: number,
  columns: readonly number[],
): T {
  const c = columns.length;
  const from = Int32Array.from(columns);
  const out = new (a.constructor as new (length: number) => T)(rows * c);
  for (let j = 0; j < rows; j++)
    for (let k = 0, at = j * c, row = j * width; k < c; k++, at++) out[at] = a[row + from[k]];
  return out;
}

/** Column-wise dot products of two size × c arrays. */
export function dots(a: Float32Array | Float64Array, b: Float64Array, size: number, c: number): Float64Array {
  const out = new Float64Array(c);
  for (let j = 0; j < size; j++) for (let k = 0, at = j * c; k < c; k++, at++) out[k] += a[at] * b[at];
  return out;
}

/**
 * a −= factor·b by columns, then the column-wise products of the new a with `next`: one pass over memory instead of
 * two.
 */
function subtractThenDot(
  a: Float64Array,
  b: Float32Array,
  factor: Float64Array,
  next: Float32Array | null,
  size: number,
  c: number,
): Float64Array {
  const out = new Float64Array(c);
  if (next === null) {
    for (let j = 0; j < size; j++) for (let k = 0, at = j * c; k < c; k++, at++) a[at] -= factor[k] * b[at];
    return out;
  }
  for (let j = 0; j < size; j++) {
    for (let k = 0, at = j * c; k < c; k++, at++) {
      const v = a[at] - factor[k] * b[at];
      a[at] = v;
      out[k] += v * next[at];
    }
  }
  return out;
}
