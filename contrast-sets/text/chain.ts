/**
 * Chains of relations in the manner of StepGame (Shi, Zhang & Lipani 2022, arXiv 2204.08292): "the B is one step to the
 * left of the A, the C is one step …": where is the last one from the first? Steps are of one cell, so that left and
 * right add up; every second sentence on average says it by the inverse word, so that counting words tells nothing.
 */
import type { Axis, Pair } from '../../core/artifacts/contrast-set.ts';
import { Random } from '../../core/random.ts';
import { balancedBits } from '../balance.ts';
import { drawNames, nameFactors, relationSentence, textPairs, type Told } from './scene.ts';

export interface ChainSpec {
  readonly index: number;
  readonly hops: number;
  readonly axis: 'horizontal' | 'vertical';
  /** The question's subject lies at the canonical pole. */
  readonly canonical: boolean;
  /** Whether the end of the chain is asked about, or its start. */
  readonly endFirst: boolean;
}

/** Hops from 1 to `maxHops` in turn within every combination of answer, axis and end. */
export function chainScenes(seed: number, scenes: number, maxHops: number): ChainSpec[] {
  const seen = new Map<string, number>();
  return balancedBits(new Random(seed, 'text-chain-balance'), scenes, 3).map((row, index) => {
    const turn = seen.get(row.join()) ?? 0;
    seen.set(row.join(), turn + 1);
    return {
      index,
      hops: 1 + (turn % maxHops),
      axis: row[1] === 0 ? 'horizontal' : 'vertical',
      canonical: row[0] === 0,
      endFirst: row[2] === 0,
    };
  });
}

interface Hop {
  readonly axis: 'horizontal' | 'vertical';
  /** −1: toward the canonical pole (left, up), in cells. */
  readonly step: -1 | 1;
  readonly inverse: boolean;
}

/** Steps whose sum along the asked axis isn't 0; about a third of the others run along the other axis. */
function drawHops(random: Random, { hops, axis }: ChainSpec): Hop[] {
  const other = axis === 'horizontal' ? 'vertical' : 'horizontal';
  for (;;) {
    const drawn = Array.from({ length: hops }, (): Hop => ({
      axis: random.coin(1 / 3) ? other : axis,
      step: random.coin() ? 1 : -1,
      inverse: random.coin(),
    }));
    if (drawn.reduce((sum, hop) => sum + (hop.axis === axis ? hop.step : 0), 0) !== 0) return drawn;
  }
}

export function chainPairs(spec: ChainSpec, seed: number, maxHops: number): Pair[] {
  const { axis, hops, canonical, endFirst, index } = spec;
  const random = new Random(seed, 'text-chain', index);
  const names = drawNames(random, hops + 1);
  const drawn = drawHops(random, spec);
  const total = drawn.reduce((sum, hop) => sum + (hop.axis === axis ? hop.step : 0), 0);
  // The subject is named first: the chain's end, or its start, from which the end lies on the other side.
  const mirror = total < 0 === (endFirst ? canonical : !canonical) ? 1 : -1;
  const order = random.shuffle(Array.from({ length: hops }, (_, i) => i));
  const tell = (sign: 1 | -1, shuffled: boolean): Told => {
    const steps = drawn.map((hop) => ({
      ...hop,
      step: (hop.axis === axis ? hop.step * mirror * sign : hop.step) as -1 | 1,
    }));
    const sentences = steps.map(({ axis: of, step, inverse }, i) =>
      relationSentence(of, names[i + 1], names[i], step < 0 ? 0 : 1, inverse, 'one step '),
    );
    const at = (of: Axis): number => steps.reduce((sum, hop) => sum + (hop.axis === of ? hop.step : 0), 0);
    const end = { name: names[hops], column: maxHops + at('horizontal'), row: maxHops + at('vertical') };
    const start = { name: names[0], column: maxHops, row: maxHops };
    return {
      text: (shuffled ? order.map((i) => sentences[i]) : sentences).join(' '),
      objects: endFirst ? [end, start] : [start, end],
      layout: [2 * maxHops + 1, 2 * maxHops + 1],
    };
  };
  const told = tell(1, false);
  // A chain of one sentence can't be shuffled; its sentence is said by the inverse word instead.
  const reworded =
    hops > 1 && order.some((place, i) => place !== i)
      ? tell(1, true)
      : {
          ...told,
          text: told.text
            .split('. ')
            .map((_, i) => inverted(drawn[i], mirror, axis, names, i))
            .join(' '),
        };
  return textPairs({
    group: `chain-${String(index).padStart(5, '0')}`,
    axis,
    conditions: {},
    task: 'chain',
    told,
    flipped: tell(-1, false),
    reworded,
    order: [0, 1],
    difficulty: maxHops === 1 ? 0 : (hops - 1) / (maxHops - 1),
    nuisance: {
      hops,
      ...nameFactors(told.objects[0].name, told.objects[1].name),
      end_first: endFirst ? 1 : 0,
      inverse_sentences: drawn.filter(({ inverse }) => inverse).length,
      first_inverse: drawn[0].inverse ? 1 : 0,
    },
  });
}

function inverted(
  { axis: of, step, inverse }: Hop,
  mirror: 1 | -1,
  axis: Axis,
  names: readonly string[],
  i: number,
): string {
  const turned = of === axis ? step * mirror : step;
  return relationSentence(of, names[i + 1], names[i], turned < 0 ? 0 : 1, !inverse, 'one step ');
}
