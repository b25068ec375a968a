/**
 * One small result of each kind, for a checkpoint that goes by height: what golden figures and tests of layout are
 * drawn from. The order of the files is the order in which their numbers are drawn.
 */
import type { AnyResult } from '../../../core/artifacts/results/types.ts';
import type { FigurePicture } from '../../../reports/forms/of-result.ts';
import { LAYERS } from './near.ts';
import { cause } from './cause.ts';
import { correspondence, PICTURES } from './correspondence.ts';
import * as probes from './probes.ts';
import * as representation from './representation.ts';
import * as lenses from './lenses.ts';
import { comparison, robustness, training } from './checkpoints.ts';

/** By name of the file that a run would write. */
export const EXAMPLES: Readonly<Record<string, AnyResult>> = {
  cause,
  correspondence,
  classes: probes.classProbes,
  numbers: probes.ridge,
  'low-rank': probes.lowRank,
  mlp: probes.mlp,
  controls: probes.controls,
  nuisance: probes.nuisance,
  mdl: probes.mdl,
  'learning-curve': probes.learning,
  erasure: probes.erasure,
  transfer: probes.transfer,
  cka: representation.similarity('cka'),
  rsa: representation.similarity('rsa'),
  'cka-between': representation.similarity('cka', LAYERS.slice(1)),
  angles: representation.angles,
  pca: representation.statePca,
  disentanglement: representation.disentanglement,

  ...lenses,
  compare: comparison,
  robustness,
  training,
};

/** Two flat pictures, a few bytes each: what lies under correspondence lines. */
export const EXAMPLE_PICTURES: ReadonlyMap<string, FigurePicture> = new Map(
  PICTURES.map((path, i) => [
    path,
    {
      url: `data:image/png;base64,${['iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAYAAABytg0kAAAABHNCSVQICAgIfAhkiAAAAAFzUkdCAK7OHOkAAAAaSURBVAiZY9x5+cV/BgYGBpZr27sYGBgYGABEOAWQOLPXZwAAAABJRU5ErkJggg==', 'iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAYAAABytg0kAAAABHNCSVQICAgIfAhkiAAAAAFzUkdCAK7OHOkAAAAbSURBVAiZYzx588V/BgYGBpZrBycxMDAwMAAARh4FuOgcLgcAAAAASUVORK5CYII='][i]}`,
      width: 84,
      height: 84,
    },
  ]),
);
