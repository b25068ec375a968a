import type { ContrastSet } from '../core/artifacts/contrast-set.ts';
import type { HiddenStates } from '../core/artifacts/hidden-states.ts';
import type { ControlProbesResult } from '../core/artifacts/results/control-probes.ts';
import { PlumblineError } from '../core/errors.ts';
import { Random } from '../core/random.ts';
import { pairedDifference } from '../core/statistics/paired-difference.ts';
import { answerRows, axesOf, planClasses, type ClassPlan } from './class-rows.ts';
import type { HeldOutClasses } from './classify.ts';
import { randomStates } from './control-states.ts';
import { FOLDS } from './folds.ts';
import { differenceVarianceFactor, heldOutProportion } from './held-out-interval.ts';
import { overLayers, type OverLayersOptions } from './over-layers.ts';
import { majorityRight } from './class-probes.ts';
import { controlProbesSchema } from '../core/artifacts/results/control-probes.ts';
import { defineAnalysis } from '../core/definitions/analysis.ts';
import { readingOf } from '../core/definitions/reading.ts';

/**
 * - `random-features`: Gaussian features of equal width;
 * - `untrained-weights`: the same graph with its weights reshuffled per tensor, run on the same items;
 * - `shuffled-examples`: labels shuffled among training scenes. The weaker control: it breaks what the type-level
 * control keeps, so a probe that memorises types passes it;
 * - `majority`: the most frequent class.
 */
export const PROBE_CONTROLS = ['random-features', 'untrained-weights', 'shuffled-examples', 'majority'] as const;
export type ProbeControl = (typeof PROBE_CONTROLS)[number];

export interface ControlProbesOptions extends OverLayersOptions {
  readonly set: Pick<ContrastSet, 'pairs'>;
  readonly seed: number;
  /** Default: every axis that the set asks about. */
  readonly axes?: readonly string[];
  /** States of the untrained checkpoint, extracted from the same set; without them that control is left out. */
  readonly untrained?: HiddenStates;
}

/**
 * The probe beside what it reaches without the checkpoint's training, layer by layer: accuracy of each control and the
 * probe's advantage over it, paired item by item through the same folds.
 *
 * @throws {PlumblineError} `other-set` or `layers-differ` when the untrained states aren't the same graph on the same
 * set; else as `classProbes`.
 */
export async function controlProbes({
  set,
  seed,
  axes = axesOf(set),
  untrained,
  ...options
}: ControlProbesOptions): Promise<ControlProbesResult> {
  if (untrained !== undefined) sameGraph(options.states, untrained);
  const plans = axes.map((axis) => planClasses(answerRows(set, axis), { seed }));
  const usable = plans.filter(({ refused }) => refused === null);
  const layers: ControlProbesResult['layers'] = [];
  const runs: { control: ProbeControl; plans: readonly ClassPlan[]; states: HiddenStates }[] = [
    { control: 'random-features', plans: usable, states: randomStates(options.states, seed) },
    { control: 'shuffled-examples', plans: usable.map((plan) => shuffleExamples(plan, seed)), states: options.states },
  ];
  if (untrained !== undefined) runs.push({ control: 'untrained-weights', plans: usable, states: untrained });
  if (usable.length > 0) {
    const controls = runs.map(({ control, plans: own, states }) => ({
      control,
      own,
      results: overLayers('classes', own, ({ rows }) => rows.items, { ...options, states, onProgress: undefined }),
    }));
    for await (const { layer, plan, result } of overLayers('classes', usable, ({ rows }) => rows.items, options)) {
      const { rows } = usable[plan];
      const scored = rows.conditions.flatMap((condition, i) => (condition === 'ambiguous' ? [] : [i]));
      const accuracy = heldOutProportion(scored, result.right, rows.groups, result.shared);
      const row = (
        control: ProbeControl,
        right: Uint8Array,
        shared?: HeldOutClasses['shared'],
      ): ControlProbesResult['layers'][number]['controls'][number] => ({
        control,
        accuracy: heldOutProportion(scored, right, rows.groups, shared),
        advantage: pairedDifference(
          scored.map((i) => result.right[i]),
          scored.map((i) => right[i]),
          scored.map((i) => rows.groups[i]),
          {
            varianceFactor: differenceVarianceFactor(scored, result, { right, shared }),
          },
        ).estimate,
      });
      const found = [row('majority', majorityRight(usable[plan]))];
      for (const { control, results } of controls) {
        const next = (await results.next()).value as { result: HeldOutClasses };
        found.push(row(control, next.result.right, next.result.shared));
      }
      layers.push({ layer, axis: rows.name, accuracy, controls: found });
    }
  }
  return {
    analysis: 'control-probes',
    version: 1,
    selection: options.selection,
    folds: FOLDS,
    axes: plans.map(({ rows, refused }) => ({ axis: rows.name, classes: [...rows.classes], refused })),
    layers,
  };
}

/** Throws where a layer of the probed states has no counterpart of equal width, or the rows belong to another set. */
function sameGraph(trained: HiddenStates, untrained: HiddenStates): void {
  if (trained.header.set.hash !== untrained.header.set.hash) {
    throw new PlumblineError(
      'other-set',
      `the untrained checkpoint's states are of the set ${untrained.header.set.name}, the probed ones of ${trained.header.set.name}`,
      { hint: 'Extract both from the same contrast set.' },
    );
  }
  const widths = new Map(untrained.header.layers.map(({ name, width }) => [name, width]));
  const layer = trained.header.layers.find(({ name, width }) => widths.get(name) !== width);
  if (layer === undefined) return;
  throw new PlumblineError(
    'layers-differ',
    `layer ${layer.name} has width ${layer.width}, in the untrained checkpoint ${widths.get(layer.name) ?? 'none'}`,
    {
      hint: 'The control is the same graph with reshuffled weights.',
    },
  );
}

/**
 * The plan with each scene's labels dealt to another scene of as many rows in the same fold and condition: class shares
 * stay, what the rows show of them goes.
 */
export function shuffleExamples(plan: ClassPlan, seed: number): ClassPlan {
  const { rows, foldOf, nested } = plan;
  const trained = new Set(nested.inside.flat());
  const scenes = new Map<string, number[]>();
  rows.groups.forEach((group, i) => scenes.set(group, [...(scenes.get(group) ?? []), i]));
  const alike = new Map<string, number[][]>();
  for (const members of [...scenes.keys()].sort().map((group) => scenes.get(group)!)) {
    const conditions = [...new Set(members.map((i) => rows.conditions[i]))].sort().join('+');
    const key = `${foldOf[members[0]]} ${conditions} ${members.length} ${members.some((i) => trained.has(i))}`;
    alike.set(key, [...(alike.get(key) ?? []), members]);
  }
  const labels = rows.labels.slice();
  for (const [key, list] of alike) {
    const random = new Random(seed, 'shuffled examples', rows.name, key);
    const from = random.shuffle(list);
    list.forEach((members, s) => random.shuffle(members).forEach((to, k) => (labels[to] = rows.labels[from[s][k]])));
  }
  return { ...plan, rows: { ...rows, labels } };
}

export const controlProbesAnalysis = defineAnalysis({
  name: 'control-probes',
  version: 6,
  title: 'random features, shuffled examples, majority; with untrained states as second input',
  schema: controlProbesSchema,
  run: (context) => controlProbes({ ...readingOf(context), untrained: context.others[0]?.states }),
});
