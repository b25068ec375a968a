/**
 * Held-out accuracy as training scenes grow. For each outer fold and order the training scenes are shuffled (conditions
 * taken in turns, so that every prefix is as balanced as it can be), and probes are trained on nested prefixes of whole
 * scenes; each prefix chooses its C by two inner folds of its own scenes, the smallest where those lack a class.
 */
import type { Matrix } from '../core/matrix.ts';
import { prepareLogisticFeatures, type LogisticTask } from '../core/numerics/logistic-batch.ts';
import { Random } from '../core/random.ts';
import { sceneStrata } from '../core/statistics/strata.ts';
import { fitClasses, predicted } from './classify.ts';
import type { ClassPlan } from './class-rows.ts';
import { C_GRID } from './cross-validate.ts';

export const CURVE_ORDERS = 5;
/** Smallest number of training scenes of a default curve. */
const SMALLEST = 10;
const POINTS = 7;
const INNER = 2;

export interface CurvePlan extends ClassPlan {
  /** Training scenes, ascending. */
  readonly sizes: readonly number[];
  /** prefixes[order][fold]: scenes in the order in which they are added, as row indices. */
  readonly prefixes: readonly (readonly (readonly (readonly number[])[])[])[];
}

/**
 * @param sizes default: seven sizes, evenly spaced in log, from 10 scenes to all training scenes. Sizes that lack a
 * class in some prefix, or exceed what there is, are left out.
 */
export function planCurve(
  plan: ClassPlan,
  { seed, sizes, orders = CURVE_ORDERS }: { seed: number; sizes?: readonly number[]; orders?: number },
): CurvePlan {
  const { rows, nested } = plan;
  const prefixes = Array.from({ length: orders }, (_, order) =>
    nested.outer.map((training, fold) => inTurns(training, rows, new Random(seed, 'curve', rows.name, order, fold))),
  );
  const most = Math.min(...prefixes[0].map((scenes) => scenes.length));
  const complete = (size: number): boolean =>
    prefixes.every((folds) =>
      folds.every(
        (scenes) =>
          new Set(scenes.slice(0, size).flatMap((scene) => scene.map((i) => rows.labels[i]))).size ===
          rows.classes.length,
      ),
    );
  const asked =
    sizes ??
    Array.from({ length: POINTS }, (_, p) =>
      Math.round(SMALLEST * (Math.max(most, SMALLEST) / SMALLEST) ** (p / (POINTS - 1))),
    );
  const usable = [...new Set(asked)].sort((a, b) => a - b).filter((size) => size <= most && complete(size));
  return {
    ...plan,
    refused:
      plan.refused ??
      (usable.length === 0
        ? `no size up to ${most} training scenes holds every class in each prefix; more scenes are needed`
        : null),
    sizes: usable,
    prefixes,
  };
}

/**
 * Scenes of the rows, shuffled, one of each condition at a time (of each mix of conditions, where scenes have several).
 */
function inTurns(training: readonly number[], { groups, conditions }: ClassPlan['rows'], random: Random): number[][] {
  const rowsOf = new Map<string, number[]>();
  for (const i of training) {
    const rows = rowsOf.get(groups[i]);
    if (rows) rows.push(i);
    else rowsOf.set(groups[i], [i]);
  }
  const strata = sceneStrata(
    training.map((i) => groups[i]),
    training.map((i) => conditions[i]),
  );
  const queues = [...strata.values()].map((scenes) => random.shuffle(scenes).map((id) => rowsOf.get(id)!));
  const longest = Math.max(0, ...queues.map((queue) => queue.length));
  return Array.from({ length: longest }, (_, turn) =>
    queues.flatMap((queue) => (turn < queue.length ? [queue[turn]] : [])),
  ).flat();
}

/** Share of orders in which each row is predicted right, for every size: sizes × rows. */
export async function learningCurve(
  x: Matrix,
  { rows, foldOf, nested, sizes, prefixes }: CurvePlan,
  { signal }: { signal?: AbortSignal } = {},
): Promise<Float64Array[]> {
  const classes = rows.classes.length;
  const { labels } = rows;
  const features = await prepareLogisticFeatures(
    x,
    nested.inside.flat().sort((a, b) => a - b),
  );
  const held = nested.outer.map((_, f) => [...foldOf.keys()].filter((i) => foldOf[i] === f));
  const share = sizes.map(() => new Float64Array(rows.items.length));
  for (const folds of prefixes) {
    const inner: LogisticTask[] = [];
    /** Inner fits of each size and fold: where they start, and what each is scored on. */
    const splits: { first: number; scored: number[][] }[] = [];
    const points = sizes.flatMap((size) => folds.map((scenes) => scenes.slice(0, size)));
    for (const scenes of points) {
      const parts = Array.from({ length: INNER }, (_, part) =>
        scenes.filter((_, s) => Math.floor(s / 2) % INNER === part).flat(),
      );
      const usable = parts.every((part) => new Set(part.map((i) => labels[i])).size === classes);
      splits.push({ first: inner.length, scored: usable ? parts.map((_, part) => parts[(part + 1) % INNER]) : [] });
      if (usable) for (const part of parts) for (const C of C_GRID) inner.push({ rows: part, labels, C });
    }
    const innerFits = await fitClasses(features, inner, classes, signal);
    const tasks = points.map((scenes, p) => {
      const correct = C_GRID.map((_, c) =>
        splits[p].scored.reduce(
          (sum, scored, part) =>
            sum +
            scored.filter((i) => predicted(innerFits[splits[p].first + part * C_GRID.length + c], i) === labels[i])
              .length,
          0,
        ),
      );
      return { rows: scenes.flat(), labels, C: C_GRID[correct.indexOf(Math.max(...correct))] };
    });
    const fits = await fitClasses(features, tasks, classes, signal);
    sizes.forEach((_, s) =>
      held.forEach((own, f) =>
        own.forEach(
          (i) => (share[s][i] += (predicted(fits[s * folds.length + f], i) === labels[i] ? 1 : 0) / prefixes.length),
        ),
      ),
    );
  }
  return share;
}
