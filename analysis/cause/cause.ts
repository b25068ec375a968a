/**
 * Is what was found also used? Steering, patching and erasure (methods §6) on one checkpoint: analyses write
 * interventions, the checkpoint is run again under them, analyses compare the answers. Directions and the layer come
 * from one half of the scenes; what is reported comes from the other.
 */
import { z } from 'zod';
import type { Answer } from '../../core/artifacts/answers.ts';
import { AXES, spatialPairs, type Axis, type ContrastSet } from '../../core/artifacts/contrast-set.ts';
import type { HiddenStates, Layer } from '../../core/artifacts/hidden-states.ts';
import type { Intervention } from '../../core/artifacts/intervention.ts';
import {
  CAUSE_DIRECTIONS,
  causeSchema,
  type CauseDirection,
  type CauseResult,
} from '../../core/artifacts/results/cause.ts';
import { defineAnalysis, type CheckpointAccess } from '../../core/definitions/analysis.ts';
import { answersOf, checkpointOf } from '../../core/definitions/reading.ts';
import { hasSpatialSwaps } from '../../core/definitions/sets.ts';
import { PlumblineError } from '../../core/errors.ts';
import { splitScenes } from '../geometry/layer-choice.ts';
import { scoreItems, type ScoredItem } from '../scored-items.ts';
import { causeDirections, type CauseVector } from './directions.ts';
import { axisErasers } from './erasers.ts';
import { erasingEffect, erasingIntervention } from './erasing.ts';
import { PATCHED_TOKENS, patchingEffect, patchingIntervention } from './patching.ts';
import { CAUSE_ALPHAS, steeringEffect, steeringIntervention } from './steering.ts';

/** The strength at which the layer is picked. */
const PICKING_ALPHA = 1;
const TOKENS = 'last';

/** What the checkpoint answers under an intervention to the questions of some pairs, wherever it comes from. */
export type AnswersUnder = CheckpointAccess['answersUnder'];

export interface CauseInputs {
  readonly set: ContrastSet;
  readonly states: HiddenStates;
  readonly answers: readonly Answer[];
  readonly axis: Axis;
  readonly alphas: readonly number[];
  readonly layers: readonly string[];
  readonly seed: number;
  readonly answersUnder: AnswersUnder;
}

/** Outputs of the text's blocks that the states hold: where `cause` intervenes by default. */
export function causeLayers(layers: readonly Layer[], states: Pick<HiddenStates, 'has'>): string[] {
  return layers
    .filter(({ name, part, kind }) => part === 'text' && kind === 'block' && states.has(name, TOKENS))
    .map(({ name }) => name);
}

/** Steers, patches and erases: everything but the checkpoint itself. */
export function causeResult({ set, states, answers, answersUnder, ...parameters }: CauseInputs): Promise<CauseResult> {
  const swaps = swapsOf(set);
  return new CauseStudy(swaps, states, scoreItems(swaps, answers), answersUnder).run(parameters);
}

/** The pictures as they are, in both question orders: 6 items a scene. */
const swapsOf = (set: ContrastSet): ContrastSet => ({
  ...set,
  pairs: set.pairs.filter((pair) => pair.kind === 'question-swap'),
});

type Steered = CauseResult['steering'][number];

class CauseStudy {
  private readonly set: ContrastSet;
  private readonly states: HiddenStates;
  private readonly base: readonly ScoredItem[];
  private readonly answersUnder: AnswersUnder;

  constructor(set: ContrastSet, states: HiddenStates, base: readonly ScoredItem[], answersUnder: AnswersUnder) {
    this.set = set;
    this.states = states;
    this.base = base;
    this.answersUnder = answersUnder;
  }

  async run({
    axis,
    alphas,
    layers,
    seed,
  }: {
    axis: Axis;
    alphas: readonly number[];
    layers: readonly string[];
    seed: number;
  }): Promise<CauseResult> {
    const [picking, reported] = splitScenes({ pairs: spatialPairs(this.set.pairs) }, seed);
    const directions = new Map<string, ReadonlyMap<CauseDirection, CauseVector>>();
    const refused: string[] = [];
    for (const layer of layers) {
      try {
        directions.set(
          layer,
          await causeDirections({
            set: this.set,
            states: this.states,
            layer,
            selection: TOKENS,
            axis,
            scenes: picking,
            seed,
          }),
        );
      } catch (error) {
        if (!(error instanceof PlumblineError && error.code === 'no-direction')) throw error;
        refused.push(layer);
      }
    }
    const steer = async (
      layer: string,
      direction: CauseDirection,
      alpha: number,
      half: Steered['half'],
    ): Promise<Steered | null> => {
      const found = directions.get(layer)?.get(direction);
      if (found === undefined) return null;
      const scenes = half === 'picking' ? picking : reported;
      const items = this.base.filter((item) => item.axis === axis && scenes.has(item.group));
      const changed = await this.intervene(
        steeringIntervention({
          name: `steer-${axis}-${direction}-${layer}-${alpha}-${half}`,
          layer,
          tokens: TOKENS,
          alpha,
          direction: found.unit,
          items,
        }),
        items,
      );
      return { layer, direction, length: found.length, alpha, half, ...steeringEffect(items, changed, seed) };
    };

    const steering: Steered[] = [];
    for (const layer of directions.keys())
      for (const direction of ['answer', 'random'] as const)
        steering.push(...present(await steer(layer, direction, PICKING_ALPHA, 'picking')));
    const choice = chooseLayer(steering, refused);
    if (choice.layer !== null)
      for (const direction of CAUSE_DIRECTIONS)
        for (const alpha of alphas) steering.push(...present(await steer(choice.layer, direction, alpha, 'reported')));

    const patching: CauseResult['patching'] = [];
    const asked = this.base.filter((item) => item.axis === axis);
    for (const layer of layers) {
      for (const tokens of PATCHED_TOKENS) {
        if (!this.states.has(layer, tokens)) continue;
        const changed = await this.intervene(
          await patchingIntervention({
            set: this.set,
            states: this.states,
            axis,
            layer,
            tokens,
            name: `patch-${axis}-${layer}-${tokens}`,
          }),
          asked,
        );
        patching.push({ layer, tokens, restored: patchingEffect(this.set, axis, asked, changed) });
      }
    }

    const erasure: CauseResult['erasure'] = [];
    const held = this.base.filter((item) => reported.has(item.group));
    for (const layer of layers) {
      const erasers = await axisErasers({
        set: this.set,
        states: this.states,
        layer,
        selection: TOKENS,
        axis,
        scenes: picking,
        seed,
      });
      for (const [erased, eraser] of erasers) {
        const changed = await this.intervene(
          erasingIntervention({ layer, tokens: TOKENS, eraser, name: `erase-${axis}-${erased}-${layer}` }),
          held,
        );
        erasure.push({
          layer,
          erased,
          method: erased === 'random' ? 'projection along a random direction' : 'LEACE on condition-balanced items',
          cells: erasingEffect(held, changed),
        });
      }
    }
    return {
      analysis: 'cause',
      version: 1,
      axis,
      tokens: TOKENS,
      groups: [picking.size, reported.size],
      layers: [...layers],
      choice,
      steering,
      patching,
      erasure,
    };
  }

  /** Applies an intervention to some items and returns what the changed model answers. */
  private async intervene(intervention: Intervention, items: readonly ScoredItem[]): Promise<ScoredItem[]> {
    const wanted = new Set(items.map(({ item }) => item));
    const pairs = this.set.pairs.filter(({ first, second }) => wanted.has(first.item) && wanted.has(second.item));
    return scoreItems({ pairs }, await this.answersUnder(intervention, pairs));
  }
}

const present = <T>(value: T | null): T[] => (value === null ? [] : [value]);

/** The layer where a push along `answer` turns most answers of the picking half; the deeper one on a tie. */
function chooseLayer(steering: readonly Steered[], refused: readonly string[]): CauseResult['choice'] {
  const without = refused.length > 0 ? `; no delta at ${refused.join(', ')}` : '';
  const candidates = steering.filter(
    ({ direction, half, flipped }) => direction === 'answer' && half === 'picking' && flipped.value !== null,
  );
  const best = candidates.reduce<Steered | null>(
    (found, entry) => (found === null || entry.flipped.value! >= found.flipped.value! ? entry : found),
    null,
  );
  if (best === null) return { layer: null, reason: `no layer has a direction to steer along${without}` };
  return {
    layer: best.layer,
    reason: `a push of α = ${PICKING_ALPHA} turns ${(100 * best.flipped.value!).toFixed(0)} % of the answers of the picking half there, no other layer turns more${without}`,
  };
}

export const causeAnalysis = defineAnalysis({
  name: 'cause',
  version: 6,
  title: 'steering, patching and erasure in the running checkpoint',
  reads: 'checkpoint',
  schema: causeSchema,
  options: z.strictObject({
    /** Axis that is asked about. */
    axis: z.enum(AXES).default('distance'),
    /** Strengths α of α·‖h‖·v̂. */
    alphas: z
      .array(z.number())
      .min(1)
      .default([...CAUSE_ALPHAS]),
  }),
  appliesTo: ({ set, states, answers, checkpoint }) =>
    checkpoint !== null &&
    answers !== null &&
    hasSpatialSwaps(set) &&
    causeLayers(checkpoint.layers, states).length > 0,
  run(context, { axis, alphas }) {
    const { set, states, seed } = context;
    const checkpoint = checkpointOf(context, 'cause');
    return causeResult({
      set,
      states,
      answers: answersOf(context),
      axis,
      alphas,
      layers: context.layers ?? causeLayers(checkpoint.layers, states),
      seed,
      answersUnder: (intervention, pairs) => checkpoint.answersUnder(intervention, pairs),
    });
  },
});
