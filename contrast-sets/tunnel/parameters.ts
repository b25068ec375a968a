/**
 * What tunnel pictures are made of. SpatialTunnel publishes the grid, the shapes, colours, roughness and sizes; depths,
 * ring radius and camera are not published, so they are parameters here and printed in `set.json`.
 */
import { z } from 'zod';
import { distinct, pictureSize, positiveRange } from '../fields.ts';
import { COLOUR_NAMES } from '../scene/colours.ts';

/** Angular positions on the ring. */
export const ANGLES = 16;
/**
 * Radius (half edge times 1/.79 of a cube) of the far and the near object, times U[1, 1.5]: with depths 4 and 2 both
 * look equally large.
 */
export const BASE_SIZES = [0.2, 0.1] as const;
export const SIZE_FACTOR = [1, 1.5] as const;
/** Size variant: the two sizes add up to this; the far one takes eleven values. */
export const SIZE_SUM = 0.4;
export const FAR_SIZES = [0.1, 0.12, 0.14, 0.16, 0.18, 0.2, 0.22, 0.24, 0.26, 0.28, 0.3] as const;
export const ROUGHNESS = [0.05, 1] as const;
export const TEMPLATES = ['closer', 'farther', 'far-close'] as const;
export type Template = (typeof TEMPLATES)[number];

export const tunnelParametersSchema = z
  .strictObject({
    variant: z
      .enum(['phase', 'size'])
      .default('phase')
      .describe(
        'phase: all pairs of angles, sizes near those published; size: the objects opposite each other, eleven ratios of their sizes',
      ),
    instances: z
      .number()
      .int()
      .positive()
      .multipleOf(2)
      .default(12)
      .describe('random appearances; two of them share the objects, which trade depths'),
    pictures: z
      .number()
      .int()
      .positive()
      .optional()
      .describe(
        'at most about that many, drawn at random from the grid; defaults to all (256 an instance; size variant: 176)',
      ),
    size: pictureSize(),
    depths: z
      .tuple([z.number().positive(), z.number().positive()])
      .default([2, 4])
      .describe('of the near and of the far object, metres from the camera’s plane'),
    ring: z
      .number()
      .positive()
      .max(0.8)
      .default(0.6)
      .describe('distance of the objects from the axis of the tunnel, metres'),
    width: z.number().positive().default(2).describe('width and height of the tunnel, metres'),
    length: z.number().positive().default(40).describe('distance of the end wall, metres'),
    fov: z.number().min(20).max(110).default(52).describe('vertical field of view, degrees'),
    haze: positiveRange
      .default([10, 15])
      .describe('distance at which haze has taken 63 % of a thing’s own colour, metres'),
    colours: z
      .array(z.enum(COLOUR_NAMES))
      .min(2)
      .refine(distinct, 'colours must differ')
      .default(['red', 'green', 'blue', 'yellow', 'cyan', 'magenta', 'black'])
      .describe('colours of the objects'),
    shapes: z
      .array(z.enum(['sphere', 'box']))
      .min(1)
      .refine(distinct, 'shapes must differ')
      .default(['sphere', 'box'])
      .describe('shapes of the objects'),
    templates: z
      .array(z.enum(TEMPLATES))
      .min(1)
      .refine(distinct, 'templates must differ')
      .default([...TEMPLATES])
      .describe(
        'questions on the distance axis: yes/no ones of SpatialTunnel, two each, and that of the perspective set',
      ),
    otherAxes: z
      .boolean()
      .default(true)
      .describe(
        'left/right and above/below are asked too, where the objects are clearly apart: for axis geometry, and to see whether the pictures are readable',
      ),
  })
  .refine(({ depths: [near, far] }) => near < far, { path: ['depths'], message: 'near first, then far' })
  .refine(({ depths: [, far], length }) => far < length, {
    path: ['length'],
    message: 'the end wall must stand behind the far object',
  });
export type TunnelParameters = Readonly<z.output<typeof tunnelParametersSchema>>;
