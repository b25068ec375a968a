/**
 * Activation patching (methods §6): the state of one side of a question swap takes the place of the other side's, at
 * one layer and token. (patched − corrupt) / (clean − corrupt) of the margins says how much of the answer sits there: 1
 * all of it, 0 nothing. Each side serves as clean and as corrupt.
 */
import { spatialPairs, type Axis, type ContrastSet, type SpatialPair } from '../../core/artifacts/contrast-set.ts';
import type { HiddenStates, Selection } from '../../core/artifacts/hidden-states.ts';
import { makeIntervention, type Intervention } from '../../core/artifacts/intervention.ts';
import type { Estimate } from '../../core/artifacts/results.ts';
import { PlumblineError } from '../../core/errors.ts';
import { row } from '../../core/matrix.ts';
import { indexGroups } from '../../core/statistics/groups.ts';
import { JACKKNIFE, jackknifeInterval } from '../../core/statistics/jackknife.ts';
import type { ScoredItem } from '../scored-items.ts';

/** Tokens that are one position, so that a stored row is the whole state there. */
export const PATCHED_TOKENS = ['last', 'words:1', 'words:2'] as const satisfies readonly Selection[];
export type PatchedTokens = (typeof PATCHED_TOKENS)[number];

export interface PatchingOptions {
  readonly set: Pick<ContrastSet, 'pairs'>;
  readonly states: HiddenStates;
  readonly axis: Axis;
  readonly layer: string;
  readonly tokens: PatchedTokens;
  readonly name: string;
}

const swaps = (set: Pick<ContrastSet, 'pairs'>, axis: Axis): SpatialPair[] =>
  spatialPairs(set.pairs).filter((pair) => pair.axis === axis && pair.kind === 'question-swap');

/** The intervention that gives every item of the axis' question swaps the state of its other side. */
export async function patchingIntervention({
  set,
  states,
  axis,
  layer,
  tokens,
  name,
}: PatchingOptions): Promise<Intervention> {
  const matrix = await states.read(layer, tokens);
  const rows = new Map(states.items.map((item, i) => [item, i]));
  const entries = swaps(set, axis).flatMap(({ first, second }) => [
    [first.item, second.item],
    [second.item, first.item],
  ]);
  const data = new Float32Array(entries.length * matrix.cols);
  entries.forEach(([, clean], i) => {
    const at = rows.get(clean);
    if (at === undefined)
      throw new PlumblineError('item-without-state', `no hidden state for item ${clean}`, {
        where: `${layer} at ${tokens}`,
        hint: 'extract again from this set',
      });
    data.set(row(matrix, at), i * matrix.cols);
  });
  return makeIntervention(
    { name, items: entries.map(([item]) => item), edits: [{ op: 'replace', layer, tokens, values: 'states' }] },
    { states: { shape: [entries.length, matrix.cols], data } },
  );
}

/**
 * Share of the answer that the patch brings over: Σ(patched − corrupt)·s / Σ(clean − corrupt)·s over both sides of
 * every pair, s the sign of clean − corrupt, with the delete-one-scene jackknife. A ratio of sums: pairs whose sides
 * hardly differ don't blow it up.
 */
export function patchingEffect(
  set: Pick<ContrastSet, 'pairs'>,
  axis: Axis,
  base: readonly ScoredItem[],
  patched: readonly ScoredItem[],
): Estimate {
  const before = new Map(base.map((item) => [item.item, item.margin]));
  const after = new Map(patched.map((item) => [item.item, item.margin]));
  const sides = swaps(set, axis).flatMap(({ group, first, second }) => [
    { group, corrupt: first.item, clean: second.item },
    { group, corrupt: second.item, clean: first.item },
  ]);
  const missing = sides.find(({ corrupt, clean }) => !before.has(clean) || !before.has(corrupt) || !after.has(corrupt));
  if (missing !== undefined)
    throw new PlumblineError('answers-missing', 'an answer is missing', {
      where: `item ${missing.corrupt}`,
      hint: 'extract the same set with the intervention',
    });
  const { ids, of } = indexGroups(sides.map(({ group }) => group));
  const [moved, whole] = [new Float64Array(ids.length), new Float64Array(ids.length)];
  sides.forEach(({ corrupt, clean }, i) => {
    const gap = before.get(clean)! - before.get(corrupt)!;
    moved[of[i]] += Math.sign(gap) * (after.get(corrupt)! - before.get(corrupt)!);
    whole[of[i]] += Math.abs(gap);
  });
  const [movedAll, wholeAll] = [moved, whole].map((values) => values.reduce((sum, value) => sum + value, 0));
  const size = { n: sides.length, groups: ids.length };
  if (!(wholeAll > 0))
    return {
      value: null,
      interval: null,
      intervalKind: null,
      ...size,
      note: 'the two sides of the swaps have the same margins',
    };
  const value = movedAll / wholeAll;
  const { interval, note } = jackknifeInterval(
    value,
    moved.map((part, g) => (movedAll - part) / (wholeAll - whole[g])),
  );
  return { value, interval, intervalKind: interval === null ? null : JACKKNIFE, ...size, note };
}
