import { row, type Matrix } from '../../core/matrix.ts';
import { dot } from '../../core/numerics/dot.ts';
import { indexGroups } from '../../core/statistics/groups.ts';
import { CELLS, type DeltaDesign } from './deltas.ts';

/**
 * Everything that cosines and norms of mean deltas depend on: dot products of the cells' summed raw deltas, and the
 * part of them that comes from pairs within one scene. All matrices are CELLS × CELLS.
 */
export interface Gram {
  /** T_k·T_l, T the sum of a cell's raw deltas. */
  readonly dots: Float64Array;
  /** Σ_scene S_k·S_l, S a scene's share of T. */
  readonly within: Float64Array;
  /** Σ_scene n_k·n_l. */
  readonly pairsWithin: Float64Array;
  /** Deltas in each cell. */
  readonly counts: Float64Array;
}

/**
 * Sufficient sums of one layer: leaving a scene out costs a handful of dot products instead of a pass over the deltas.
 */
export interface CellSums {
  readonly all: Gram;
  readonly scenes: number;
  /** Cells in which a scene has deltas. */
  cellsOf(scene: number): readonly number[];
  /** The Gram matrix without one scene. */
  without(scene: number): Gram;
}

/** A scene's deltas within one cell. */
interface Share {
  readonly cell: number;
  readonly sum: Float64Array;
  count: number;
}

/** Sums the raw deltas of a design by scene and cell. */
export function cellSums(deltas: Matrix<Float64Array>, design: DeltaDesign): CellSums {
  const { cols } = deltas;
  const index = indexGroups(design.groups);
  const shares = Array.from(index.ids, (): Share[] => []);
  const totals = Array.from({ length: CELLS }, () => new Float64Array(cols));
  const all = emptyGram();
  for (let i = 0; i < deltas.rows; i++) {
    const cell = design.cells[i];
    const own = shares[index.of[i]];
    let share = own.find((candidate) => candidate.cell === cell);
    if (!share) own.push((share = { cell, sum: new Float64Array(cols), count: 0 }));
    const delta = row(deltas, i);
    const total = totals[cell];
    for (let j = 0; j < cols; j++) {
      share.sum[j] += delta[j];
      total[j] += delta[j];
    }
    share.count++;
    all.counts[cell]++;
  }
  const used = totals.flatMap((_, cell) => (all.counts[cell] > 0 ? [cell] : []));
  for (const k of used) for (const l of used) all.dots[k * CELLS + l] = dot(totals[k], totals[l]);
  for (const own of shares) addWithin(all, own, 1);

  const without = (scene: number): Gram => {
    const gram: Gram = {
      dots: all.dots.slice(),
      within: all.within.slice(),
      pairsWithin: all.pairsWithin.slice(),
      counts: all.counts.slice(),
    };
    const own = shares[scene];
    for (const { cell, sum, count } of own) {
      gram.counts[cell] -= count;
      for (const l of used) {
        const product = dot(sum, totals[l]);
        gram.dots[cell * CELLS + l] -= product;
        gram.dots[l * CELLS + cell] -= product;
      }
    }
    for (const a of own) for (const b of own) gram.dots[a.cell * CELLS + b.cell] += dot(a.sum, b.sum);
    addWithin(gram, own, -1);
    return gram;
  };
  return { all, scenes: shares.length, cellsOf: (scene) => shares[scene].map((share) => share.cell), without };
}

function emptyGram(): Gram {
  const square = (): Float64Array => new Float64Array(CELLS * CELLS);
  return { dots: square(), within: square(), pairsWithin: square(), counts: new Float64Array(CELLS) };
}

function addWithin(gram: Gram, own: readonly Share[], weight: 1 | -1): void {
  for (const a of own) {
    for (const b of own) {
      gram.within[a.cell * CELLS + b.cell] += weight * dot(a.sum, b.sum);
      gram.pairsWithin[a.cell * CELLS + b.cell] += weight * a.count * b.count;
    }
  }
}
