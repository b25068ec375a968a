/**
 * SpatialTunnel (methods §3): a square tunnel in true perspective, two objects at fixed depths, each at one of sixteen
 * places around the axis.
 */
import { defineGenerator } from '../generator.ts';
import { orient, type OpenOutput } from '../orient.ts';
import { ANGLES, tunnelParametersSchema } from './parameters.ts';
import { planTunnel, type TunnelSpec } from './plan.ts';

export const tunnel = defineGenerator({
  name: 'tunnel',
  version: 1,
  title:
    'does the answer follow depth, or where on a ring the objects are? A tunnel, two objects, 16 × 16 angular positions (SpatialTunnel)',
  parameters: tunnelParametersSchema,
  scenes: {
    meaning: 'about how many pictures',
    scaled: (count) => ({ instances: 2 * Math.max(1, Math.ceil(count / (2 * ANGLES * ANGLES))), pictures: count }),
  },
  build({ seed, parameters, inThreads }) {
    const specs = planTunnel(seed, parameters);
    const open = inThreads<TunnelSpec, OpenOutput>({ specs, base: import.meta.url, worker: './worker' });
    return {
      name: `tunnel-${parameters.variant}-${parameters.instances}`,
      total: specs.length,
      scenes: (folder) => orient(open(folder), seed),
      allowedDepthCues: [
        'perspective: distance from the vanishing point',
        'size and gradient of the tiles',
        'light that falls off and haze',
        'darkening of the wall near an object',
        'occlusion',
      ],
    };
  },
});
