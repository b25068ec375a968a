/**
 * Erasing a direction in the running model and asking again (methods §6): erasing "vertical" must leave distance
 * answers alone if the model keeps the two apart.
 */
import { AXES, CONDITIONS } from '../../core/artifacts/contrast-set.ts';
import {
  makeIntervention,
  type IntervenedTokens,
  type Intervention,
  type InterventionTensor,
} from '../../core/artifacts/intervention.ts';
import type { CauseResult } from '../../core/artifacts/results/cause.ts';
import type { Matrix } from '../../core/matrix.ts';
import { clusteredProportion } from '../../core/statistics/clustered-proportion.ts';
import { pairedDifference } from '../../core/statistics/paired-difference.ts';
import type { ScoredItem } from '../scored-items.ts';
import { paired } from './steering.ts';

/**
 * h − ((h − μ)·rightᵀ)·left: factors k × d, μ of length d. LEACE, INLP and orthogonal projections all have this form.
 */
export interface EraserFactors {
  readonly left: Matrix;
  readonly right: Matrix;
  readonly mean: ArrayLike<number>;
}

/** The intervention that applies an eraser to every item. */
export function erasingIntervention({
  layer,
  tokens,
  eraser,
  name,
}: {
  layer: string;
  tokens: IntervenedTokens;
  eraser: EraserFactors;
  name: string;
}): Intervention {
  const factor = ({ data, rows, cols }: Matrix): InterventionTensor => ({
    shape: [rows, cols],
    data: Float32Array.from(data),
  });
  return makeIntervention(
    { name, items: [], edits: [{ op: 'project', layer, tokens, left: 'left', right: 'right', mean: 'mean' }] },
    {
      left: factor(eraser.left),
      right: factor(eraser.right),
      mean: { shape: [eraser.mean.length], data: Float32Array.from(eraser.mean) },
    },
  );
}

/** Accuracy before and after on every axis and condition, over the same items, with the paired change. */
export function erasingEffect(
  base: readonly ScoredItem[],
  erased: readonly ScoredItem[],
): CauseResult['erasure'][number]['cells'] {
  const items = paired(base, erased);
  return AXES.flatMap((axis) =>
    CONDITIONS.flatMap((condition) => {
      const cell = items.filter(({ base: item }) => item.axis === axis && item.condition === condition);
      if (cell.length === 0) return [];
      const groups = cell.map(({ base: { group } }) => group);
      const [before, after] = [
        cell.map(({ base: item }) => (item.right ? 1 : 0)),
        cell.map(({ changed: item }) => (item.right ? 1 : 0)),
      ];
      return [
        {
          axis,
          condition,
          before: clusteredProportion(before, groups).estimate,
          after: clusteredProportion(after, groups).estimate,
          change: pairedDifference(after, before, groups).estimate,
        },
      ];
    }),
  );
}
