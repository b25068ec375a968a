/** What sets of views are drawn from. */
import { z } from 'zod';
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

const range = z
  .tuple([z.number().positive(), z.number().positive()])
  .refine(([low, high]) => low <= high, 'the first number of a range must not exceed the second');
const distinct = (values: readonly unknown[]): boolean => new Set(values).size === values.length;

export const viewsParametersSchema = z
  .strictObject({
    scenes: z.number().int().positive().default(240),
    /** Pictures of a scene: the first one and further ones, each of them paired with the first. */
    views: z.number().int().min(2).max(8).default(2),
    /** Width and height of the pictures, pixels. */
    size: z.number().int().min(48).max(4096).default(224),
    /** Viewpoint change, degrees. */
    bins: z
      .array(z.tuple([z.number().min(0), z.number().max(180)]))
      .min(1)
      .default(BINS.map(([low, high]) => [low, high])),
    distractors: z
      .array(z.enum(DISTRACTORS))
      .min(1)
      .refine(distinct, 'must differ')
      .default([...DISTRACTORS]),
    /** Objects that both pictures' scenes hold. */
    objects: z.tuple([z.number().int().min(3), z.number().int().max(8)]).default([4, 6]),
    colours: z
      .array(z.enum(COLOUR_NAMES))
      .min(6)
      .refine(distinct, 'colours must differ')
      .default(['red', 'green', 'blue', 'yellow', 'purple', 'cyan', 'orange', 'white']),
    shapes: z
      .array(z.enum(SHAPES))
      .min(1)
      .default([...SHAPES]),
    grounds: z
      .array(z.enum(GROUNDS))
      .min(1)
      .default([...GROUNDS]),
    fov: range.default([40, 48]),
    /** Downward tilt of the cameras, degrees. */
    pitch: range.refine(([, high]) => high < 80, 'at most 80 degrees').default([30, 46]),
    /** Distance of the first camera from the middle of the scene along the ground, metres. */
    distance: range.default([4.4, 5.6]),
    /**
     * Every how many-th row and column of a picture gives a point of the ground, and of an object; in 224ths of the
     * picture.
     */
    stride: z.number().positive().default(4),
    objectStride: z.number().positive().default(2),
    /** Whether a depth map of each picture is written too (16-bit PNG, millimetres). */
    depthMaps: z.boolean().default(false),
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
