/**
 * Linear probes of one representation and axis: all protocols in two batched solves, one that chooses C and one that
 * fits at it.
 */
import { PROBE_TRAININGS, type Estimate } from '../core/artifacts/results.ts';
import { row, type Matrix } from '../core/matrix.ts';
import { fitLogisticBatch, prepareLogisticFeatures, type LogisticTask } from '../core/numerics/logistic-batch.ts';
import { accuracyByCondition, withoutAccuracy, type ConditionAccuracy } from './accuracy.ts';
import { balancedRows } from './balanced.ts';
import { consistentRows, readConsistentOnly } from './consistent-only.ts';
import { planControl, selectivity, type ControlPlan } from './control-task.ts';
import { chooseWithFits, isRight, nestedFolds, unusable, type ChosenC, type NestedFolds } from './cross-validate.ts';
import { FOLDS } from './folds.ts';
import { trainingNoiseShare } from './held-out-interval.ts';
import type { ProbeRows } from './rows.ts';

export type ProbeTraining = (typeof PROBE_TRAININGS)[number];

/** What the probes of one axis share over layers: folds, training sets, control answers. */
export interface ProbePlan {
  readonly rows: ProbeRows;
  readonly foldOf: Int32Array;
  readonly protocols: readonly {
    readonly training: ProbeTraining;
    readonly nested: NestedFolds;
    readonly refused: string | null;
  }[];
  readonly control: ControlPlan | { readonly refused: string };
}

/** @param foldOf fold of each row, from `foldsByScene`. */
export function planProbes(rows: ProbeRows, foldOf: Int32Array, seed: number): ProbePlan {
  const trainable: Record<ProbeTraining, number[]> = {
    balanced: balancedRows(rows, foldOf, seed),
    'consistent-only': consistentRows(rows),
  };
  const protocols = PROBE_TRAININGS.map((training) => {
    const nested = nestedFolds(trainable[training], foldOf, FOLDS);
    return { training, nested, refused: unusable(nested, rows.labels) };
  });
  const [balanced] = protocols;
  return {
    rows,
    foldOf,
    protocols,
    control:
      balanced.refused === null ? planControl(rows, foldOf, balanced.nested, seed) : { refused: balanced.refused },
  };
}

export interface ProbeScores {
  readonly training: ProbeTraining;
  readonly accuracy: ConditionAccuracy[];
  readonly control: Estimate | null;
  readonly selectivity: Estimate | null;
  readonly refused?: string;
  readonly C: number[];
}

/**
 * Fits and scores every protocol on `x` (rows as in the plan × d). Accuracies are of held-out rows: each is predicted
 * by the fit that did not train on its scene. The control is fitted on the same rows at the same C as the task (Hewitt
 * & Liang compare probes of equal capacity).
 */
export async function scoreProbes(
  x: Matrix,
  plan: ProbePlan,
  options: { control: boolean; signal?: AbortSignal },
): Promise<ProbeScores[]> {
  const { rows, foldOf, protocols } = plan;
  const usable = protocols.filter(({ refused }) => refused === null);
  const trainable = [...new Set(usable.flatMap(({ nested }) => nested.inside.flat()))].sort((a, b) => a - b);
  const features = usable.length === 0 ? null : await prepareLogisticFeatures(x, trainable);
  const chosen: ChosenC[] = [];
  for (const { nested } of usable) chosen.push(await chooseWithFits(features!, rows.labels, nested, options.signal));

  const tasks: LogisticTask[] = [];
  /** Adds a fit for each fold; the result says, once the fits are there, the decisions of fold f's probe. */
  const add = (nested: NestedFolds, C: readonly number[], labels: ArrayLike<number>): ((f: number) => Float32Array) => {
    const first = tasks.length;
    nested.outer.forEach((training, f) => tasks.push({ rows: training, labels, C: C[f] }));
    return (f) => row(scores, first + f);
  };
  const heldOut = (decisions: (f: number) => Float32Array, labels: ArrayLike<number>): Uint8Array =>
    Uint8Array.from(rows.items, (_, i) => isRight(decisions(foldOf[i])[i], labels[i]));
  const pending = usable.map(({ training, nested }, p) => ({
    training,
    nested,
    ...chosen[p],
    task: add(nested, chosen[p].C, rows.labels),
    control:
      training === 'balanced' && options.control && !('refused' in plan.control)
        ? plan.control.labels.map((labels) => ({ labels, decisions: add(nested, chosen[p].C, labels) }))
        : null,
  }));
  const { scores } =
    features === null
      ? { scores: { data: new Float32Array(0), rows: 0, cols: 0 } }
      : await fitLogisticBatch(features, tasks, { signal: options.signal });

  return protocols.map(({ training, refused }) => {
    const own = pending.find((candidate) => candidate.training === training);
    if (own === undefined)
      return { training, accuracy: withoutAccuracy(refused!), control: null, selectivity: null, C: [] };
    const right = heldOut(own.task, rows.labels);
    const shared = {
      trainable: own.nested.inside.flat(),
      noiseShare: trainingNoiseShare(own.nested, rows.labels, own.task, own.inner),
    };
    const accuracy = accuracyByCondition(rows, right, shared);
    if (training === 'consistent-only') addReading(accuracy);
    if (own.control === null || 'refused' in plan.control) {
      const reason =
        training === 'balanced' && options.control && 'refused' in plan.control
          ? { refused: plan.control.refused }
          : {};
      return { training, accuracy, control: null, selectivity: null, ...reason, C: [...own.C] };
    }
    const controlRight = own.control.map(({ labels, decisions }) => heldOut(decisions, labels));
    return { training, accuracy, ...selectivity(rows, plan.control, { right, shared }, controlRight), C: [...own.C] };
  });
}

function addReading(accuracy: ConditionAccuracy[]): void {
  const counter = accuracy.find(({ condition }) => condition === 'counter')!;
  const reading = readConsistentOnly(counter.estimate);
  if (reading !== null) counter.estimate = { ...counter.estimate, note: reading };
}
