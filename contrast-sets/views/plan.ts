/** Which scenes a set of views holds: viewpoint bins, strata of overlap, sides and distractors dealt out in balance. */
import { Random } from '../../core/random.ts';
import { balancedBits } from '../balance.ts';
import { STRATA, type Distractors, type ViewsParameters } from './parameters.ts';

/** One further view of a scene. */
export interface ViewRequest {
  /** Index of the viewpoint bin, and of the stratum of 1 − overlap. */
  readonly bin: number;
  readonly stratum: number;
  /** 1: the camera goes to its right, −1: to its left. */
  readonly side: 1 | -1;
  /** Sign of its turn away from the middle of the scene: 1 to the right. */
  readonly turn: 1 | -1;
  /** Picture of the pair from which the asked object is taken away: 0 the first, 1 the second. */
  readonly without: 0 | 1;
}

export interface ViewsSpec {
  readonly id: string;
  readonly index: number;
  readonly distractors: Distractors;
  readonly views: readonly ViewRequest[];
}

export function planViews(
  seed: number,
  { scenes, views, bins, distractors }: Pick<ViewsParameters, 'scenes' | 'views' | 'bins' | 'distractors'>,
): ViewsSpec[] {
  const random = new Random(seed, 'views-plan');
  const others = views - 1;
  const cells = bins.flatMap((_, bin) => STRATA.map((__, stratum) => ({ bin, stratum })));
  const dealt = <T>(values: readonly T[], n: number): T[] =>
    Array.from({ length: Math.ceil(n / values.length) }, () => random.shuffle(values)).flat();
  const places = dealt(cells, scenes * others);
  const signs = balancedBits(random, scenes * others, 3);
  const kinds = dealt(distractors, scenes);
  return Array.from({ length: scenes }, (_, index) => ({
    id: `v${String(index).padStart(5, '0')}`,
    index,
    distractors: kinds[index],
    views: Array.from({ length: others }, (__, k): ViewRequest => {
      const [side, turn, without] = signs[index * others + k];
      return {
        ...places[index * others + k],
        side: side === 0 ? -1 : 1,
        turn: turn === 0 ? -1 : 1,
        without: without === 0 ? 0 : 1,
      };
    }),
  }));
}
