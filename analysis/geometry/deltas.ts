import {
  answerIsCanonical,
  AXES,
  CONDITIONS,
  spatialPairs,
  type Axis,
  type Condition,
  type FlippingKind,
  type Pair,
  type SpatialPair,
} from '../../core/artifacts/contrast-set.ts';
import type { Cue } from '../../core/artifacts/cues.ts';
import { CATEGORIES } from '../../core/artifacts/results.ts';
import { PlumblineError } from '../../core/errors.ts';
import { row, type Matrix } from '../../core/matrix.ts';

/** A cell is a category (left … close) within a condition; cells are numbered category by category. */
export const CELLS = CATEGORIES.length * CONDITIONS.length;

/** Number of the cell of an axis' canonical (0) or other (1) pole within a condition. */
export function cellOf(axis: Axis, pole: 0 | 1, condition: Condition): number {
  return (2 * AXES.indexOf(axis) + pole) * CONDITIONS.length + CONDITIONS.indexOf(condition);
}

/** +1 where the cell's raw deltas point to the canonical pole, −1 where they must be turned. */
export function signOf(cell: number): 1 | -1 {
  return Math.floor(cell / CONDITIONS.length) % 2 === 0 ? 1 : -1;
}

/** Which rows of a states file make which delta. Sorted by pair id, so that the order of the files changes nothing. */
export interface DeltaDesign {
  readonly pairs: readonly SpatialPair[];
  readonly groups: readonly string[];
  /** Cell of each pair. The category is the pole its raw delta points to: the answer of the second side. */
  readonly cells: Int32Array;
  readonly first: Int32Array;
  readonly second: Int32Array;
}

/**
 * The pairs of one kind about the spatial axes, with their rows and cells.
 *
 * @param items item id of each row of the states; `cue`: whose conditions the pairs are told apart by.
 * @throws {PlumblineError} `no-pairs`, `item-without-state`, `answer-not-an-option`, `pair-not-contrastive` (both sides
 * have one answer).
 */
export function deltaDesign(
  pairs: readonly Pair[],
  items: readonly string[],
  kind: FlippingKind,
  cue: Cue = 'height',
): DeltaDesign {
  const chosen = spatialPairs(pairs, cue)
    .filter((pair) => pair.kind === kind)
    .sort((a, b) => (a.id < b.id ? -1 : 1));
  if (chosen.length === 0)
    throw new PlumblineError('no-pairs', `the set has no ${kind} pairs`, {
      hint: 'choose the kind of pair that the set holds',
    });
  const rows = new Map(items.map((item, i) => [item, i]));
  const rowOf = (item: string, pair: string): number => {
    const index = rows.get(item);
    if (index !== undefined) return index;
    throw new PlumblineError('item-without-state', `no hidden state for item ${item}`, {
      where: `pair ${pair}`,
      hint: 'extract again from this set: the states were read from another set or only in part',
    });
  };
  for (const { id, first, second } of chosen) {
    if (answerIsCanonical(first) === answerIsCanonical(second)) {
      throw new PlumblineError('pair-not-contrastive', `both sides are answered "${first.answer}"`, {
        where: `pair ${id}`,
        hint: 'the two sides of a pair must have different answers',
      });
    }
  }
  return {
    pairs: chosen,
    groups: chosen.map((pair) => pair.group),
    cells: Int32Array.from(chosen, ({ axis, condition, second }) =>
      cellOf(axis, answerIsCanonical(second) ? 0 : 1, condition),
    ),
    first: Int32Array.from(chosen, ({ id, first }) => rowOf(first.item, id)),
    second: Int32Array.from(chosen, ({ id, second }) => rowOf(second.item, id)),
  };
}

/** The part of a design that lies in the given scenes. */
export function restrictDesign(design: DeltaDesign, scenes: ReadonlySet<string>): DeltaDesign {
  const keep = design.groups.flatMap((group, i) => (scenes.has(group) ? [i] : []));
  const take = (column: Int32Array): Int32Array => Int32Array.from(keep, (i) => column[i]);
  return {
    pairs: keep.map((i) => design.pairs[i]),
    groups: keep.map((i) => design.groups[i]),
    cells: take(design.cells),
    first: take(design.first),
    second: take(design.second),
  };
}

/**
 * A delta below this share of its two states' mean norm is rounding of float32 arithmetic, not a direction: at the
 * embedding of the last prompt token, say, both sides hold the same word. Such a delta becomes exactly zero.
 */
const RESOLUTION = 1e-6;

/**
 * Raw deltas h(second) − h(first), one row a pair of the design, in float64 (methods §1).
 *
 * @param where name used in errors, e.g. the layer.
 * @throws {PlumblineError} `non-finite-states`.
 */
export function rawDeltas(states: Matrix, design: DeltaDesign, where: string): Matrix<Float64Array> {
  const { cols } = states;
  const data = new Float64Array(design.pairs.length * cols);
  for (let i = 0; i < design.pairs.length; i++) {
    const first = row(states, design.first[i]);
    const second = row(states, design.second[i]);
    let square = 0;
    let size1 = 0;
    let size2 = 0;
    for (let j = 0; j < cols; j++) {
      const delta = second[j] - first[j];
      data[i * cols + j] = delta;
      square += delta * delta;
      size1 += first[j] * first[j];
      size2 += second[j] * second[j];
    }
    if (!Number.isFinite(size1 + size2)) {
      throw new PlumblineError('non-finite-states', 'the hidden states hold NaN or infinity', {
        where: `${where}, pair ${design.pairs[i].id}`,
        hint: 'the checkpoint overflows or its weights are damaged; try its float32 export',
      });
    }
    if (Math.sqrt(square) <= (RESOLUTION / 2) * (Math.sqrt(size1) + Math.sqrt(size2)))
      data.fill(0, i * cols, (i + 1) * cols);
  }
  return { data, rows: design.pairs.length, cols };
}

/** Deltas turned so that each points to its axis' canonical pole (methods §1). */
export function signCorrected(deltas: Matrix<Float64Array>, cells: Int32Array): Matrix<Float64Array> {
  const data = deltas.data.slice();
  cells.forEach((cell, i) => {
    if (signOf(cell) > 0) return;
    for (let j = i * deltas.cols; j < (i + 1) * deltas.cols; j++) data[j] = -data[j];
  });
  return { data, rows: deltas.rows, cols: deltas.cols };
}
