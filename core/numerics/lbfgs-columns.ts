/**
 * Limited-memory BFGS (Nocedal & Wright, ch. 7) on many independent smooth convex problems at once, one a column of a row-major size × columns array. Every vector
 * operation runs over contiguous rows; columns keep their own step, history and state, and drop out (`keep`) when they are done.
 *
 * The line search looks at slopes only: on a convex function a trial with slope ≤ ½|initial slope| is taken, otherwise the step shrinks by the secant rule. Objective
 * values in float32 are too coarse to compare near the optimum; slopes aren't.
 */
const HISTORY = 8;

/** Inverse-Hessian guess: writes `out = H₀·vector`, all columns. */
export type ApplyInverse = (vector: Float64Array, out: Float64Array) => void;

export class LbfgsColumns {
  readonly size: number;
  columns: number;
  /** Last accepted point and its gradient. */
  point: Float64Array;
  gradient: Float64Array;
  /** Columns that have no descent direction left at the gradient's precision. */
  stalled: Uint8Array;
  private direction: Float64Array;
  private slope: Float64Array;
  private step: Float64Array;
  private history: { s: Float32Array; y: Float32Array; rho: Float64Array }[] = [];

  /** Starts at 0 with the gradient there. */
  constructor(size: number, columns: number, gradient: Float64Array) {
    this.size = size;
    this.columns = columns;
    this.gradient = gradient;
    this.point = new Float64Array(size * columns);
    this.direction = new Float64Array(size * columns);
    this.slope = new Float64Array(columns);
    this.step = new Float64Array(columns).fill(1);
    this.stalled = new Uint8Array(columns);
    this.fresh = new Uint8Array(columns).fill(1);
  }

  /** Columns whose direction must be computed anew. */
  private fresh: Uint8Array;

  /** The next trial points; columns in the middle of a line search keep their direction. */
  propose(applyInverse: ApplyInverse): Float64Array {
    const { size, columns: c, direction, gradient, fresh } = this;
    if (fresh.includes(1)) {
      const r = this.twoLoop(applyInverse);
      for (let j = 0; j < size; j++) for (let k = 0, at = j * c; k < c; k++, at++) if (fresh[k] === 1) direction[at] = -r[at];
      const slope = dots(gradient, direction, size, c);
      for (let k = 0; k < c; k++) {
        if (fresh[k] === 0) continue;
        this.slope[k] = slope[k];
        this.step[k] = 1;
        if (!(slope[k] < 0)) this.stalled[k] = 1;
      }
    }
    const trial = new Float64Array(size * c);
    for (let j = 0; j < size; j++) for (let k = 0, at = j * c; k < c; k++, at++) trial[at] = this.point[at] + this.step[k] * direction[at];
    return trial;
  }

  /** Takes the gradient at the proposed points: accepts them or shortens the step, column by column. */
  update(trial: Float64Array, trialGradient: Float64Array): void {
    const { size, columns: c, direction, slope, step, fresh } = this;
    const trialSlope = dots(trialGradient, direction, size, c);
    for (let k = 0; k < c; k++) {
      const ratio = trialSlope[k] / -slope[k];
      fresh[k] = ratio <= 0.5 ? 1 : 0;
      if (fresh[k] === 0) step[k] *= Number.isFinite(ratio) ? Math.max(0.1, 1 / (1 + ratio)) : 0.1;
      if (step[k] < 1e-8) this.stalled[k] = 1;
    }
    const s = new Float32Array(size * c);
    const y = new Float32Array(size * c);
    const rho = new Float64Array(c);
    for (let j = 0; j < size; j++) {
      for (let k = 0, at = j * c; k < c; k++, at++) {
        if (fresh[k] === 0) continue;
        s[at] = trial[at] - this.point[at];
        y[at] = trialGradient[at] - this.gradient[at];
        rho[k] += s[at] * y[at];
        this.point[at] = trial[at];
        this.gradient[at] = trialGradient[at];
      }
    }
    // A column without an accepted step leaves a gap (rho 0) in this round's history.
    for (let k = 0; k < c; k++) rho[k] = rho[k] > 0 ? 1 / rho[k] : 0;
    this.history.push({ s, y, rho });
    if (this.history.length > HISTORY) this.history.shift();
  }

  /** Narrows every array to the given columns. */
  keep(columns: readonly number[]): void {
    const { size, columns: c } = this;
    const wide = <T extends Float32Array | Float64Array>(a: T): T => takeColumns(a, size, c, columns);
    const narrow = <T extends Float64Array | Uint8Array>(a: T): T => takeColumns(a, 1, c, columns);
    this.point = wide(this.point);
    this.gradient = wide(this.gradient);
    this.direction = wide(this.direction);
    this.slope = narrow(this.slope);
    this.step = narrow(this.step);
    this.stalled = narrow(this.stalled);
    this.fresh = narrow(this.fresh);
    this.history = this.history.map(({ s, y, rho }) => ({ s: wide(s), y: wide(y), rho: narrow(rho) }));
    this.columns = columns.length;
  }

  private twoLoop(applyInverse: ApplyInverse): Float64Array {
    const { size, columns: c, history } = this;
    const q = Float64Array.from(this.gradient);
    const alphas = history.map(() => new Float64Array(c));
    for (let i = history.length - 1; i >= 0; i--) {
      const { s, y, rho } = history[i];
      const alpha = dots(s, q, size, c);
      for (let k = 0; k < c; k++) alphas[i][k] = -(alpha[k] * rho[k]);
      addColumns(q, y, alphas[i], size, c);
    }
    const r = new Float64Array(size * c);
    applyInverse(q, r);
    this.rescale(r, applyInverse);
    for (let i = 0; i < history.length; i++) {
      const { s, y, rho } = history[i];
      const beta = dots(y, r, size, c);
      for (let k = 0; k < c; k++) beta[k] = -alphas[i][k] - beta[k] * rho[k];
      addColumns(r, s, beta, size, c);
    }
    return r;
  }

  /** Multiplies H₀ by sᵀy / yᵀH₀y of the newest pair, which matches its overall size to the curvature just seen. */
  private rescale(r: Float64Array, applyInverse: ApplyInverse): void {
    const { size, columns: c } = this;
    const newest = this.history.at(-1);
    if (newest === undefined) return;
    const y = Float64Array.from(newest.y);
    const hy = new Float64Array(size * c);
    applyInverse(y, hy);
    const yhy = dots(y, hy, size, c);
    const factor = new Float64Array(c);
    for (let k = 0; k < c; k++) factor[k] = newest.rho[k] > 0 && yhy[k] > 0 ? 1 / (newest.rho[k] * yhy[k]) : 1;
    for (let j = 0; j < size; j++) for (let k = 0, at = j * c; k < c; k++, at++) r[at] *= factor[k];
  }
}

/** The given columns of a row-major rows × width array. */
export function takeColumns<T extends Float32Array | Float64Array | Uint8Array>(a: T, rows: number, width: number, columns: readonly number[]): T {
  const c = columns.length;
  const out = new (a.constructor as new (length: number) => T)(rows * c);
  for (let j = 0; j < rows; j++) for (let k = 0; k < c; k++) out[j * c + k] = a[j * width + columns[k]];
  return out;
}

/** Column-wise dot products of two size × c arrays. */
export function dots(a: Float32Array | Float64Array, b: Float32Array | Float64Array, size: number, c: number): Float64Array {
  const out = new Float64Array(c);
  for (let j = 0; j < size; j++) for (let k = 0, at = j * c; k < c; k++, at++) out[k] += a[at] * b[at];
  return out;
}

function addColumns(a: Float64Array, b: Float32Array, factor: Float64Array, size: number, c: number): void {
  for (let j = 0; j < size; j++) for (let k = 0, at = j * c; k < c; k++, at++) a[at] += factor[k] * b[at];
}
