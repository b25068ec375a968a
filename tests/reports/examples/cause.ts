/** Causes of the answers: steering, patching, erasure. */
import { AXES } from '../../../core/artifacts/contrast-set.ts';
import { CAUSE_DIRECTIONS, ERASED, type CauseResult } from '../../../core/artifacts/results/cause.ts';
import { LAYERS, share, signed, t, SHOWN } from './near.ts';

const STRENGTH = { answer: 1, depth: 0.15, height: 0.9, vertical: 0.8, random: 0.04 } as const;
export const cause: CauseResult = {
  analysis: 'cause',
  version: 1,
  axis: 'distance',
  tokens: 'last',
  groups: [100, 100],
  layers: LAYERS,
  choice: {
    layer: 'text.2',
    reason: 'a push of \u03b1 = 1 turns 92 % of the answers of the picking half there, no other layer turns more',
  },
  steering: [
    ...LAYERS.flatMap((layer) =>
      (['answer', 'random'] as const).map((direction) => ({
        layer,
        direction,
        length: 1,
        alpha: 1,
        half: 'picking' as const,
        flipped: share(STRENGTH[direction] * t(layer)),
        push: signed(5 * STRENGTH[direction] * t(layer)),
      })),
    ),
    ...CAUSE_DIRECTIONS.flatMap((direction) =>
      [0.25, 0.5, 1, 2].map((alpha) => ({
        layer: 'text.2',
        direction,
        length: 1,
        alpha,
        half: 'reported' as const,
        flipped: share(STRENGTH[direction] * (1 - Math.exp(-alpha))),
        push: signed(4 * alpha * STRENGTH[direction]),
      })),
    ),
  ],
  patching: LAYERS.flatMap((layer) =>
    ['last', 'words:1', 'words:2', 'image'].map((tokens) => ({
      layer,
      tokens,
      restored: signed(tokens === 'last' ? t(layer) : tokens === 'image' ? 0.9 * (1 - t(layer)) : 0.1),
    })),
  ),
  erasure: LAYERS.flatMap((layer) =>
    ERASED.map((erased) => ({
      layer,
      erased,
      method: erased === 'random' ? 'projection along a random direction' : 'LEACE on condition-balanced items',
      cells: AXES.flatMap((axis) =>
        SHOWN.map((condition) => {
          const was = axis === 'distance' && condition === 'counter' ? 0.1 : 0.95;
          const lost =
            erased === 'random'
              ? 0
              : axis === 'distance'
                ? 0.9 * t(layer)
                : axis === 'vertical' && erased === 'vertical'
                  ? t(layer)
                  : 0;
          return {
            axis,
            condition,
            before: share(was),
            after: share(was + (0.5 - was) * lost),
            change: signed((0.5 - was) * lost),
          };
        }),
      ),
    })),
  ),
};
