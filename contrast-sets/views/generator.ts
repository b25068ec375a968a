/**
 * Views: one scene from two or more cameras, with exact point correspondences, for matching (methods §4) and for
 * questions on two pictures.
 */
import { defineGenerator } from '../generator.ts';
import { orient, type OpenOutput } from '../orient.ts';
import { viewsParametersSchema } from './parameters.ts';
import { planViews, type ViewsSpec } from './plan.ts';

export const views = defineGenerator({
  name: 'views',
  version: 1,
  title:
    'is a place found again from the side? One scene from two or more cameras, 0–120° apart, with exact correspondences',
  parameters: viewsParametersSchema,
  build({ seed, parameters, inThreads }) {
    const specs = planViews(seed, parameters);
    const open = inThreads<ViewsSpec, OpenOutput>({ specs, base: import.meta.url, worker: './worker' });
    return {
      name: `views-${parameters.scenes}`,
      total: specs.length,
      scenes: (folder) => orient(open(folder), seed),
    };
  },
});
