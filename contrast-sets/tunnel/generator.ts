/**
 * SpatialTunnel (methods §3): a square tunnel in true perspective, two objects at fixed depths, each at one of sixteen
 * places around the axis.
 */
import { buildSet, fromWorkers } from '../build.ts';
import { parametersOf, type Generator } from '../generator.ts';
import { orient, type OpenOutput } from '../orient.ts';
import { ANGLES, tunnelParametersSchema } from './parameters.ts';
import { planTunnel, type TunnelSpec } from './plan.ts';

const NAME = 'tunnel';
/** Raised whenever the same seed and parameters give other pictures or pairs. */
const VERSION = 1;

/** Cues from which a model may legitimately read depth in these pictures. */
const CUES = [
  'perspective: distance from the vanishing point',
  'size and gradient of the tiles',
  'light that falls off and haze',
  'darkening of the wall near an object',
  'occlusion',
];

export const tunnel: Generator = {
  name: NAME,
  version: VERSION,
  description:
    'does the answer follow depth, or where on a ring the objects are? A tunnel, two objects, 16 × 16 angular positions (SpatialTunnel)',
  parameters: tunnelParametersSchema,
  scaled: (count) => ({ instances: 2 * Math.max(1, Math.ceil(count / (2 * ANGLES * ANGLES))), pictures: count }),
  async generate({ directory, seed = 0, workers, onProgress, signal, parameters: input }) {
    const parameters = parametersOf(NAME, tunnelParametersSchema, input);
    const specs = planTunnel(seed, parameters);
    const open = fromWorkers<TunnelSpec, OpenOutput>({
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
        name: `tunnel-${parameters.variant}-${parameters.instances}`,
        generator: NAME,
        generatorVersion: VERSION,
        seed,
        parameters: { ...parameters },
        allowedDepthCues: CUES,
        total: specs.length,
        onProgress,
        signal,
      },
      (folder) => orient(open(folder), seed),
    );
  },
};
