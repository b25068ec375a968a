/**
 * Steering (methods §6): α·‖h‖·v̂ is added at a layer and token set, each item pushed *against its own answer*, since a
 * constant push flips one class for free. Success is a changed sign of the margin; the control is a Gaussian direction
 * of the same length.
 */
import { makeIntervention, type IntervenedTokens, type Intervention } from '../../core/artifacts/intervention.ts';
import type { Estimate } from '../../core/artifacts/results.ts';
import { PlumblineError } from '../../core/errors.ts';
import { Random } from '../../core/random.ts';
import { clusterBootstrapMean } from '../../core/statistics/cluster-bootstrap.ts';
import { clusteredProportion } from '../../core/statistics/clustered-proportion.ts';
import type { ScoredItem } from '../scored-items.ts';

/** Strengths of a dose–response curve; 2 is the most that a direction should need (methods §6). */
export const CAUSE_ALPHAS = [0.25, 0.5, 1, 2] as const;

export interface SteeringOptions {
  readonly layer: string;
  readonly tokens: IntervenedTokens;
  readonly alpha: number;
  /** Unit vector [d] toward the canonical pole. */
  readonly direction: Float64Array;
  /** What the untouched checkpoint answers; every item listed is pushed against it. */
  readonly items: readonly Pick<ScoredItem, 'item' | 'margin'>[];
  readonly name: string;
}

/**
 * The intervention that pushes every item against its own answer: toward the other pole where it says the canonical
 * one, and the other way round.
 */
export function steeringIntervention({ layer, tokens, alpha, direction, items, name }: SteeringOptions): Intervention {
  return makeIntervention(
    {
      name,
      items: items.map(({ item }) => item),
      edits: [{ op: 'add', layer, tokens, vector: 'direction', alpha, relative: true, signs: 'signs' }],
    },
    {
      direction: { shape: [direction.length], data: Float32Array.from(direction) },
      signs: { shape: [items.length], data: Float32Array.from(items, ({ margin }) => (margin > 0 ? -1 : 1)) },
    },
  );
}

/** The same items of two runs, side by side; throws `answers-missing` where one has no answer. */
export function paired(
  base: readonly ScoredItem[],
  changed: readonly ScoredItem[],
): { readonly base: ScoredItem; readonly changed: ScoredItem }[] {
  const byId = new Map(changed.map((item) => [item.item, item]));
  return base.map((item) => {
    const other = byId.get(item.item);
    if (other === undefined)
      throw new PlumblineError('answers-missing', 'the changed run has no answer for this item', {
        where: `item ${item.item}`,
        hint: 'extract the same set with the intervention',
      });
    return { base: item, changed: other };
  });
}

/**
 * How many answers a push turned.
 * @param base items of the untouched run; @param changed the same items of the steered one
 * @returns `flipped`: share whose margin changed sign (an item at margin 0 has no answer to turn and counts as not
 * flipped); `push`: mean change of the margin toward the push
 */
export function steeringEffect(
  base: readonly ScoredItem[],
  changed: readonly ScoredItem[],
  seed: number,
): { flipped: Estimate; push: Estimate } {
  const items = paired(base, changed);
  const groups = items.map(({ base: { group } }) => group);
  const flipped = items.map(({ base: before, changed: after }) => (before.margin * after.margin < 0 ? 1 : 0));
  const push = items.map(({ base: before, changed: after }) =>
    before.margin > 0 ? before.margin - after.margin : after.margin - before.margin,
  );
  return {
    flipped: clusteredProportion(flipped, groups).estimate,
    push: clusterBootstrapMean(push, groups, new Random(seed, 'steering-push')),
  };
}
