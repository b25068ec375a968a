/** What the intervals of principal angles and disentanglement scores promise. */
import { angleEstimates } from '../../analysis/principal-angles.ts';
import { jackknifedSpace } from '../../analysis/geometry/leave-out-spaces.ts';
import type { Matrix } from '../../core/matrix.ts';
import type { Random } from '../../core/random.ts';
import type { Outcome, Simulation } from './simulation.ts';

/** Deltas of an axis: along its directions, of which the j-th is turned by `angles[j]` degrees from the other axis', with this mean and spread; on isotropic noise. */
interface AxisDeltas {
  readonly strengths: readonly (readonly [mean: number, sd: number])[];
  readonly angles: readonly number[];
  readonly noise: number;
}

const ANGLES = { n: 100, d: 32, groups: 20 };
const REAL = [[3, 0.3], [0, 2], [0, 1.3]] as const;

function deltas({ strengths, angles, noise }: AxisDeltas, turned: boolean, random: Random): Matrix<Float64Array> {
  const { n, d } = ANGLES;
  const data = new Float64Array(n * d);
  for (let i = 0; i < n; i++) {
    strengths.forEach(([mean, sd], j) => {
      const size = mean + sd * random.normal();
      const angle = turned ? (angles[j] * Math.PI) / 180 : 0;
      data[i * d + j] += size * Math.cos(angle);
      data[i * d + j + strengths.length] += size * Math.sin(angle);
    });
    for (let j = 0; j < d; j++) data[i * d + j] += noise * random.normal();
  }
  return { data, rows: n, cols: d };
}

const anglesOf = (setting: string, k: number, model: AxisDeltas): Simulation => ({
  name: 'principal angles',
  setting,
  run: async (random) => {
    const deal = Array.from({ length: ANGLES.n }, (_, i) => i % ANGLES.groups);
    const [a, b] = [await jackknifedSpace(deltas(model, false, random), deal, ANGLES.groups, k), await jackknifedSpace(deltas(model, true, random), deal, ANGLES.groups, k)];
    const angles = angleEstimates(a, b, { names: ['first', 'second'], n: 2 * ANGLES.n, groups: ANGLES.n });
    return Object.fromEntries(angles.map(({ value, interval }, i): [string, Outcome] => [`angle ${i + 1} of ${k}`, { value, interval }]));
  },
});

const PRINCIPAL_ANGLES: readonly Simulation[] = [
  anglesOf('100 scenes, k 1, axes at 30°', 1, { strengths: [[2, 0.3]], angles: [30], noise: 0.5 }),
  anglesOf('100 scenes, k 1, axes at 90°', 1, { strengths: [[2, 0.3]], angles: [90], noise: 0.5 }),
  anglesOf('100 scenes, k 1, one direction', 1, { strengths: [[2, 0.3]], angles: [0], noise: 0.5 }),
  anglesOf('100 scenes, k 3, angles 30, 50, 80°', 3, { strengths: REAL, angles: [30, 50, 80], noise: 0.5 }),
  anglesOf('100 scenes, k 3, the same, twice the noise', 3, { strengths: REAL, angles: [30, 50, 80], noise: 1 }),
  anglesOf('100 scenes, k 3, directions of equal strength', 3, { strengths: [[3, 0.3], [0, 1.5], [0, 1.5]], angles: [30, 30, 80], noise: 0.5 }),
  anglesOf('100 scenes, k 3, one direction and noise', 3, { strengths: [[2, 0.3]], angles: [30], noise: 0.5 }),
  anglesOf('100 scenes, k 1, noise alone', 1, { strengths: [], angles: [], noise: 0.5 }),
];

export const REPRESENTATION_SIMULATIONS: readonly Simulation[] = [...PRINCIPAL_ANGLES];
