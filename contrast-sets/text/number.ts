/**
 * Numeric grounding: distances in metres ("2.4 m") and coordinates. The intervention trades the two numbers, the
 * rewording gives them in another unit. Harder with a ratio near 1; in half of the scenes the smaller number begins
 * with the larger digit (9.8 and 10.4), so that comparing first digits misleads.
 */
import type { Axis, Pair } from '../../core/artifacts/contrast-set.ts';
import { Random } from '../../core/random.ts';
import { balancedBits } from '../balance.ts';
import { drawNames, nameFactors, textPairs, type Placed, type Told } from './scene.ts';

/** Ratios of the larger number to the smaller, hardest last. */
const RATIOS = [4, 2, 1.5, 1.2, 1.07] as const;

export interface NumberSpec {
  readonly index: number;
  readonly axis: Axis;
  readonly canonical: boolean;
  readonly misleading: boolean;
  readonly ratio: number;
}

export function numberScenes(seed: number, scenes: number): NumberSpec[] {
  return balancedBits(new Random(seed, 'text-number-balance'), scenes, 4).map((row, index) => ({
    index,
    axis: row[1] === 0 ? 'distance' : row[2] === 0 ? 'horizontal' : 'vertical',
    canonical: row[0] === 0,
    misleading: row[3] === 0,
    ratio: RATIOS[Math.floor(index / 8) % RATIOS.length],
  }));
}

const round = (value: number): number => Math.round(value * 10) / 10;
const firstDigit = (value: number): number => Number(/[1-9]/.exec(String(value))![0]);

/**
 * Two numbers with one decimal, `low` < `high`, about in the ratio; misleading: the low one begins with the larger
 * digit.
 */
function drawNumbers(random: Random, ratio: number, misleading: boolean): [number, number] {
  for (let attempt = 0; attempt < 10_000; attempt++) {
    const low = round(random.uniform(1.2, 40));
    const high = round(low * ratio * random.uniform(0.97, 1.03));
    if (high > low && firstDigit(low) > firstDigit(high) === misleading && firstDigit(low) !== firstDigit(high))
      return [low, high];
    // Close numbers of one decade mostly share their first digit.
    if (high > low && !misleading && attempt > 100) return [low, high];
  }
  throw new RangeError(`no numbers in the ratio ${ratio}`);
}

export function numberPairs(spec: NumberSpec, seed: number): Pair[] {
  const { axis, canonical, index } = spec;
  const random = new Random(seed, 'text-number', index);
  const names = drawNames(random, 2);
  const [low, high] = drawNumbers(random, spec.ratio, spec.misleading);
  const [other, another] = [round(random.uniform(1, 30)), round(random.uniform(1, 30))];
  const ratio = high / low;
  // Canonical: far has the larger distance, left the smaller x, above the larger y (counted upward). On the distance
  // axis the second is asked about.
  const subjectLarge = axis === 'horizontal' ? !canonical : canonical;
  const subject = axis === 'distance' ? 1 : 0;
  const tell = (turned: boolean, unit: 'm' | 'cm'): Told => {
    const large = subjectLarge !== turned ? subject : 1 - subject;
    const values = [0, 1].map((i) => (i === large ? high : low));
    const shown = (value: number): string =>
      unit === 'm' ? `${value.toFixed(1)} m` : `${(value * 100).toFixed(0)} cm`;
    if (axis === 'distance') {
      const objects = values.map((depth, i): Placed => ({ name: names[i], column: 0, row: 0, depth }));
      return {
        text: `The ${names[0]} is ${shown(values[0])} from the camera, the ${names[1]} ${shown(values[1])}.`,
        objects: [objects[0], objects[1]],
        layout: [1, 1],
      };
    }
    const points = values.map((value, i) =>
      axis === 'horizontal' ? [value, [other, another][i]] : [[other, another][i], value],
    );
    const text = `Coordinates on the wall, x counted to the right and y upward: the ${names[0]} is at x = ${shown(points[0][0])}, y = ${shown(points[0][1])}; the ${names[1]} is at x = ${shown(points[1][0])}, y = ${shown(points[1][1])}.`;
    // Rows are counted downward.
    const objects = points.map(([x, y], i): Placed => ({ name: names[i], column: x, row: -y }));
    return { text, objects: [objects[0], objects[1]], layout: [1, 1] };
  };
  return textPairs({
    group: `number-${String(index).padStart(5, '0')}`,
    axis,
    conditions: {},
    task: 'number',
    told: tell(false, 'm'),
    flipped: tell(true, 'm'),
    reworded: tell(false, 'cm'),
    order: [0, 1],
    difficulty: RATIOS.indexOf(spec.ratio as (typeof RATIOS)[number]) / (RATIOS.length - 1),
    nuisance: {
      ...nameFactors(names[0], names[1]),
      smaller: low,
      ratio,
      misleading: spec.misleading ? 1 : 0,
      other_first: other,
      other_second: another,
    },
  });
}
