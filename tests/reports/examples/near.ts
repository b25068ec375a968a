/**
 * Numbers of the examples. They come from one stream in the order in which the examples are made: a new example goes
 * to the end of its file, a new file to the end of `index.ts`, or all golden figures change.
 */
import { Random } from '../../../core/random.ts';
import { estimate } from '../synthetic.ts';

export const LAYERS = ['text.embed', 'text.0', 'text.1', 'text.2', 'text.3'];
const random = new Random(7, 'examples');
/** Steps of a thousandth keep golden files short. */
export const near = (value: number, spread = 0.02): number =>
  Math.round((value + random.uniform(-spread, spread)) * 1000) / 1000;
export const share = (value: number, half = 0.04): ReturnType<typeof estimate> =>
  estimate(Math.min(1, Math.max(0, near(value))), half, { intervalKind: 'Wilson on n_eff', n: 200, groups: 100 });
export const signed = (value: number, half = 0.06): ReturnType<typeof estimate> =>
  estimate(near(value), half, {}, [-9, 9]);
export const t = (layer: string): number => LAYERS.indexOf(layer) / (LAYERS.length - 1);
export const SHOWN = ['consistent', 'counter'] as const;
export const byCondition = (consistent: number, counter: number) => [
  { condition: 'consistent' as const, estimate: share(consistent) },
  { condition: 'counter' as const, estimate: share(counter) },
  { condition: 'all' as const, estimate: share((consistent + counter) / 2) },
];
export const AXIS = (axis: string) => ({ axis, classes: ['a', 'b'], refused: null });
