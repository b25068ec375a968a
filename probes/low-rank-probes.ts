import type { ContrastSet } from '../core/artifacts/contrast-set.ts';
import type { LowRankProbesResult } from '../core/artifacts/results/low-rank-probes.ts';
import type { Matrix } from '../core/matrix.ts';
import { accuracyByCondition } from './accuracy.ts';
import { answerRows, planClasses, type ClassRows } from './class-rows.ts';
import { FOLDS } from './folds.ts';
import { numericRows, numericTargets, planNumeric, type NumericPlan, type NumericRows } from './numeric-rows.ts';
import { overLayers, type OverLayersOptions } from './over-layers.ts';
import { cells } from './class-probes.ts';
import { fitByCondition } from './ridge-probes.ts';
import { lowRankProbesSchema } from '../core/artifacts/results/low-rank-probes.ts';
import { defineAnalysis } from '../core/definitions/analysis.ts';
import { readingOf } from '../core/definitions/reading.ts';

export interface LowRankProbesOptions extends OverLayersOptions {
  readonly set: Pick<ContrastSet, 'pairs'>;
  readonly seed: number;
  /**
   * Numbers that are predicted together; default: every numeric target that the set carries. Items that lack one of
   * them are left out.
   */
  readonly targets?: readonly string[];
  /** Or an axis with more than two answers, whose classes are told apart. */
  readonly axis?: string;
}

/**
 * The low-rank linear probe by layer and rank: R² and ρ of each target, or accuracy over the classes of an axis
 * (`low-rank.ts`). Too few scenes, or fewer than two targets or three classes, is no error: the result says why and has
 * no numbers.
 *
 * @throws {PlumblineError} `unknown-layer`, `no-selection`, `items-missing`, `not-finite`; the signal's reason when
 * aborted.
 */
export async function lowRankProbes({
  set,
  seed,
  targets = numericTargets(set),
  axis,
  ...options
}: LowRankProbesOptions): Promise<LowRankProbesResult> {
  const classes = axis === undefined ? null : answerRows(set, axis);
  const plan =
    classes === null ? planNumeric(jointRows(set, targets, options.selection), { seed }) : indicatorPlan(classes, seed);
  const { rows } = plan;
  const most = classes === null ? rows.targets.length : rows.targets.length - 1;
  const refused =
    plan.refused ??
    (most < 2
      ? `a low-rank probe needs at least two numbers or three classes, there are ${rows.targets.length}`
      : null);
  // No inner fits at each rank measure what folds share: the worst case.
  const shared = { trainable: plan.nested.inside.flat(), noiseShare: 1 };
  const layers: LowRankProbesResult['layers'] = [];
  if (refused === null) {
    for await (const { layer, result } of overLayers('lowRank', [plan], () => rows.items, options)) {
      for (let rank = 1; rank <= most; rank++) {
        const predictions = result.byRank[rank - 1];
        layers.push({
          layer,
          rank,
          targets:
            classes === null
              ? rows.targets.map((target, t) => ({
                  target,
                  fit: fitByCondition(plan, t, predictions, shared, result.otherChoices[rank - 1][t]),
                }))
              : [],
          accuracy: classes === null ? [] : cells(accuracyByCondition(rows, rightOf(classes, predictions), shared)),
          alpha: [...result.alpha],
        });
      }
    }
  }
  return {
    analysis: 'low-rank-probes',
    version: 1,
    selection: options.selection,
    folds: FOLDS,
    axis: axis ?? null,
    targets: [...rows.targets],
    refused,
    layers,
  };
}

/** The items that carry every target. */
function jointRows(
  set: Pick<ContrastSet, 'pairs'>,
  targets: readonly string[],
  selection: LowRankProbesOptions['selection'],
): NumericRows {
  const blocks = numericRows(set, targets, selection);
  const common = blocks
    .map(({ items }) => new Set(items))
    .reduce<Set<string> | null>(
      (kept, items) => (kept === null ? items : new Set([...kept].filter((item) => items.has(item)))),
      null,
    );
  const items = [...(common ?? [])].sort();
  const at = blocks.map((block) => new Map(block.items.map((item, i) => [item, i])));
  const column = (target: string): ((item: string) => number) => {
    const b = blocks.findIndex((block) => block.targets.includes(target));
    const { values, targets: own } = blocks[b];
    return (item) => values.data[at[b].get(item)! * values.cols + own.indexOf(target)];
  };
  const columns = targets.map(column);
  const first = (item: string): number => at[0].get(item)!;
  return {
    targets,
    items,
    values: {
      data: Float64Array.from(items.flatMap((item) => columns.map((read) => read(item)))),
      rows: items.length,
      cols: targets.length,
    },
    groups: items.map((item) => blocks[0].groups[first(item)]),
    conditions: items.map((item) => blocks[0].conditions[first(item)]),
  };
}

/** One column a class: 1 on its rows, 0 elsewhere. */
function indicatorPlan(classes: ClassRows, seed: number): NumericPlan {
  const { foldOf, nested, refused } = planClasses(classes, { seed });
  const k = classes.classes.length;
  const data = new Float64Array(classes.items.length * k);
  classes.labels.forEach((label, i) => (data[i * k + label] = 1));
  return {
    rows: {
      targets: classes.classes,
      items: classes.items,
      values: { data, rows: classes.items.length, cols: k },
      groups: classes.groups,
      conditions: classes.conditions,
    },
    foldOf,
    nested,
    refused,
  };
}

function rightOf({ labels }: ClassRows, { data, cols }: Matrix): Uint8Array {
  return Uint8Array.from(labels, (label, i) => {
    const row = data.subarray(i * cols, (i + 1) * cols);
    return row.indexOf(Math.max(...row)) === label ? 1 : 0;
  });
}

export const lowRankProbesAnalysis = defineAnalysis({
  name: 'low-rank-probes',
  version: 6,
  title: 'reduced-rank probes of the numeric targets',
  schema: lowRankProbesSchema,
  run: (context) => lowRankProbes(readingOf(context)),
});
