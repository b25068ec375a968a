/** Directions to steer along, from question-swap deltas (methods §2 and §6), all of unit length. */
import type { Axis, Condition, ContrastSet } from '../../core/artifacts/contrast-set.ts';
import type { HiddenStates, Selection } from '../../core/artifacts/hidden-states.ts';
import type { CauseDirection } from '../../core/artifacts/results/cause.ts';
import { PlumblineError } from '../../core/errors.ts';
import { row } from '../../core/matrix.ts';
import { Random } from '../../core/random.ts';
import { deltaDesign, rawDeltas, restrictDesign, signCorrected } from '../geometry/deltas.ts';

export interface DirectionOptions {
  readonly set: Pick<ContrastSet, 'pairs'>;
  readonly states: HiddenStates;
  readonly layer: string;
  readonly selection: Selection;
  /** The axis that is asked about. */
  readonly axis: Axis;
  /** Scenes that the directions are taken from. */
  readonly scenes: ReadonlySet<string>;
  readonly seed: number;
}

export interface CauseVector {
  /** Unit vector [d]. */
  readonly unit: Float64Array;
  /** Length before it was scaled, in lengths of `answer`'s; null for `random`. */
  readonly length: number | null;
}

/**
 * Directions of a layer: see `CAUSE_DIRECTIONS`. One that is zero (no delta at this layer) is left out; `depth` and
 * `height` need both conditions.
 * @throws {PlumblineError} as `deltaDesign` and `rawDeltas`
 */
export async function causeDirections({
  set,
  states,
  layer,
  selection,
  axis,
  scenes,
  seed,
}: DirectionOptions): Promise<ReadonlyMap<CauseDirection, CauseVector>> {
  const design = restrictDesign(deltaDesign(set.pairs, states.items, 'question-swap'), scenes);
  const matrix = await states.read(layer, selection);
  const deltas = signCorrected(rawDeltas(matrix, design, layer), design.cells);
  const mean = (of: Axis, conditions: readonly Condition[]): Float64Array | undefined => {
    const sum = new Float64Array(deltas.cols);
    let count = 0;
    design.pairs.forEach((pair, i) => {
      if (pair.axis !== of || !conditions.includes(pair.condition)) return;
      const delta = row(deltas, i);
      for (let j = 0; j < sum.length; j++) sum[j] += delta[j];
      count++;
    });
    return count === 0 ? undefined : sum.map((value) => value / count);
  };
  const consistent = mean(axis, ['consistent']);
  const counter = mean(axis, ['counter']);
  const combined = (sign: 1 | -1): Float64Array | undefined =>
    consistent && counter && consistent.map((value, j) => (value + sign * counter[j]) / 2);
  const random = new Random(seed, 'steering-control', layer);
  const candidates: Record<CauseDirection, Float64Array | undefined> = {
    answer: consistent ?? counter,
    depth: combined(1),
    height: combined(-1),
    vertical: mean('vertical', ['consistent', 'counter', 'ambiguous']),
    random: Float64Array.from({ length: matrix.cols }, () => random.normal()),
  };
  const found = new Map<CauseDirection, CauseVector>();
  const normOf = (vector: Float64Array | undefined): number =>
    vector === undefined ? 0 : Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
  const unit = normOf(candidates.answer);
  for (const [name, vector] of Object.entries(candidates) as [CauseDirection, Float64Array | undefined][]) {
    const norm = normOf(vector);
    if (norm > 0)
      found.set(name, {
        unit: vector!.map((value) => value / norm),
        length: name === 'random' || unit === 0 ? null : norm / unit,
      });
  }
  if (!found.has('answer'))
    throw new PlumblineError('no-direction', `no ${axis} delta at this layer differs from zero`, {
      where: `${layer} at ${selection}`,
      hint: 'steer at a layer that sees the question, at tokens after it',
    });
  return found;
}
