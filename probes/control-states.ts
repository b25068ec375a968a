/**
 * Hidden states that hold nothing: the same shapes from a random generator, to be sent through the same code as real
 * ones.
 */
import type { HiddenStates } from '../core/artifacts/hidden-states.ts';
import { Random } from '../core/random.ts';

/**
 * Gaussian features of equal width: every layer and selection of `states`, its rows replaced by standard normal draws.
 * A row depends on the seed, the layer, the selection and the item alone, so that the order of rows changes nothing.
 */
export function randomStates(states: HiddenStates, seed: number): HiddenStates {
  return {
    header: states.header,
    items: states.items,
    has: (layer, selection) => states.has(layer, selection),
    async read(layer, selection) {
      const { rows, cols } = await states.read(layer, selection);
      const data = new Float32Array(rows * cols);
      states.items.forEach((item, i) => {
        const random = new Random(seed, 'random features', layer, selection, item);
        for (let j = 0; j < cols; j++) data[i * cols + j] = random.normal();
      });
      return { data, rows, cols };
    },
  };
}
