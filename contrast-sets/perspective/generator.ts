/**
 * The perspective set: scenes whose farther object is higher (consistent), lower (counter) or level (ambiguous) in the
 * picture. Six pairs a scene and four pictures: the scene, and one per axis in which the two targets have traded places
 * on it; each picture with its mask.
 */
import { defineGenerator } from '../generator.ts';
import { ALLOWED_DEPTH_CUES } from './nuisance.ts';
import { perspectiveParametersSchema, perspectiveScenes } from './parameters.ts';
import { planScenes } from './plan.ts';

export const perspective = defineGenerator({
  name: 'perspective',
  version: 3,
  title:
    'is "far" read off "higher in the picture"? Two objects whose depth and height agree, disagree or are unrelated',
  parameters: perspectiveParametersSchema,
  scenes: perspectiveScenes,
  build({ seed, parameters, inThreads }) {
    const specs = planScenes(seed, parameters);
    return {
      name: `perspective-${specs.length}`,
      total: specs.length,
      scenes: inThreads({ specs, base: import.meta.url, worker: './worker' }),
      allowedDepthCues: ALLOWED_DEPTH_CUES,
    };
  },
});
