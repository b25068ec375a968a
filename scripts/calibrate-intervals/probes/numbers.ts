/** Ridge and low-rank probes of numbers: R² and ρ. */
import { fitByCondition } from '../../../probes/ridge-probes.ts';
import { heldOutLowRank } from '../../../probes/low-rank.ts';
import { heldOutRidge } from '../../../probes/ridge.ts';
import type { Outcome, Simulation } from '../simulation.ts';
import { outcome, plantedNumbers, type NumericOptions } from './planted.ts';

const SCENES = { scenes: 60, rows: 2, width: 10 };
const RIDGE: readonly [setting: string, options: NumericOptions, rhoIsZero?: boolean][] = [
  ['60 scenes × 2, 10 features, nothing to find', { ...SCENES, slopes: [0] }, true],
  ['60 scenes × 2, 10 features, R² near 0', { ...SCENES, slopes: [0.4] }],
  ['60 scenes × 2, 10 features, R² near .4', { ...SCENES, slopes: [1] }],
  ['60 scenes × 2, 10 features, R² near .9', { ...SCENES, slopes: [3] }],
  ['60 scenes × 2, 10 features, R² near .99', { ...SCENES, slopes: [10] }],
  ['100 scenes, 3 features, nothing to find', { scenes: 100, rows: 1, width: 3, slopes: [0] }, true],
  ['100 scenes, 3 features, R² near 0', { scenes: 100, rows: 1, width: 3, slopes: [0.3] }],
  ['100 scenes, 3 features, R² near .9', { scenes: 100, rows: 1, width: 3, slopes: [3] }],
  ['50 scenes, 80 features, nothing to find', { scenes: 50, rows: 1, width: 80, slopes: [0] }, true],
  ['50 scenes, 80 features, R² near .3', { scenes: 50, rows: 1, width: 80, slopes: [3] }],
  ['50 scenes, 80 features, R² near .8', { scenes: 50, rows: 1, width: 80, slopes: [0], spread: 3 }],
];

const LOW_RANK: readonly [setting: string, options: NumericOptions][] = [
  ['60 scenes × 2, 8 features, 2 numbers, nothing to find', { ...SCENES, width: 8, slopes: [0, 0] }],
  ['60 scenes × 2, 8 features, 2 numbers of two directions', { ...SCENES, width: 8, slopes: [1.5, 1] }],
];

export const NUMBER_SIMULATIONS: readonly Simulation[] = [
  ...RIDGE.map(([setting, options, rhoIsZero = false]): Simulation => ({
    name: 'ridge probes',
    setting,
    async run(random) {
      const { plan, x } = plantedNumbers(random, options);
      const { predictions, shared, otherChoices } = await heldOutRidge(x, plan);
      return cells(fitByCondition(plan, 0, predictions, shared[0], otherChoices[0]), '', rhoIsZero);
    },
  })),
  ...LOW_RANK.map(([setting, options]): Simulation => ({
    name: 'low-rank probes',
    setting,
    async run(random) {
      const { plan, x } = plantedNumbers(random, options);
      const { byRank, otherChoices } = await heldOutLowRank(x, plan);
      const shared = { trainable: plan.nested.inside.flat(), noiseShare: 1 };
      return Object.assign(
        {},
        ...byRank.map((predictions, r) =>
          cells(fitByCondition(plan, 1, predictions, shared, otherChoices[r][1]), `rank ${r + 1}, `, false),
        ),
      ) as Record<string, Outcome>;
    },
  })),
];

function cells(fit: ReturnType<typeof fitByCondition>, prefix: string, rhoIsZero: boolean): Record<string, Outcome> {
  return Object.fromEntries(
    fit
      .filter(({ condition }) => condition === 'all' || condition === 'consistent')
      .flatMap(({ condition, r2, spearman }) => [
        [`${prefix}R², ${condition}`, outcome(r2)],
        [`${prefix}ρ, ${condition}`, outcome(spearman, rhoIsZero ? 0 : undefined)],
      ]),
  );
}
