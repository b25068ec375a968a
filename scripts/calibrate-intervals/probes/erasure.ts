/** Erasure cells: accuracies before and after, and the change. */
import type { Axis } from '../../../core/artifacts/contrast-set.ts';
import { erasureLayers } from '../../../probes/erasure/erasure.ts';
import type { Outcome, Simulation } from '../simulation.ts';
import { byCondition, outcome, plantedAnswers } from './planted.ts';

const AXES: Axis[] = ['vertical', 'distance'];

export const ERASURE_SIMULATIONS: readonly Simulation[] = (
  [
    ['nothing to find', 'leace', [0, 0]],
    ['two axes apart', 'leace', [1, 1]],
    ['two axes apart', 'inlp', [1, 1]],
  ] as const
).map(([label, method, strength]): Simulation => ({
  name: 'erasure',
  setting: `20 + 20 scenes, 6 features, ${method.toUpperCase()}, ${label}`,
  async run(random) {
    const { set, states, seed } = plantedAnswers(random, {
      counts: { consistent: 20, counter: 20 },
      width: 6,
      axes: AXES,
      feature: ({ axis, sign }, out) => {
        const at = AXES.indexOf(axis);
        out[at] += strength[at] * sign;
      },
    });
    const { layers } = await erasureLayers({ set, states, selection: 'last', seed, method, axes: AXES });
    const [{ before, cells }] = layers;
    const shown = (accuracy: (typeof before)[number]['accuracy']): typeof accuracy =>
      accuracy.filter(({ condition }) => condition === 'all' || condition === 'counter');
    return Object.assign(
      {},
      byCondition('before', shown(before[1].accuracy)),
      ...cells
        .filter(({ probed }) => probed === 'distance')
        // A concept that is gone leaves a constant answer, right in exactly one of a scene's two orders: nothing
        // varies.
        .map(({ erased, by, accuracy, change }) => {
          const name = `${by === 'random' ? `directions as many as of ${erased}` : erased} erased`;
          return {
            ...(erased === 'distance' && by === 'method' ? {} : byCondition(name, shown(accuracy))),
            [`${name}, change`]: outcome(change),
          };
        }),
    ) as Record<string, Outcome>;
  },
}));
