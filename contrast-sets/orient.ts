/**
 * Pairs whose sides may trade places: each is turned so that every answer is as often the first side's as any other.
 * For generators that learn the condition only from the picture.
 */
import { conditionFor, type Pair } from '../core/artifacts/contrast-set.ts';
import { Random } from '../core/random.ts';
import type { SceneOutput } from './build.ts';

/**
 * The same pair in two orientations, whose first sides have the two answers of a question; axis, condition, kind and
 * options are the same.
 */
export type OpenPair = readonly [Pair, Pair];

export interface OpenOutput {
  readonly pairs: readonly OpenPair[];
  readonly images: SceneOutput['images'];
}

/**
 * Picks one orientation of each pair, in order. Within every axis, condition, kind and set of options, and there within
 * each `variant.template` of two, no answer is ahead by more than one; where neither is, chance decides.
 */
export async function* orient(scenes: AsyncIterable<OpenOutput>, seed: number): AsyncGenerator<SceneOutput> {
  const random = new Random(seed, 'orientation');
  // How far the first of the sorted options is ahead.
  const ahead = new Map<string, number>();
  for await (const { pairs, images } of scenes) {
    yield {
      images,
      pairs: pairs.map((choice) => {
        const [{ axis, conditions, kind, first }] = choice;
        const leading = [...first.options].sort()[0];
        const broad = `${axis}|${conditionFor({ conditions })}|${kind}|${[...first.options].sort().join('/')}`;
        const narrow = `${broad}|${String(first.variant?.template)}`;
        const lead = (ahead.get(narrow) ?? 0) || (ahead.get(broad) ?? 0);
        const wanted = lead === 0 ? random.coin() : lead < 0;
        const chosen = (choice[0].first.answer === leading) === wanted ? choice[0] : choice[1];
        const step = chosen.first.answer === leading ? 1 : -1;
        for (const key of [narrow, broad]) ahead.set(key, (ahead.get(key) ?? 0) + step);
        return chosen;
      }),
    };
  }
}
