/**
 * Principal angles between axis subspaces (Björck & Golub 1973, https://doi.org/10.1090/S0025-5718-1973-0348991-3):
 * arccos of the singular values of Q1ᵀQ2, Q the top-k right singular vectors of an axis' sign-corrected deltas (about
 * 0, not about their mean, which is the axis itself). Estimated subspaces are turned away from each other by noise: the
 * angles of an axis with itself, from two halves of its scenes, are the floor, and those of random subspaces the
 * ceiling.
 *
 * The interval of an angle is the delete-a-group jackknife with both subspaces taken anew, of the angle's expected
 * value at this number of scenes. Directions that noise decides turn too far for a jackknife: angles beyond the
 * directions that either axis' scenes determine have none.
 */
import { quantileSorted } from 'simple-statistics';
import {
  CONDITIONS,
  type Axis,
  type Condition,
  type ContrastSet,
  type FlippingKind,
} from '../core/artifacts/contrast-set.ts';
import type { HiddenStates } from '../core/artifacts/hidden-states.ts';
import { axesName, ENTANGLED_AXES, type Estimate } from '../core/artifacts/results.ts';
import type { AnglesResult } from '../core/artifacts/results/representation.ts';
import { row, takeRows, type Matrix } from '../core/matrix.ts';
import { dot } from '../core/numerics/dot.ts';
import { leadingEigen } from '../core/numerics/leading-eigen.ts';
import { symmetricEigen } from '../core/numerics/symmetric-eigen.ts';
import type { OnProgress } from '../core/progress.ts';
import { Random } from '../core/random.ts';
import { dealGroups, DELETED_GROUPS, GROUP_JACKKNIFE } from '../core/statistics/delete-groups.ts';
import { jackknifeInterval } from '../core/statistics/jackknife.ts';
import { sceneStrata } from '../core/statistics/strata.ts';
import { layersToRead, readSelection, type GeometrySelection } from './geometry/asked-patches.ts';
import { deltaDesign, rawDeltas, signCorrected, type DeltaDesign } from './geometry/deltas.ts';
import { jackknifedSpace, type JackknifedSpace } from './geometry/leave-out-spaces.ts';
import { anglesSchema } from '../core/artifacts/results/representation.ts';
import { defineAnalysis } from '../core/definitions/analysis.ts';
import { askedReadingOf } from '../core/definitions/reading.ts';
import { hasSpatialSwaps } from '../core/definitions/sets.ts';

const DRAWS = 200;

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
  const cross = Array.from({ length: small.rows }, (_, i) =>
    Float64Array.from({ length: large.rows }, (_, j) => dot(row(small, i), row(large, j))),
  );
  const product = { data: new Float64Array(small.rows ** 2), rows: small.rows, cols: small.rows };
  for (let i = 0; i < small.rows; i++)
    for (let j = 0; j < small.rows; j++) product.data[i * small.rows + j] = dot(cross[i], cross[j]);
  return [...symmetricEigen(product).values]
    .reverse()
    .map((square) => (Math.acos(Math.min(1, Math.sqrt(Math.max(0, square)))) * 180) / Math.PI);
}

/**
 * Angles between the axes at every layer, the distance axis per condition; axes with fewer than 2k deltas of different
 * scenes are left out.
 *
 * @throws {PlumblineError} as `geometry`.
 */
export async function principalAnglesOfAxes({
  set,
  states,
  k = 3,
  selection = 'last',
  kind = 'question-swap',
  layers: names,
  seed,
  onProgress,
  signal,
}: AnglesOptions): Promise<AnglesResult> {
  if (!(Number.isInteger(k) && k >= 1)) throw new RangeError(`k must be a whole number ≥ 1, got ${k}`);
  const layers = layersToRead(states, selection, names);
  const design = deltaDesign(set.pairs, states.items, kind);
  const deal = dealGroups(
    [
      ...sceneStrata(
        design.groups,
        design.pairs.map(({ condition }) => condition),
        CONDITIONS,
      ).values(),
    ],
    new Random(seed, 'deleted groups'),
  );
  const results: AnglesResult['layers'] = [];
  for (const layer of layers) {
    signal?.throwIfAborted();
    const deltas = rawDeltas(await readSelection(states, layer, selection, set), design, layer);
    results.push({
      layer,
      pairs: await anglesOf(signCorrected(deltas, design.cells), { design, deal, k: Math.min(k, deltas.cols), seed }),
    });
    onProgress?.({ stage: 'principal angles', done: results.length, total: layers.length, unit: 'layers' });
  }
  return { analysis: 'principal-angles', version: 3, selection, kind, k, layers: results };
}

/** What all layers share. */
interface Plan {
  readonly design: DeltaDesign;
  /** Scene → group that is left out with it. */
  readonly deal: ReadonlyMap<string, number>;
  readonly k: number;
  readonly seed: number;
}

async function anglesOf(turned: Matrix<Float64Array>, plan: Plan): Promise<AnglesResult['layers'][number]['pairs']> {
  const chance = randomAngles(plan.k, turned.cols, plan.seed);
  const out: AnglesResult['layers'][number]['pairs'] = [];
  const known = new Map<string, Promise<AxisSpace | null>>();
  const space = (axis: Axis, condition: Condition | 'all'): Promise<AxisSpace | null> => {
    const key = `${axis} ${condition}`;
    const found = known.get(key) ?? axisSpace(turned, plan, axis, condition);
    known.set(key, found);
    return found;
  };
  for (const axes of ENTANGLED_AXES) {
    for (const condition of axesName(axes) === 'HV' ? [...CONDITIONS, 'all' as const] : CONDITIONS) {
      const [a, b] = [await space(axes[0], condition), await space(axes[1], condition)];
      if (a === null || b === null) continue;
      const angles = angleEstimates(a.space, b.space, {
        names: axes,
        n: a.n + b.n,
        groups: new Set([...a.scenes, ...b.scenes]).size,
      });
      out.push({
        axes,
        condition,
        angles: angles.map((angle, i) => ({ order: i + 1, angle })),
        chance,
        floor: [a.floor, b.floor],
        determined: [determinedDirections(a.space), determinedDirections(b.space)],
        n: [a.n, b.n],
        groups: [a.scenes.length, b.scenes.length],
      });
    }
  }
  return out;
}

/**
 * How many leading directions of a space its scenes determine: the most after which the mean square falls by more than
 * its jackknife half-width. Those beyond are turned by noise from sample to sample.
 */
export function determinedDirections({ all, without }: JackknifedSpace): number {
  for (let k = all.basis.rows; k > 0; k--) {
    const gap = ({ squares }: JackknifedSpace['all']): number => squares[k - 1] - (squares[k] ?? 0);
    const { interval } = jackknifeInterval(gap(all), without.map(gap));
    if (interval !== null && interval[0] > 0) return k;
  }
  return 0;
}

/** The angles between two spaces without the same groups, smallest first, with their intervals. */
export function angleEstimates(
  a: JackknifedSpace,
  b: JackknifedSpace,
  { names, n, groups }: { names: readonly [string, string]; n: number; groups: number },
): Estimate[] {
  const values = principalAngles(a.all.basis, b.all.basis);
  const without = a.without.map((space, g) => principalAngles(space.basis, b.without[g].basis));
  const determined = [a, b].map(determinedDirections);
  const weaker = determined[0] <= determined[1] ? 0 : 1;
  const still = [a, b].findIndex(({ all }) => !(all.squares[0] > 0));
  if (still >= 0)
    return values.map(() => ({
      value: null,
      interval: null,
      intervalKind: null,
      n,
      groups,
      note: `undefined: every delta of the ${names[still]} axis is zero`,
    }));
  return values.map((value, i): Estimate => {
    const none = (note: string): Estimate => ({ value, interval: null, intervalKind: null, n, groups, note });
    if (i >= determined[weaker])
      return none(
        `no interval: the scenes determine ${determined[weaker]} of the ${a.all.basis.rows} directions of the ${names[weaker]} axis, noise decides the others`,
      );
    const { interval, note } = jackknifeInterval(
      value,
      without.map((angles) => angles[i]),
      [0, 90],
    );
    if (interval === null) return none(note);
    return {
      value,
      interval,
      intervalKind: GROUP_JACKKNIFE,
      n,
      groups,
      ...(interval[1] === 90 && {
        note: 'reaches 90°, where angles are folded: the interval is wider than it need be',
      }),
    };
  });
}

interface AxisSpace {
  readonly space: JackknifedSpace;
  readonly floor: number[];
  readonly n: number;
  readonly scenes: readonly string[];
}

async function axisSpace(
  turned: Matrix<Float64Array>,
  { design, deal, k, seed }: Plan,
  axis: Axis,
  condition: Condition | 'all',
): Promise<AxisSpace | null> {
  const rows = design.pairs.flatMap((pair, i) =>
    pair.axis === axis && (condition === 'all' || pair.condition === condition) ? [i] : [],
  );
  const scenes = new Random(seed, 'halves', condition).shuffle([...new Set(rows.map((i) => design.groups[i]))].sort());
  if (scenes.length < 2 * k) return null;
  const first = new Set(scenes.slice(0, Math.ceil(scenes.length / 2)));
  const span = async (chosen: readonly number[]): Promise<Matrix<Float64Array>> =>
    (await leadingEigen(takeRows(turned, chosen), k)).vectors;
  const halves = [
    await span(rows.filter((i) => first.has(design.groups[i]))),
    await span(rows.filter((i) => !first.has(design.groups[i]))),
  ];
  const groups = Math.min(DELETED_GROUPS, scenes.length);
  const space = await jackknifedSpace(
    takeRows(turned, rows),
    rows.map((i) => deal.get(design.groups[i])! % groups),
    groups,
    k,
  );
  return { space, floor: principalAngles(halves[0], halves[1]), n: rows.length, scenes };
}

/**
 * 5 % and 95 % points of the angles between two random k-dimensional subspaces: one may be fixed, so the other's
 * coordinates along it decide.
 */
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

export const principalAnglesAnalysis = defineAnalysis({
  name: 'principal-angles',
  version: 6,
  title: 'principal angles between the axes’ subspaces',
  schema: anglesSchema,
  appliesTo: ({ set }) => hasSpatialSwaps(set),
  run: (context) => principalAnglesOfAxes(askedReadingOf(context)),
});
