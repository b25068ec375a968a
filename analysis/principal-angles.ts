/**
 * Principal angles between axis subspaces (Björck & Golub 1973, https://doi.org/10.1090/S0025-5718-1973-0348991-3): arccos of the singular values of Q1ᵀQ2, Q the top-k right singular
 * vectors of an axis' sign-corrected deltas (about 0, not about their mean, which is the axis itself). Estimated subspaces are turned away from each other by noise: the angles of an
 * axis with itself, from two halves of its scenes, are the floor, and those of random subspaces the ceiling.
 */
import { quantileSorted } from 'simple-statistics';
import { CONDITIONS, type Axis, type Condition, type ContrastSet, type FlippingKind } from '../core/artifacts/contrast-set.ts';
import type { HiddenStates } from '../core/artifacts/hidden-states.ts';
import { ENTANGLEMENTS } from '../core/artifacts/results.ts';
import type { AnglesResult } from '../core/artifacts/results/representation.ts';
import { row, takeRows, type Matrix } from '../core/matrix.ts';
import { dot } from '../core/numerics/dot.ts';
import { leadingEigen } from '../core/numerics/leading-eigen.ts';
import { symmetricEigen } from '../core/numerics/symmetric-eigen.ts';
import type { OnProgress } from '../core/progress.ts';
import { Random } from '../core/random.ts';
import { layersToRead, readSelection, type GeometrySelection } from './geometry/asked-patches.ts';
import { deltaDesign, rawDeltas, signCorrected, type DeltaDesign } from './geometry/deltas.ts';

const DRAWS = 200;
const PAIRS: Record<(typeof ENTANGLEMENTS)[number], readonly [Axis, Axis]> = { VD: ['vertical', 'distance'], HD: ['horizontal', 'distance'], HV: ['horizontal', 'vertical'] };

export interface AnglesOptions {
  readonly set: Pick<ContrastSet, 'pairs'>;
  readonly states: HiddenStates;
  /** Dimensions of each subspace; defaults to *3*. */
  readonly k?: number;
  /** Defaults to *last*. */
  readonly selection?: GeometrySelection;
  /** Defaults to *question-swap*. */
  readonly kind?: FlippingKind;
  readonly layers?: readonly string[];
  readonly seed: number;
  readonly onProgress?: OnProgress;
  readonly signal?: AbortSignal;
}

/** Degrees between the row spaces of two matrices with orthonormal rows, smallest first. */
export function principalAngles(a: Matrix<Float64Array>, b: Matrix<Float64Array>): number[] {
  const [small, large] = a.rows <= b.rows ? [a, b] : [b, a];
  const cross = Array.from({ length: small.rows }, (_, i) => Float64Array.from({ length: large.rows }, (_, j) => dot(row(small, i), row(large, j))));
  const product = { data: new Float64Array(small.rows ** 2), rows: small.rows, cols: small.rows };
  for (let i = 0; i < small.rows; i++) for (let j = 0; j < small.rows; j++) product.data[i * small.rows + j] = dot(cross[i], cross[j]);
  return [...symmetricEigen(product).values].reverse().map((square) => (Math.acos(Math.min(1, Math.sqrt(Math.max(0, square)))) * 180) / Math.PI);
}

/**
 * Angles between the axes at every layer, the distance axis per condition; axes with fewer than 2k deltas of different scenes are left out.
 *
 * @throws {PlumblineError} as `geometry`.
 */
export async function principalAnglesOfAxes({ set, states, k = 3, selection = 'last', kind = 'question-swap', layers: names, seed, onProgress, signal }: AnglesOptions): Promise<AnglesResult> {
  if (!(Number.isInteger(k) && k >= 1)) throw new RangeError(`k must be a whole number ≥ 1, got ${k}`);
  const layers = layersToRead(states, selection, names);
  const design = deltaDesign(set.pairs, states.items, kind);
  const results: AnglesResult['layers'] = [];
  for (const layer of layers) {
    signal?.throwIfAborted();
    const deltas = rawDeltas(await readSelection(states, layer, selection, set), design, layer);
    results.push({ layer, pairs: await anglesOf(signCorrected(deltas, design.cells), design, Math.min(k, deltas.cols), seed) });
    onProgress?.({ stage: 'principal angles', done: results.length, total: layers.length, unit: 'layers' });
  }
  return { analysis: 'principal-angles', version: 1, selection, kind, k, layers: results };
}

async function anglesOf(turned: Matrix<Float64Array>, design: DeltaDesign, k: number, seed: number): Promise<AnglesResult['layers'][number]['pairs']> {
  const chance = randomAngles(k, turned.cols, seed);
  const out: AnglesResult['layers'][number]['pairs'] = [];
  const known = new Map<string, Promise<AxisSpace | null>>();
  const space = (axis: Axis, condition: Condition | 'all'): Promise<AxisSpace | null> => {
    const key = `${axis} ${condition}`;
    const found = known.get(key) ?? axisSpace(turned, design, axis, condition, k, seed);
    known.set(key, found);
    return found;
  };
  for (const pair of ENTANGLEMENTS) {
    for (const condition of pair === 'HV' ? [...CONDITIONS, 'all' as const] : CONDITIONS) {
      const [a, b] = [await space(PAIRS[pair][0], condition), await space(PAIRS[pair][1], condition)];
      if (a === null || b === null) continue;
      out.push({ pair, condition, angles: principalAngles(a.basis, b.basis), chance, floor: [a.floor, b.floor], n: [a.n, b.n], groups: [a.groups, b.groups] });
    }
  }
  return out;
}

interface AxisSpace {
  readonly basis: Matrix<Float64Array>;
  readonly floor: number[];
  readonly n: number;
  readonly groups: number;
}

async function axisSpace(turned: Matrix<Float64Array>, design: DeltaDesign, axis: Axis, condition: Condition | 'all', k: number, seed: number): Promise<AxisSpace | null> {
  const rows = design.pairs.flatMap((pair, i) => (pair.axis === axis && (condition === 'all' || pair.condition === condition) ? [i] : []));
  const scenes = new Random(seed, 'halves', condition).shuffle([...new Set(rows.map((i) => design.groups[i]))].sort());
  if (scenes.length < 2 * k) return null;
  const first = new Set(scenes.slice(0, Math.ceil(scenes.length / 2)));
  const span = async (chosen: readonly number[]): Promise<Matrix<Float64Array>> => (await leadingEigen(takeRows(turned, chosen), k)).vectors;
  const halves = [await span(rows.filter((i) => first.has(design.groups[i]))), await span(rows.filter((i) => !first.has(design.groups[i])))];
  return { basis: await span(rows), floor: principalAngles(halves[0], halves[1]), n: rows.length, groups: scenes.length };
}

/** 5 % and 95 % points of the angles between two random k-dimensional subspaces: one may be fixed, so the other's coordinates along it decide. */
function randomAngles(k: number, d: number, seed: number): [number, number][] {
  const random = new Random(seed, 'random subspaces', k, d);
  const fixed = { data: new Float64Array(k * d), rows: k, cols: d };
  for (let i = 0; i < k; i++) fixed.data[i * d + i] = 1;
  const draws = Array.from({ length: DRAWS }, () => principalAngles(fixed, randomBasis(k, d, random)));
  return Array.from({ length: k }, (_, i) => {
    const sorted = draws.map((angles) => angles[i]).sort((a, b) => a - b);
    return [quantileSorted(sorted, 0.05), quantileSorted(sorted, 0.95)];
  });
}

function randomBasis(k: number, d: number, random: Random): Matrix<Float64Array> {
  const basis = { data: Float64Array.from({ length: k * d }, () => random.normal()), rows: k, cols: d };
  for (let i = 0; i < k; i++) {
    const v = row(basis, i);
    for (let j = 0; j < i; j++) {
      const along = dot(v, row(basis, j));
      row(basis, j).forEach((value, c) => (v[c] -= along * value));
    }
    const size = Math.sqrt(dot(v, v));
    for (let c = 0; c < d; c++) v[c] /= size;
  }
  return basis;
}

