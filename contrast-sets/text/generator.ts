/**
 * The text set: scenes told in words, no pictures, for text encoders and language decoders. Relations and their
 * arguments, chains of relations, drawn grids, numbers; every scene as a question swap, an intervention on the text,
 * and a rewording that must not change the answer.
 */
import type { Pair } from '../../core/artifacts/contrast-set.ts';
import type { SceneOutput } from '../build.ts';
import { defineGenerator } from '../generator.ts';
import { chainPairs, chainScenes } from './chain.ts';
import { gridPairs, gridScenes } from './grid.ts';
import { numberPairs, numberScenes } from './number.ts';
import { textParametersSchema, type TextParameters, type TextTask } from './parameters.ts';
import { relationPairs, relationScenes } from './relation.ts';

const TASKS: Readonly<Record<TextTask, (seed: number, parameters: TextParameters) => Iterable<Pair[]>>> = {
  *relation(seed, { scenes }) {
    for (const spec of relationScenes(seed, scenes)) yield relationPairs(spec, seed);
  },
  *chain(seed, { scenes, maxHops }) {
    for (const spec of chainScenes(seed, scenes, maxHops)) yield chainPairs(spec, seed, maxHops);
  },
  *grid(seed, { scenes, gridSize }) {
    for (const spec of gridScenes(seed, scenes)) yield gridPairs(spec, seed, gridSize);
  },
  *number(seed, { scenes }) {
    for (const spec of numberScenes(seed, scenes)) yield numberPairs(spec, seed);
  },
};

export const text = defineGenerator({
  name: 'text',
  version: 1,
  title:
    'is the relation understood in words alone? Argument order, inverse relations, chains, drawn grids and numbers, without pictures',
  parameters: textParametersSchema,
  build: ({ seed, parameters }) => ({
    name: `text-${parameters.scenes}`,
    total: parameters.scenes * parameters.tasks.length,
    *scenes(): Iterable<SceneOutput> {
      for (const task of new Set(parameters.tasks))
        for (const pairs of TASKS[task](seed, parameters)) yield { pairs, images: {} };
    },
  }),
});
