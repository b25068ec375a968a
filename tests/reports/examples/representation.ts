/** The representation as a whole. */
import { axesName, ENTANGLED_AXES } from '../../../core/artifacts/results.ts';
import { AXES } from '../../../core/artifacts/contrast-set.ts';
import type {
  AnglesResult,
  DisentanglementResult,
  StatePcaResult,
} from '../../../core/artifacts/results/representation.ts';
import type { SimilarityResult } from '../../../core/artifacts/results/similarity.ts';
import { estimate } from '../synthetic.ts';
import { LAYERS, near, share, t, SHOWN } from './near.ts';

export const similarity = (measure: 'cka' | 'rsa', other?: readonly string[]): SimilarityResult => ({
  analysis: other ? 'cka-between' : measure,
  version: 1,
  measure,
  estimator: measure === 'cka' ? 'debiased' : 'correlation distance, Spearman',
  selection: 'last',
  rows: { checkpoint: 'tiny-shortcut', layers: LAYERS },
  columns: { checkpoint: other ? 'tiny-balanced' : 'tiny-shortcut', layers: [...(other ?? LAYERS)] },
  matrix: LAYERS.map((_, i) =>
    (other ?? LAYERS).map((__, j) => estimate(i === j && !other ? 1 : near(Math.exp(-Math.abs(i - j) / 2.5)), 0.05)),
  ),
  n: 400,
  groups: 200,
  of: 400,
  chance: 0,
});
export const angles: AnglesResult = {
  analysis: 'principal-angles',
  version: 3,
  selection: 'last',
  kind: 'question-swap',
  k: 3,
  layers: LAYERS.map((layer) => ({
    layer,
    pairs: ENTANGLED_AXES.flatMap((axes) =>
      SHOWN.map((condition) => ({
        axes,
        condition,
        angles: [near(axesName(axes) === 'VD' ? 80 - 65 * t(layer) : 78, 2), near(82, 2), near(87, 1)].map(
          (value, i) => ({
            order: i + 1,
            angle:
              i > 0 && layer === 'text.embed'
                ? {
                    ...estimate(value, 0),
                    interval: null,
                    intervalKind: null,
                    note: 'no interval: the scenes determine 1 of the 3 directions of the vertical axis, noise decides the others',
                  }
                : estimate(value, 4 - i, { intervalKind: 'delete-a-group jackknife', n: 400, groups: 100 }, [0, 90]),
          }),
        ),
        chance: [
          [74, 84],
          [80, 87],
          [84, 89],
        ] as [number, number][],
        floor: [[near(12, 2)], [near(14, 2)]] as [number[], number[]],
        determined: [layer === 'text.embed' ? 1 : 3, 3] as [number, number],
        n: [200, 200] as [number, number],
        groups: [100, 100] as [number, number],
      })),
    ),
  })),
};
export const statePca: StatePcaResult = {
  analysis: 'state-pca',
  version: 1,
  selection: 'last',
  layer: 'text.3',
  explainedVariance: [0.38, 0.22, 0.1],
  n: 240,
  groups: 60,
  points: AXES.flatMap((axis) =>
    SHOWN.flatMap((condition) =>
      (axis === 'distance' ? ['far', 'close'] : axis === 'vertical' ? ['above', 'below'] : ['left', 'right']).flatMap(
        (answer, k) =>
          Array.from({ length: 20 }, (_, i) => {
            const side = (k === 0 ? 1 : -1) * (axis === 'distance' && condition === 'counter' ? -1 : 1);
            return {
              item: `scene-${i}/${axis}/${k}`,
              axis,
              condition,
              answer,
              x: near((axis === 'horizontal' ? 2 : 0.4) * side, 1),
              y: near((axis === 'horizontal' ? 0.2 : 2) * side, 1),
              z: 0,
            };
          }),
      ),
    ),
  ),
};
const bare = (value: ReturnType<typeof estimate>): ReturnType<typeof estimate> => ({
  ...value,
  interval: null,
  intervalKind: null,
  note: 'no interval',
});
const deleted = (value: ReturnType<typeof estimate>): ReturnType<typeof estimate> => ({
  ...value,
  intervalKind: 'delete-a-group jackknife',
});
export const disentanglement: DisentanglementResult = {
  analysis: 'disentanglement',
  version: 1,
  selection: 'last',
  codes: 'components',
  k: 10,
  factors: ['depth', 'height', 'x'],
  importance: 'absolute weights of a lasso',
  n: 400,
  groups: 100,
  layers: LAYERS.map((layer) => ({
    layer,
    disentanglement: bare(share(0.3 + 0.3 * t(layer))),
    completeness: bare(share(0.25 + 0.3 * t(layer))),
    informativeness: deleted(share(0.5 + 0.4 * t(layer))),
    mig: deleted(share(0.05 + 0.1 * t(layer))),
    sap: bare(share(0.1 + 0.15 * t(layer))),
    importances: [],
    mutualInformation: [],
  })),
};
