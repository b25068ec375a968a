import type { ContrastSet } from '../core/artifacts/contrast-set.ts';
import type { HiddenStates } from '../core/artifacts/hidden-states.ts';
import type { TransferResult } from '../core/artifacts/results/transfer.ts';
import { PlumblineError } from '../core/errors.ts';
import type { OnProgress } from '../core/progress.ts';
import { accuracyByCondition } from './accuracy.ts';
import { answerRows, planClasses, type ClassRows } from './class-rows.ts';
import { layersWith, readFeatures, type FeatureSelection } from './features.ts';
import { FOLDS } from './folds.ts';
import { runLayerJobs } from './over-layers.ts';
import { cells } from './class-probes.ts';
import { stackRows, type TransferPlan } from './transfer-from.ts';
import { z } from 'zod';
import { transferSchema } from '../core/artifacts/results/transfer.ts';
import { defineAnalysis } from '../core/definitions/analysis.ts';
import { needed, readingOf } from '../core/definitions/reading.ts';

export interface TransferSet {
  /** Shown in the matrix. */
  readonly name: string;
  readonly set: Pick<ContrastSet, 'pairs'>;
  /** Of the same checkpoint for every set. */
  readonly states: HiddenStates;
}

export interface ProbeTransferOptions {
  /** Sets of different scenes: a scene that lies in two of them would be trained on and scored. */
  readonly sets: readonly TransferSet[];
  readonly axis: string;
  readonly selection: FeatureSelection;
  readonly seed: number;
  /** Default: every layer that all sets hold. */
  readonly layers?: readonly string[];
  readonly workers?: number;
  readonly onProgress?: OnProgress;
  readonly signal?: AbortSignal;
}

/**
 * Transfer matrix of one axis' probe by layer: trained on each set (balanced mix of conditions), scored on each other
 * (train on pictures, test on tunnels), and on itself by cross-validation over scenes. A set with too few scenes to
 * train on is only scored, and the result says why.
 *
 * @throws {PlumblineError} `sets-too-few`, `set-twice`, `other-checkpoint`, `no-rows`, `poles-differ` where sets label
 * the axis differently; `unknown-layer`, `no-selection`, `layers-differ`, `items-missing`, `not-finite`; the signal's
 * reason when aborted.
 */
export async function probeTransfer({
  sets,
  axis,
  selection,
  seed,
  layers: names,
  workers,
  onProgress,
  signal,
}: ProbeTransferOptions): Promise<TransferResult> {
  const rows = sets.map(({ set }) => answerRows(set, axis));
  check(sets, rows, axis);
  const held = sets.map(({ states }) => layersWith(states, selection, names));
  const layers = held[0].filter((layer) => held.every((own) => own.includes(layer)));
  if (layers.length === 0)
    throw new PlumblineError('layers-differ', `no layer with ${selection} is held by all ${sets.length} sets' states`, {
      hint: 'Extract the same layers from every set.',
    });

  const plans = rows.map((own, a): TransferPlan => {
    const others = rows.filter((_, b) => b !== a);
    return { ...planClasses(own, { seed }), otherLabels: Int32Array.from(others.flatMap(({ labels }) => [...labels])) };
  });
  const training = [...sets.keys()].filter((a) => plans[a].refused === null);
  const result: TransferResult['layers'] = [];
  for (const layer of layers) {
    signal?.throwIfAborted();
    const features = await Promise.all(
      sets.map(async ({ states }, s) => (await readFeatures(states, layer, selection))(rows[s].items)),
    );
    const width = features.findIndex(({ cols }) => cols !== features[0].cols);
    if (width >= 0)
      throw new PlumblineError(
        'layers-differ',
        `layer ${layer} has width ${features[width].cols} for ${sets[width].name}, ${features[0].cols} for ${sets[0].name}`,
        { hint: 'All states must come from one checkpoint.' },
      );
    const jobs = training.map((a) => ({ plan: a, x: stackRows([features[a], ...features.filter((_, b) => b !== a)]) }));
    let job = 0;
    for await (const { own, right, C } of runLayerJobs('transfer', plans, jobs, { workers, signal })) {
      const a = training[job++];
      let at = 0;
      for (const [b, { name }] of sets.entries()) {
        const scored = b === a ? null : right.subarray(at, (at += rows[b].items.length));
        const accuracy =
          scored === null ? accuracyByCondition(rows[a], own.right, own.shared) : accuracyByCondition(rows[b], scored);
        result.push({
          layer,
          train: sets[a].name,
          test: name,
          accuracy: cells(accuracy),
          C: scored === null ? [...own.C] : [C],
        });
      }
      onProgress?.({
        stage: `transfer probes (${selection})`,
        done: result.length / sets.length,
        total: layers.length * training.length,
        unit: 'probes',
      });
    }
  }
  return {
    analysis: 'transfer',
    version: 1,
    selection,
    folds: FOLDS,
    axis,
    classes: [...rows[0].classes],
    chance: 1 / rows[0].classes.length,
    sets: sets.map(({ name }, s) => ({ name, rows: rows[s].items.length, refused: plans[s].refused })),
    layers: result,
  };
}

function check(sets: readonly TransferSet[], rows: readonly ClassRows[], axis: string): void {
  if (sets.length < 2)
    throw new PlumblineError(
      'sets-too-few',
      `a transfer matrix needs two sets, there ${sets.length === 1 ? 'is 1' : 'are 0'}`,
    );
  const twice = sets.find(({ name }, s) => sets.findIndex((other) => other.name === name) !== s);
  if (twice !== undefined)
    throw new PlumblineError('set-twice', `two sets are called ${twice.name}`, { hint: 'Give each set its own name.' });
  const [first] = sets;
  sets.forEach(({ name, states }, s) => {
    if (states.header.checkpoint.hash !== first.states.header.checkpoint.hash) {
      throw new PlumblineError(
        'other-checkpoint',
        `the states of ${name} come from ${states.header.checkpoint.name}, those of ${first.name} from ${first.states.header.checkpoint.name}`,
        {
          hint: "A probe reads one checkpoint's states; extract every set from the same one.",
        },
      );
    }
    if (rows[s].items.length === 0)
      throw new PlumblineError('no-rows', `${name} asks nothing about ${axis}`, {
        hint: 'Choose an axis that every set asks about.',
      });
    if (rows[s].classes.join('\n') !== rows[0].classes.join('\n')) {
      throw new PlumblineError(
        'poles-differ',
        `on ${axis} ${first.name} answers ${rows[0].classes.join(', ')}, ${name} answers ${rows[s].classes.join(', ')}`,
        {
          hint: 'A probe carries over only where the sets word their answers alike.',
        },
      );
    }
  });
}

export const transferAnalysis = defineAnalysis({
  name: 'transfer',
  version: 6,
  title: 'train probes on one set, test on another: a matrix over sets, one checkpoint',
  reads: 'several',
  schema: transferSchema,
  options: z.strictObject({ axis: z.string().default('distance') }),
  appliesTo: ({ set, states, others }) =>
    others.some(
      (other) =>
        other.set.header.hash !== set.header.hash &&
        other.states.header.checkpoint.hash === states.header.checkpoint.hash,
    ),
  run(context, { axis }) {
    const sets = [context, ...context.others]
      .filter(({ states }) => states.header.checkpoint.hash === context.states.header.checkpoint.hash)
      .map(({ set, states }) => ({ name: `${set.header.name}, seed ${set.header.seed}`, set, states }));
    const { selection, layers, seed, onProgress, signal } = readingOf(context);
    needed(sets[1], 'transfer', 'states of the same checkpoint on another set');
    return probeTransfer({ sets, axis, selection, seed, layers, onProgress, signal });
  },
});
