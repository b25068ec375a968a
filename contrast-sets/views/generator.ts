/**
 * Views: one scene from two or more cameras, with exact point correspondences, for matching (methods §4) and for
 * questions on two pictures.
 */
import { buildSet, fromWorkers } from '../build.ts';
import { parametersOf, type Generator } from '../generator.ts';
import { orient, type OpenOutput } from '../orient.ts';
import { viewsParametersSchema } from './parameters.ts';
import { planViews, type ViewsSpec } from './plan.ts';

const NAME = 'views';
/** Raised whenever the same seed and parameters give other pictures or pairs. */
const VERSION = 1;

export const views: Generator = {
  name: NAME,
  version: VERSION,
  description:
    'is a place found again from the side? One scene from two or more cameras, 0–120° apart, with exact correspondences',
  parameters: viewsParametersSchema,
  scaled: (count) => ({ scenes: count }),
  async generate({ directory, seed = 0, workers, onProgress, signal, parameters: input }) {
    const parameters = parametersOf(NAME, viewsParametersSchema, input);
    const specs = planViews(seed, parameters);
    const open = fromWorkers<ViewsSpec, OpenOutput>({
      specs,
      base: import.meta.url,
      worker: './worker',
      data: { seed, parameters },
      workers,
      signal,
    });
    return buildSet(
      {
        directory,
        name: `views-${parameters.scenes}`,
        generator: NAME,
        generatorVersion: VERSION,
        seed,
        parameters: { ...parameters },
        total: specs.length,
        onProgress,
        signal,
      },
      (folder) => orient(open(folder), seed),
    );
  },
};
