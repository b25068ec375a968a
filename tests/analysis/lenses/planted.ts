/** Planted answerers and hand-made sets for the tests of the lenses. */
import { expect } from 'vitest';
import type { Answer } from '../../../core/artifacts/answers.ts';
import { itemsOf, type Item, type Pair, type PairedItem } from '../../../core/artifacts/contrast-set.ts';
import type { Estimate } from '../../../core/artifacts/results.ts';
import { Random } from '../../../core/random.ts';

/** Answers in which the option that `says` names scores 2 and the others 0. */
export function answersOf(set: { readonly pairs: readonly Pair[] }, says: (item: PairedItem) => string): Answer[] {
  return itemsOf(set).map((item) => {
    const said = says(item);
    return {
      item: item.item,
      scores: Object.fromEntries(item.options.map((option) => [option, option === said ? 2 : 0])),
    };
  });
}

/** An arbitrary but fixed choice among the options, the same for equal keys. */
export const guess = (item: Pick<Item, 'options'>, ...keys: string[]): string =>
  new Random(11, 'guess', ...keys).pick(item.options);

/** The value is what chance gives: within twice the 95 % interval's reach, 3.9 standard errors. */
export function expectNear({ value, interval }: Estimate, expected: number): void {
  expect(interval).not.toBeNull();
  const [low, high] = interval!;
  expect(expected).toBeGreaterThan(value! - 2 * (value! - low));
  expect(expected).toBeLessThan(value! + 2 * (high - value!));
}

export const item = (id: string, fields: Partial<Item> = {}): Item => ({
  item: id,
  images: ['a.png'],
  question: 'q',
  options: ['yes', 'no'],
  answer: 'yes',
  objects: [],
  ...fields,
});

export const pair = (id: string, group: string, first: Item, second: Item, fields: Partial<Pair> = {}): Pair => ({
  id,
  group,
  axis: 'any',
  kind: 'perturbation',
  conditions: {},
  first,
  second,
  nuisance: {},
  ...fields,
});
