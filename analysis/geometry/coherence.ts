import { AXES, CONDITIONS, type Axis, type Condition } from '../../core/artifacts/contrast-set.ts';
import type { Estimate } from '../../core/artifacts/results.ts';
import { row, takeRows, type Matrix } from '../../core/matrix.ts';
import { dot } from '../../core/numerics/dot.ts';
import { Random } from '../../core/random.ts';
import { indexGroups } from '../../core/statistics/groups.ts';
import type { Interval } from '../../core/statistics/interval.ts';
import { JACKKNIFE, jackknifeInterval } from '../../core/statistics/jackknife.ts';
import { flippedSquares, nullUpper95, SIGN_FLIP_DRAWS, signFlips } from '../../core/statistics/sign-flip.ts';
import { CELLS, cellOf, signCorrected, type DeltaDesign } from './deltas.ts';

const RANGE: Interval = [-1, 1];

/** Unit deltas summed by scene: all that coherence, its interval and its null need. */
interface UnitSums {
  /** The scenes. */
  readonly ids: readonly string[];
  /** G × d. */
  readonly sums: Matrix<Float64Array>;
  /** Non-zero deltas in each scene. */
  readonly sizes: Int32Array;
  readonly squaredNorms: Float64Array;
  readonly total: Float64Array;
  readonly n: number;
  readonly zeros: number;
}

/** Coherence with its sign-flip null. */
export interface Coherence {
  readonly estimate: Estimate;
  /** Coherence under random flips of whole scenes. */
  readonly nullDraws: Float64Array;
  readonly nullUpper: number | null;
}

/**
 * Coherence: mean pairwise cosine of sign-corrected deltas, self-pairs and pairs within a scene left out (methods §2;
 * "Why Far Looks Up", eq. 2). O(n) form: with u the unit deltas, (‖Σu‖² − Σ_scene‖Σ_{i∈scene}u_i‖²) / (n² − Σ_scene
 * n_scene²). Zero deltas have no direction and are left out.
 *
 * @param deltas n × d, sign-corrected.
 * @param groups scene of each delta.
 * @returns the estimate with its delete-one-group jackknife interval (cut to [−1, 1]) and the 5 % point of its
 * sign-flip null.
 * @throws {PlumblineError} `missing-group`.
 */
export async function coherence(
  deltas: Matrix,
  groups: readonly string[],
  options: { seed: number; draws?: number },
): Promise<Coherence> {
  const units = unitSums(deltas, groups);
  const signs = signFlips(units.sums.rows, new Random(options.seed, 'sign-flip'), options.draws ?? SIGN_FLIP_DRAWS);
  return describe(units, await flippedSquares(units.sums, signs));
}

/** @param flipped ‖Σ_scene ±S_scene‖² of every draw. */
function describe(units: UnitSums, flipped: Float64Array): Coherence {
  const { sizes, squaredNorms, total, n, zeros } = units;
  const scenes = sizes.reduce((count, size) => count + (size > 0 ? 1 : 0), 0);
  const within = squaredNorms.reduce((a, b) => a + b, 0);
  const pairsWithin = sizes.reduce((a, size) => a + size * size, 0);
  const pairs = n * n - pairsWithin;
  if (pairs === 0) {
    const note =
      n === 0 && zeros > 0
        ? 'every delta is zero: both sides have the same state here'
        : `deltas of at least two scenes are needed, there are ${scenes}`;
    return {
      estimate: { value: null, interval: null, intervalKind: null, n, groups: scenes, note },
      nullDraws: new Float64Array(0),
      nullUpper: null,
    };
  }
  const totalSquare = dot(total, total);
  const value = (totalSquare - within) / pairs;
  const jackknife = jackknifeInterval(
    value,
    withoutEach(units).filter((_, g) => sizes[g] > 0),
    RANGE,
  );
  const nullDraws = flipped.map((square) => (square - within) / pairs);
  const notes = [...(zeros > 0 ? [`${zeros} zero deltas left out`] : []), ...(jackknife.note ? [jackknife.note] : [])];
  return {
    estimate: {
      value,
      interval: jackknife.interval,
      intervalKind: jackknife.interval ? JACKKNIFE : null,
      n,
      groups: scenes,
      ...(notes.length > 0 ? { note: notes.join('; ') } : {}),
    },
    nullDraws,
    nullUpper: nullUpper95(nullDraws),
  };
}

/** A coherence curve's label: the distance axis is never pooled over conditions (methods §2). */
export type Pool = Condition | 'all';

export interface CoherenceEntry extends Coherence {
  readonly axis: Axis;
  readonly condition: Pool;
  /** Pairs whose first side is the canonical pole, and the rest. */
  readonly poles: [number, number];
}

/** Coherence without each scene, whether it has deltas or not. */
function withoutEach({ sums, sizes, squaredNorms, total, n }: UnitSums): (number | null)[] {
  const within = squaredNorms.reduce((a, b) => a + b, 0);
  const pairsWithin = sizes.reduce((a, size) => a + size * size, 0);
  const totalSquare = dot(total, total);
  return Array.from(sizes, (size, g) => {
    const left = (n - size) ** 2 - (pairsWithin - size ** 2);
    const square = totalSquare - 2 * dot(total, row(sums, g)) + squaredNorms[g];
    return left === 0 ? null : (square - (within - squaredNorms[g])) / left;
  });
}

/**
 * Coherence on all scenes and without each (sorted by id): what a difference between two checkpoints needs. `deltas`
 * are sign-corrected. Throws `missing-group`.
 */
export function coherenceJackknife(
  deltas: Matrix,
  groups: readonly string[],
): { value: number | null; leaveOneOut: (number | null)[]; n: number } {
  const units = unitSums(deltas, groups);
  const within = units.squaredNorms.reduce((a, b) => a + b, 0);
  const pairs = units.n ** 2 - units.sizes.reduce((a, size) => a + size * size, 0);
  return {
    value: pairs === 0 ? null : (dot(units.total, units.total) - within) / pairs,
    leaveOneOut: withoutEach(units),
    n: units.n,
  };
}

/**
 * Coherence of every axis within every condition, and pooled over conditions for the horizontal and the vertical axis.
 * The flips of a scene depend on the seed, the axis and its first condition only, so they are the same at every layer.
 *
 * @param deltas raw deltas, one row a pair of the design.
 */
export async function coherenceTable(
  deltas: Matrix<Float64Array>,
  design: DeltaDesign,
  seed: number,
): Promise<CoherenceEntry[]> {
  const turned = signCorrected(deltas, design.cells);
  const rowsOfCell = Array.from({ length: CELLS }, (): number[] => []);
  design.cells.forEach((cell, i) => rowsOfCell[cell].push(i));
  const entries: CoherenceEntry[] = [];
  for (const axis of AXES) {
    const allRows: number[] = [];
    const parts: { units: UnitSums; signs: Matrix<Float64Array> }[] = [];
    const known = new Map<string, { signs: Matrix<Float64Array>; column: number }>();
    const allPoles: [number, number] = [0, 0];
    for (const condition of CONDITIONS) {
      const [toCanonical, toOther] = ([0, 1] as const).map((pole) => rowsOfCell[cellOf(axis, pole, condition)]);
      const rows = [...toCanonical, ...toOther].sort((a, b) => a - b);
      if (rows.length === 0) continue;
      const units = unitSums(
        takeRows(turned, rows),
        rows.map((i) => design.groups[i]),
      );
      const signs = signFlips(units.sums.rows, new Random(seed, 'sign-flip', axis, condition));
      flipAsBefore(signs, units.ids, known);
      // A delta that points to the canonical pole starts from the other one.
      entries.push({
        axis,
        condition,
        ...describe(units, await flippedSquares(units.sums, signs)),
        poles: [toOther.length, toCanonical.length],
      });
      allRows.push(...rows);
      allPoles[0] += toOther.length;
      allPoles[1] += toCanonical.length;
      parts.push({ units, signs });
    }
    if (axis === 'distance' || allRows.length === 0) continue;
    const units = unitSums(
      takeRows(turned, allRows),
      allRows.map((i) => design.groups[i]),
    );
    entries.push({ axis, condition: 'all', ...describe(units, await pooledSquares(parts)), poles: allPoles });
  }
  return entries;
}

/** A scene that has been flipped within another condition is flipped alike: scenes turn whole. */
function flipAsBefore(
  signs: Matrix<Float64Array>,
  scenes: readonly string[],
  known: Map<string, { signs: Matrix<Float64Array>; column: number }>,
): void {
  scenes.forEach((scene, column) => {
    const before = known.get(scene);
    if (before === undefined) known.set(scene, { signs, column });
    else
      for (let draw = 0; draw < signs.rows; draw++)
        signs.data[draw * signs.cols + column] = before.signs.data[draw * before.signs.cols + before.column];
  });
}

/** The flips of all conditions together; a scene has one sign a draw, whatever the conditions of its pairs. */
function pooledSquares(parts: readonly { units: UnitSums; signs: Matrix<Float64Array> }[]): Promise<Float64Array> {
  const { cols } = parts[0].units.sums;
  const scenes = parts.reduce((count, { units }) => count + units.sums.rows, 0);
  const sums = { data: new Float64Array(scenes * cols), rows: scenes, cols };
  const signs = { data: new Float64Array(SIGN_FLIP_DRAWS * scenes), rows: SIGN_FLIP_DRAWS, cols: scenes };
  let offset = 0;
  for (const { units, signs: own } of parts) {
    sums.data.set(units.sums.data, offset * cols);
    for (let draw = 0; draw < SIGN_FLIP_DRAWS; draw++) signs.data.set(row(own, draw), draw * scenes + offset);
    offset += own.cols;
  }
  return flippedSquares(sums, signs);
}

function unitSums(deltas: Matrix, groups: readonly string[]): UnitSums {
  const { cols } = deltas;
  const index = indexGroups(groups);
  const sums = new Float64Array(index.ids.length * cols);
  const sizes = new Int32Array(index.ids.length);
  let zeros = 0;
  for (let i = 0; i < deltas.rows; i++) {
    const delta = row(deltas, i);
    const norm = Math.sqrt(dot(delta, delta));
    if (norm === 0) {
      zeros++;
      continue;
    }
    const g = index.of[i];
    sizes[g]++;
    for (let j = 0; j < cols; j++) sums[g * cols + j] += delta[j] / norm;
  }
  const total = new Float64Array(cols);
  const squaredNorms = new Float64Array(sizes.length);
  const matrix = { data: sums, rows: sizes.length, cols };
  for (let g = 0; g < sizes.length; g++) {
    const sum = row(matrix, g);
    squaredNorms[g] = dot(sum, sum);
    for (let j = 0; j < cols; j++) total[j] += sum[j];
  }
  return { ids: index.ids, sums: matrix, sizes, squaredNorms, total, n: deltas.rows - zeros, zeros };
}
