/**
 * What the intervals of steering, patching and erasure promise, and the difference of SpatialTunnel. Margins of a scene
 * share half of their variance.
 */
import { erasingEffect } from '../../analysis/cause/erasing.ts';
import { patchingEffect } from '../../analysis/cause/patching.ts';
import { steeringEffect } from '../../analysis/cause/steering.ts';
import { scoreItems, type ScoredItem } from '../../analysis/scored-items.ts';
import { tunnelLens } from '../../analysis/lenses/index.ts';
import type { Pair } from '../../core/artifacts/contrast-set.ts';
import type { Estimate } from '../../core/artifacts/results.ts';
import type { Random } from '../../core/random.ts';
import { plantedItems, plantedPairs, type PlantedItem } from '../../tests/analysis/planted.ts';
import type { Outcome, Simulation } from './simulation.ts';

const PAIRS = plantedPairs({ consistent: 60 });
const ITEMS = plantedItems(PAIRS);
const WORDS = { horizontal: ['left', 'right'], vertical: ['above', 'below'], distance: ['far', 'close'] } as const;
const outcome = ({ value, interval }: Estimate, truth?: number): Outcome => ({ value, interval, truth });

/** Noise of each item, half of its variance its scene's. */
function noise(random: Random): (item: PlantedItem) => number {
  const scenes = new Map(ITEMS.map(({ group }) => [group, random.normal()]));
  return ({ group, truth }) => (truth * scenes.get(group)! + random.normal()) / Math.SQRT2;
}

const scored = (margin: (item: PlantedItem) => number): ScoredItem[] =>
  scoreItems(
    { pairs: PAIRS },
    ITEMS.map((item) => ({
      item: item.item,
      scores: { [WORDS[item.axis][0]]: margin(item), [WORDS[item.axis][1]]: 0 },
    })),
  );

const steering: Simulation = {
  name: 'steering',
  setting: '60 scenes, a push about as strong as the margins',
  run: (random) => {
    const [before, push] = [noise(random), noise(random)];
    const margins = new Map(ITEMS.map((item) => [item.item, item.truth + before(item)]));
    const base = scored((item) => margins.get(item.item)!);
    const changed = scored(
      (item) => margins.get(item.item)! - Math.sign(margins.get(item.item)!) * (1.2 + 0.5 * push(item) * item.truth),
    );
    const { flipped, push: moved } = steeringEffect(base, changed, random.integer(2 ** 30));
    return { flipped: outcome(flipped), push: outcome(moved) };
  },
};

const patching: Simulation = {
  name: 'patching',
  setting: '60 scenes, a patch that brings over .6',
  run: (random) => {
    const [before, after] = [noise(random), noise(random)];
    const margins = new Map(ITEMS.map((item) => [item.item, 2 * item.truth + before(item)]));
    const base = scored((item) => margins.get(item.item)!);
    const patched = scored((item) => margins.get(item.item)! - item.truth * (2.4 + 0.6 * after(item) * item.truth));
    return { 'share brought over': outcome(patchingEffect({ pairs: PAIRS }, 'distance', base, patched)) };
  },
};

const erasing: Simulation = {
  name: 'erasing',
  setting: '60 scenes, margins fall from 1.5 to .5',
  run: (random) => {
    const [before, after] = [noise(random), noise(random)];
    const {
      before: first,
      after: second,
      change,
    } = erasingEffect(
      scored((item) => 1.5 * item.truth + before(item)),
      scored((item) => 0.5 * item.truth + after(item)),
    ).find(({ axis }) => axis === 'distance')!;
    return { before: outcome(first), after: outcome(second), change: outcome(change) };
  },
};

/** Scenes whose pictures are consistent and counter in turn, with a probability of the right answer of their own. */
const tunnel = (scenes: number): Simulation => ({
  name: 'SpatialTunnel',
  setting: `${scenes} instances of two consistent and two counter pictures`,
  run: (random) => {
    const answers: { item: string; scores: Record<string, number> }[] = [];
    const pairs = Array.from({ length: scenes }, (_, scene): Pair[] => {
      const own = random.normal();
      return [0, 1, 2, 3].map((k) => {
        const items = [0, 1].map((side) => {
          const id = `${scene}-${k}-${side}`;
          answers.push({ item: id, scores: { yes: (k < 2 ? 1.5 : 0.5) + own + random.normal(), no: 0 } });
          return {
            item: id,
            images: ['a.png'],
            question: 'q',
            options: ['yes', 'no'],
            answer: 'yes',
            objects: [],
            variant: { angle1: k, angle2: 0, template: 1 },
          };
        });
        return {
          id: `${scene}-${k}`,
          group: `g${scene}`,
          axis: 'distance',
          kind: 'question-swap',
          conditions: { height: k < 2 ? 'consistent' : 'counter' },
          first: items[0],
          second: items[1],
          nuisance: {},
        };
      });
    }).flat();
    const { delta, cells } = tunnelLens({ set: { pairs }, answers, seed: random.integer(2 ** 30) });
    return {
      Δ: outcome(delta),
      'v, consistent': outcome(cells.find(({ condition }) => condition === 'consistent')!.v),
    };
  },
});

export const CAUSE_SIMULATIONS: readonly Simulation[] = [steering, patching, erasing, tunnel(12), tunnel(60)];
