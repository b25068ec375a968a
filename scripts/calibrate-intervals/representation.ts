/** What the intervals of principal angles and disentanglement scores promise. */
import { componentsOf, scoresOf, type CodeSpaces, type DeletedGroups } from '../../analysis/disentanglement.ts';
import { angleEstimates } from '../../analysis/principal-angles.ts';
import { jackknifedSpace } from '../../analysis/geometry/leave-out-spaces.ts';
import type { Matrix } from '../../core/matrix.ts';
import type { Random } from '../../core/random.ts';
import type { Outcome, Simulation } from './simulation.ts';

/**
 * Deltas of an axis: along its directions, of which the j-th is turned by `angles[j]` degrees from the other axis',
 * with this mean and spread; on isotropic noise.
 */
interface AxisDeltas {
  readonly strengths: readonly (readonly [mean: number, sd: number])[];
  readonly angles: readonly number[];
  readonly noise: number;
}

const ANGLES = { n: 100, d: 32, groups: 20 };
const REAL = [
  [3, 0.3],
  [0, 2],
  [0, 1.3],
] as const;

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
    const [a, b] = [
      await jackknifedSpace(deltas(model, false, random), deal, ANGLES.groups, k),
      await jackknifedSpace(deltas(model, true, random), deal, ANGLES.groups, k),
    ];
    const angles = angleEstimates(a, b, { names: ['first', 'second'], n: 2 * ANGLES.n, groups: ANGLES.n });
    return Object.fromEntries(
      angles.map(({ value, interval }, i): [string, Outcome] => [`angle ${i + 1} of ${k}`, { value, interval }]),
    );
  },
});

const PRINCIPAL_ANGLES: readonly Simulation[] = [
  anglesOf('100 scenes, k 1, axes at 30°', 1, { strengths: [[2, 0.3]], angles: [30], noise: 0.5 }),
  anglesOf('100 scenes, k 1, axes at 90°', 1, { strengths: [[2, 0.3]], angles: [90], noise: 0.5 }),
  anglesOf('100 scenes, k 1, one direction', 1, { strengths: [[2, 0.3]], angles: [0], noise: 0.5 }),
  anglesOf('100 scenes, k 3, angles 30, 50, 80°', 3, { strengths: REAL, angles: [30, 50, 80], noise: 0.5 }),
  anglesOf('100 scenes, k 3, the same, twice the noise', 3, { strengths: REAL, angles: [30, 50, 80], noise: 1 }),
  anglesOf('100 scenes, k 3, directions of equal strength', 3, {
    strengths: [
      [3, 0.3],
      [0, 1.5],
      [0, 1.5],
    ],
    angles: [30, 30, 80],
    noise: 0.5,
  }),
  anglesOf('100 scenes, k 3, one direction and noise', 3, { strengths: [[2, 0.3]], angles: [30], noise: 0.5 }),
  anglesOf('100 scenes, k 1, noise alone', 1, { strengths: [], angles: [], noise: 0.5 }),
];

const SCENES = { scenes: 100, rows: 6, d: 16, groups: 20 };

/** How strongly each of the three relations speaks along each of three directions. */
type Mixing = readonly (readonly [left: number, above: number, far: number])[];

/**
 * Six questions a scene, three about each order of the objects; half of the scenes consistent. Noise is of the scene
 * and of the question.
 */
function questions(
  mixing: Mixing,
  noise: number,
  random: Random,
): { states: Matrix<Float64Array>; factors: Matrix<Float64Array>; deleted: DeletedGroups } {
  const { scenes, rows, d, groups } = SCENES;
  const n = scenes * rows;
  const states = { data: new Float64Array(n * d), rows: n, cols: d };
  const factors = { data: new Float64Array(n * 3), rows: n, cols: 3 };
  for (let scene = 0; scene < scenes; scene++) {
    const [left, far] = [random.coin() ? 1 : -1, random.coin() ? 1 : -1];
    const relations = [left, scene % 2 === 0 ? far : -far, far];
    const shared = Array.from({ length: d }, () => noise * random.normal());
    for (let k = 0; k < rows; k++) {
      const i = scene * rows + k;
      const order = k % 2 === 0 ? 1 : -1;
      relations.forEach((relation, f) => (factors.data[i * 3 + f] = order * relation));
      for (let j = 0; j < d; j++)
        states.data[i * d + j] =
          (mixing[j]?.reduce((sum, weight, f) => sum + weight * order * relations[f], 0) ?? 0) +
          order * shared[j] +
          noise * random.normal();
    }
  }
  return {
    states,
    factors,
    deleted: { of: Array.from({ length: n }, (_, i) => Math.floor(i / (2 * rows)) % groups), count: groups },
  };
}

const scores = (setting: string, mixing: Mixing, noise: number, k: number | 'given'): Simulation => ({
  name: 'disentanglement scores',
  setting,
  run: async (random) => {
    const { states, factors, deleted } = questions(mixing, noise, random);
    const given = {
      data: Float64Array.from({ length: 3 * SCENES.d }, (_, i) => Number(i % SCENES.d === Math.floor(i / SCENES.d))),
      rows: 3,
      cols: SCENES.d,
    };
    const spaces: CodeSpaces =
      k === 'given'
        ? { all: given, without: Array.from({ length: deleted.count }, () => given) }
        : await componentsOf(states, deleted, k);
    const { informativeness, mig } = await scoresOf(states, factors, spaces, deleted, SCENES.scenes);
    return Object.fromEntries(
      Object.entries({ 'DCI informativeness': informativeness, MIG: mig }).map(
        ([name, { value, interval }]): [string, Outcome] => [name, { value, interval }],
      ),
    );
  },
});

const APART: Mixing = [
  [3, 0, 0],
  [0, 2, 0],
  [0, 0, 1.2],
];
const MIXED: Mixing = [
  [2, 2, 0],
  [0, 1.2, -0.8],
  [0, 0, 1.2],
];
const DISENTANGLEMENT: readonly Simulation[] = [
  scores('100 scenes, 10 components, a direction a relation', APART, 0.5, 10),
  scores('100 scenes, 10 components, relations that share directions', MIXED, 0.5, 10),
  scores('100 scenes, 10 components, the same, noise four times as strong', MIXED, 2, 10),
  scores('100 scenes, 10 components, noise alone', [], 1, 10),
  scores('100 scenes, 3 components, a direction a relation', APART, 0.5, 3),
  scores('100 scenes, 3 components, relations that share directions', MIXED, 0.5, 3),
  scores('100 scenes, 3 given directions, relations that share directions', MIXED, 0.5, 'given'),
];

export const REPRESENTATION_SIMULATIONS: readonly Simulation[] = [...PRINCIPAL_ANGLES, ...DISENTANGLEMENT];
