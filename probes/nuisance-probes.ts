import { itemsOf, type ContrastSet } from '../core/artifacts/contrast-set.ts';
import type { NuisanceProbesResult } from '../core/artifacts/results/nuisance-probes.ts';
import { heldOutR2 } from '../core/statistics/held-out-r2.ts';
import { heldOutSpearman } from '../core/statistics/held-out-spearman.ts';
import { drawnPredictions } from './choice-draws.ts';
import { classRows, planClasses, type ClassPlan, type ClassRows } from './class-rows.ts';
import { FOLDS } from './folds.ts';
import { heldOutProportion, linearVarianceFactor } from './held-out-interval.ts';
import { numericRows, planNumeric } from './numeric-rows.ts';
import { overLayers, type OverLayersOptions } from './over-layers.ts';
import { majorityRight, majorityShared } from './class-probes.ts';
import { nuisanceProbesSchema } from '../core/artifacts/results/nuisance-probes.ts';
import { defineAnalysis } from '../core/definitions/analysis.ts';
import { readingOf } from '../core/definitions/reading.ts';

export interface NuisanceProbesOptions extends OverLayersOptions {
  readonly set: Pick<ContrastSet, 'pairs'>;
  readonly seed: number;
  /** Default: every nuisance factor that the set's pairs carry. */
  readonly factors?: readonly string[];
}

/** A numeric factor with fewer distinct values is told apart as classes. */
const NUMERIC_FROM = 6;
/** Scenes that a level needs: two a fold, so that it is in every training set. Rarer levels are left out and named. */
const SCENES_PER_LEVEL = 2 * FOLDS;

/**
 * What else is readable (methods §5): every nuisance factor by layer, at the first question about the untouched scene
 * of each pair. Numbers by ridge (R², ρ), categories by logistic probes beside the majority class. A factor that reads
 * well is not a fault in itself; one that also predicts the answer is a shortcut.
 *
 * @throws {PlumblineError} `unknown-layer`, `no-selection`, `items-missing`, `not-finite`; the signal's reason when
 * aborted.
 */
export async function nuisanceProbes({
  set,
  seed,
  factors = factorsOf(set),
  ...options
}: NuisanceProbesOptions): Promise<NuisanceProbesResult> {
  const described = factors.map((factor) => describe(set, factor, seed));
  const numbers = numericRows(
    set,
    described.filter(({ kind }) => kind === 'number').map(({ factor }) => `nuisance.${factor}`),
    options.selection,
  ).map((rows) => planNumeric(rows, { seed, balanced: false }));
  const numeric = numbers.filter(({ refused }) => refused === null);
  const classes = described.flatMap(({ plan }) => (plan !== null && plan.refused === null ? [plan] : []));
  const layers: NuisanceProbesResult['layers'] = [];
  if (numeric.length > 0) {
    for await (const { layer, plan, result } of overLayers('ridge', numeric, ({ rows }) => rows.items, options)) {
      const { rows } = numeric[plan];
      rows.targets.forEach((target, t) => {
        const all = [...rows.items.keys()];
        const column = (data: Float64Array): number[] => all.map((i) => data[i * rows.targets.length + t]);
        const [values, predictions] = [column(rows.values.data), column(result.predictions.data)];
        const varianceFactor = linearVarianceFactor(all, result.shared[t]);
        layers.push({
          layer,
          factor: target.slice('nuisance.'.length),
          accuracy: null,
          r2: heldOutR2(values, predictions, rows.groups, {
            varianceFactor,
            otherChoices: drawnPredictions(result.otherChoices[t], numeric[plan].foldOf, all),
          }),
          spearman: heldOutSpearman(values, predictions, rows.groups, { varianceFactor, folds: numeric[plan].foldOf }),
        });
      });
    }
  }
  if (classes.length > 0) {
    for await (const { layer, plan, result } of overLayers('classes', classes, ({ rows }) => rows.items, options)) {
      const { rows } = classes[plan];
      layers.push({
        layer,
        factor: rows.name,
        accuracy: heldOutProportion([...rows.items.keys()], result.right, rows.groups, result.shared),
        r2: null,
        spearman: null,
      });
    }
  }
  const order = new Map(options.states.header.layers.map(({ name }, i) => [name, i]));
  layers.sort(
    (a, b) => order.get(a.layer)! - order.get(b.layer)! || factors.indexOf(a.factor) - factors.indexOf(b.factor),
  );
  return {
    analysis: 'nuisance-probes',
    version: 1,
    selection: options.selection,
    folds: FOLDS,
    factors: described.map(({ factor, kind, plan, dropped }) => ({
      factor,
      kind,
      levels: plan === null ? null : [...plan.rows.classes],
      leftOut: dropped,
      majority:
        plan !== null && plan.refused === null
          ? heldOutProportion([...plan.rows.items.keys()], majorityRight(plan), plan.rows.groups, majorityShared(plan))
          : null,
      refused:
        plan === null
          ? (numbers.find(({ rows }) => rows.targets.includes(`nuisance.${factor}`))?.refused ?? null)
          : plan.refused,
    })),
    layers,
  };
}

/** Names of the nuisance factors of a set's pairs, sorted. */
export function factorsOf(set: Pick<ContrastSet, 'pairs'>): string[] {
  return [...new Set(set.pairs.flatMap(({ nuisance }) => Object.keys(nuisance)))].sort();
}

interface Described {
  readonly factor: string;
  readonly kind: 'number' | 'category';
  /** Null for numbers. */
  readonly plan: ClassPlan | null;
  readonly dropped: string[];
}

function describe(set: Pick<ContrastSet, 'pairs'>, factor: string, seed: number): Described {
  const pairs = set.pairs.filter(({ kind }) => kind !== 'perturbation');
  const values = pairs.map(({ nuisance }) => nuisance[factor]).filter((value) => value !== undefined);
  if (values.every((value) => typeof value === 'number') && new Set(values).size >= NUMERIC_FROM)
    return { factor, kind: 'number', plan: null, dropped: [] };
  const { rows, dropped } = levelRows({ pairs }, factor);
  return { factor, kind: 'category', plan: planClasses(rows, { seed, balanced: false }), dropped };
}

/** First items of the pairs, labelled by the factor; levels of too few scenes are left out. */
function levelRows({ pairs }: Pick<ContrastSet, 'pairs'>, factor: string): { rows: ClassRows; dropped: string[] } {
  const levelOf = new Map(
    pairs.flatMap(({ first, nuisance }) =>
      nuisance[factor] === undefined ? [] : [[first.item, String(nuisance[factor])] as const],
    ),
  );
  const items = itemsOf({ pairs }).filter(({ item }) => levelOf.has(item));
  const scenes = new Map<string, Set<string>>();
  for (const { item, group } of items)
    scenes.set(levelOf.get(item)!, (scenes.get(levelOf.get(item)!) ?? new Set<string>()).add(group));
  const rare = new Set([...scenes].filter(([, groups]) => groups.size < SCENES_PER_LEVEL).map(([level]) => level));
  return {
    rows: classRows(factor, items, ({ item }) => (rare.has(levelOf.get(item)!) ? null : levelOf.get(item)!)),
    dropped: [...rare].sort(),
  };
}

export const nuisanceProbesAnalysis = defineAnalysis({
  name: 'nuisance-probes',
  version: 6,
  title: 'what else can be read: probes of the nuisance factors',
  schema: nuisanceProbesSchema,
  run: (context) => nuisanceProbes(readingOf(context)),
});
