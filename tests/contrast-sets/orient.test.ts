import { describe, expect, it } from 'vitest';
import { orient, type OpenOutput, type OpenPair } from '../../contrast-sets/orient.ts';
import type { Item, Pair } from '../../core/artifacts/contrast-set.ts';
import { type CueCondition } from '../../core/artifacts/cues.ts';

function open(id: number, condition: CueCondition, template: string): OpenPair {
  const item = (answer: string): Item => ({
    item: `${id}-${answer}`,
    images: [],
    question: 'Is it so?',
    options: ['Yes', 'No'],
    answer,
    objects: [],
    variant: { template },
  });
  const pair = (first: string, second: string): Pair => ({
    id: String(id),
    group: String(id),
    axis: 'distance',
    kind: 'question-swap',
    conditions: { height: condition },
    first: item(first),
    second: item(second),
    nuisance: {},
  });
  return [pair('Yes', 'No'), pair('No', 'Yes')];
}

async function* scenes(n: number): AsyncGenerator<OpenOutput> {
  for (let i = 0; i < n; i++) {
    // Conditions and templates come in an order of their own, as they do where only the picture tells them.
    const condition = (['consistent', 'counter', 'ambiguous'] as const)[(i * i) % 3];
    yield await Promise.resolve({
      images: {},
      pairs: [open(2 * i, condition, 'closer'), open(2 * i + 1, condition, i % 5 === 0 ? 'closer' : 'farther')],
    });
  }
}

async function answers(n: number, seed: number): Promise<Pair[]> {
  const pairs: Pair[] = [];
  for await (const output of orient(scenes(n), seed)) pairs.push(...output.pairs);
  return pairs;
}

describe('orient', () => {
  it('balances the answers to one within every condition and template, and over templates', async () => {
    for (const n of [1, 7, 100, 333]) {
      const ahead = new Map<string, number>();
      for (const { conditions, first } of await answers(n, n)) {
        for (const key of [conditions.height!, `${conditions.height} ${String(first.variant!.template)}`])
          ahead.set(key, (ahead.get(key) ?? 0) + (first.answer === 'Yes' ? 1 : -1));
      }
      for (const difference of ahead.values()) expect(Math.abs(difference)).toBeLessThanOrEqual(1);
    }
  });

  it('leaves to chance what balance doesn’t fix: which of two goes first', async () => {
    const firsts = await Promise.all(
      Array.from({ length: 200 }, async (_, seed) => (await answers(1, seed))[0].first.answer),
    );
    const yes = firsts.filter((answer) => answer === 'Yes').length;
    // Binomial with standard deviation 7.1: five of them.
    expect(Math.abs(yes - 100)).toBeLessThan(36);
  });

  it('is the same for a seed', async () => {
    expect(await answers(50, 3)).toEqual(await answers(50, 3));
  });
});
