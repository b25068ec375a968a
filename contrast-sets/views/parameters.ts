/** What sets of views are drawn from. */
import { z } from 'zod';
import { distinct, pictureSize, positiveRange, someOf } from '../fields.ts';
import { COLOUR_NAMES } from '../scene/colours.ts';
import { GROUNDS, SHAPES } from '../scene/model.ts';

/** Viewpoint change in degrees: how far the camera goes round the scene. */
export const BINS = [
  [8, 30],
  [30, 60],
  [60, 90],
  [90, 120],
] as const;
/** Strata of difficulty 1 − overlap (methods §4). */
export const STRATA = [
  [0, 0.33],
  [0.33, 0.66],
  [0.66, 1],
] as const;
/**
 * Objects that stand in one picture alone, so that places both pictures show have no match: in neither, in the second,
 * in both.
 */
export const DISTRACTORS = ['none', 'second', 'both'] as const;
export type Distractors = (typeof DISTRACTORS)[number];

export const viewsParametersSchema = z
  .strictObject({
    scenes: z.number().int().positive().default(240).describe('scenes, each seen from several cameras'),
    views: z
      .number()
      .int()
      .min(2)
      .max(8)
      .default(2)
      .describe('pictures of a scene: the first one and further ones, each of them paired with the first'),
    size: pictureSize(48),
    bins: z
      .array(z.tuple([z.number().min(0), z.number().max(180)]))
      .min(1)
      .default(BINS.map(([low, high]) => [low, high]))
      .describe('viewpoint change, degrees: how far the camera goes round the scene'),
    distractors: z
      .array(z.enum(DISTRACTORS))
      .min(1)
      .refine(distinct, 'must differ')
      .default([...DISTRACTORS])
      .describe('objects that stand in one picture alone: in neither, in the second, in both'),
    objects: z
      .tuple([z.number().int().min(3), z.number().int().max(8)])
      .default([4, 6])
      .describe('objects that both pictures’ scenes hold'),
    colours: z
      .array(z.enum(COLOUR_NAMES))
      .min(6)
      .refine(distinct, 'colours must differ')
      .default(['red', 'green', 'blue', 'yellow', 'purple', 'cyan', 'orange', 'white'])
      .describe('colours of the objects'),
    shapes: someOf(SHAPES, 'shapes of the objects'),
    grounds: someOf(GROUNDS, 'ground that a scene may have'),
    fov: positiveRange.default([40, 48]).describe('vertical field of view of the cameras, degrees'),
    pitch: positiveRange
      .refine(([, high]) => high < 80, 'at most 80 degrees')
      .default([30, 46])
      .describe('downward tilt of the cameras, degrees'),
    distance: positiveRange
      .default([4.4, 5.6])
      .describe('distance of the first camera from the middle of the scene along the ground, metres'),
    stride: z
      .number()
      .positive()
      .default(4)
      .describe('every how many-th row and column of a picture gives a point of the ground, in 224ths of the picture'),
    objectStride: z.number().positive().default(2).describe('the same for points of objects'),
    depthMaps: z
      .boolean()
      .default(false)
      .describe('a depth map of each picture is written too (16-bit PNG, millimetres)'),
  })
  .refine(({ objects: [least, most] }) => least <= most, {
    path: ['objects'],
    message: 'the first number of a range must not exceed the second',
  })
  .refine(
    ({ objects: [, most], distractors, colours, shapes }) =>
      most + (distractors.some((kind) => kind !== 'none') ? 2 : 0) <= colours.length * shapes.length,
    { path: ['objects'], message: 'more objects than colours and shapes can name' },
  );
export type ViewsParameters = Readonly<z.output<typeof viewsParametersSchema>>;
