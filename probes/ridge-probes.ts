import { CONDITIONS, type ContrastSet } from '../core/artifacts/contrast-set.ts';
import type { RidgeProbesResult } from '../core/artifacts/results/ridge-probes.ts';
import type { Matrix } from '../core/matrix.ts';
import { heldOutR2 } from '../core/statistics/held-out-r2.ts';
import { heldOutSpearman } from '../core/statistics/held-out-spearman.ts';
import { drawnPredictions, type OtherChoices } from './choice-draws.ts';
import { FOLDS } from './folds.ts';
import { linearVarianceFactor, type SharedTraining } from './held-out-interval.ts';
import { numericRows, numericTargets, planNumeric, type NumericPlan } from './numeric-rows.ts';
import { overLayers, type OverLayersOptions } from './over-layers.ts';
import { ridgeProbesSchema } from '../core/artifacts/results/ridge-probes.ts';
import { defineAnalysis } from '../core/definitions/analysis.ts';
import { readingOf } from '../core/definitions/reading.ts';

export interface RidgeProbesOptions extends OverLayersOptions {
  readonly set: Pick<ContrastSet, 'pairs'>;
  readonly seed: number;
  /** Default: every numeric target that the set carries (`numericTargets`). */
  readonly targets?: readonly string[];
}

export type NumberCell = RidgeProbesResult['layers'][number]['fit'][number];

/**
 * Ridge probes of numbers by layer (depth, x, y and size of an object, camera height, pitch, metric scale, …): held-out
 * R² and Spearman's ρ per condition. Features `words:2` and `patches:2` are asked about the second-named object, all
 * others about the first. Too few scenes is no error: that target says why and has no numbers.
 *
 * @throws {PlumblineError} `unknown-layer`, `no-selection`, `items-missing`, `not-finite`; the signal's reason when
 * aborted.
 */
export async function ridgeProbes({
  set,
  seed,
  targets = numericTargets(set),
  ...options
}: RidgeProbesOptions): Promise<RidgeProbesResult> {
  const plans = numericRows(set, targets, options.selection).map((rows) => planNumeric(rows, { seed }));
  const usable = plans.filter(({ refused }) => refused === null);
  const layers: RidgeProbesResult['layers'] = [];
  if (usable.length > 0) {
    for await (const { layer, plan, result } of overLayers('ridge', usable, ({ rows }) => rows.items, options)) {
      const { rows } = usable[plan];
      rows.targets.forEach((target, t) =>
        layers.push({
          layer,
          target,
          fit: fitByCondition(usable[plan], t, result.predictions, result.shared[t], result.otherChoices[t]),
          alpha: [...result.alpha[t]],
        }),
      );
    }
  }
  const refusedOf = (target: string): string | null => plans.find(({ rows }) => rows.targets.includes(target))!.refused;
  return {
    analysis: 'ridge-probes',
    version: 1,
    selection: options.selection,
    folds: FOLDS,
    targets: targets.map((target) => ({ target, refused: refusedOf(target) })),
    layers,
  };
}

/** R² and ρ of one target over each condition that has rows, and `all` but ambiguous scenes. */
export function fitByCondition(
  { rows: { values, groups, conditions }, foldOf }: NumericPlan,
  target: number,
  predictions: Matrix<Float64Array>,
  shared: SharedTraining,
  otherChoices: OtherChoices,
): NumberCell[] {
  return [...CONDITIONS, 'all' as const].flatMap((condition) => {
    const chosen = [...conditions.keys()].filter((i) =>
      condition === 'all' ? conditions[i] !== 'ambiguous' : conditions[i] === condition,
    );
    if (chosen.length === 0) return [];
    const column = ({ data, cols }: Matrix): number[] => chosen.map((i) => data[i * cols + target]);
    const scenes = chosen.map((i) => groups[i]);
    const varianceFactor = linearVarianceFactor(chosen, shared);
    return [
      {
        condition,
        r2: heldOutR2(column(values), column(predictions), scenes, {
          varianceFactor,
          otherChoices: drawnPredictions(otherChoices, foldOf, chosen),
        }),
        spearman: heldOutSpearman(column(values), column(predictions), scenes, {
          varianceFactor,
          folds: chosen.map((i) => foldOf[i]),
        }),
      },
    ];
  });
}

export const ridgeProbesAnalysis = defineAnalysis({
  name: 'ridge-probes',
  version: 6,
  title: 'ridge probes of depth, place, size and numeric facts',
  schema: ridgeProbesSchema,
  run: (context) => ridgeProbes(readingOf(context)),
});
