/** What perspective scenes are drawn from, validated at the door. Lengths in pictures are in heights of the picture. */
import { z } from 'zod';
import { AMBIGUOUS_BELOW } from '../../core/artifacts/contrast-set.ts';
import { PlumblineError } from '../../core/errors.ts';
import { issuesOf } from '../../core/formats/json.ts';
import { COLOUR_NAMES } from '../scene/colours.ts';
import { CATEGORIES, GROUND_KINDS, GROUNDS, SHAPES } from '../scene/model.ts';
import { AIR, LIGHT } from '../scene/sample.ts';

const range = z
  .tuple([z.number(), z.number()])
  .refine(([low, high]) => low <= high, 'the first number of a range must not exceed the second');
const distinct = <T>(values: readonly T[]): boolean => new Set(values).size === values.length;

export const perspectiveOptionsSchema = z.strictObject({
  colours: z.array(z.enum(COLOUR_NAMES)).min(2).refine(distinct, 'colours must differ').readonly(),
  shapes: z.array(z.enum(SHAPES)).min(1).readonly(),
  /** Things with a usual size in place of shapes; none: shapes. */
  categories: z.array(z.enum(CATEGORIES)).refine(distinct, 'categories must differ').readonly(),
  /**
   * `typical`: things have their usual sizes, give or take `relativeSize`, so that known size tells distance where
   * apparent size may not; `alike`: all are built equally large.
   */
  knownSize: z.enum(['typical', 'alike']),
  grounds: z.array(z.enum(GROUND_KINDS)).min(1).readonly(),
  /** Share of scenes in a room, and the grounds there. */
  indoor: z.number().min(0).max(1),
  floors: z.array(z.enum(GROUND_KINDS)).min(1).readonly(),
  /** Weights of 0, 1, 2, … distractors. */
  distractors: z.array(z.number().nonnegative()).min(1).readonly(),
  /** Share of a target that nearer things may cover. */
  overlap: z.number().min(0).max(0.6),
  /** Share of objects with a pattern. */
  patterned: z.number().min(0).max(1),
  /** Ranges of the camera's downward tilt and vertical field of view, degrees, and of its height, metres. */
  pitch: range.refine(([low, high]) => low >= 0 && high <= 45, 'must lie between 0 and 45'),
  fov: range.refine(([low, high]) => low >= 20 && high <= 90, 'must lie between 20 and 90'),
  cameraHeight: range,
  /**
   * Range of the row at which the ground under the near target lies: above 1 it is out of the picture. The camera's
   * height follows from it.
   */
  footRow: range,
  /** Where the light comes from and how strong it is; clouds (opacity) and haze (metres). */
  light: z.strictObject({
    azimuth: range,
    elevation: range.refine(([low, high]) => low >= 10 && high <= 80, 'must lie between 10 and 80'),
    sun: range,
    ambient: range,
  }),
  air: z.strictObject({ clouds: range, haze: range.refine(([low]) => low > 0, 'must be above 0') }),
  /**
   * Range of the dial of complexity, 0–1, which sets number of objects, overlap, texture and lighting together in place
   * of `distractors`, `overlap`, `patterned`, `light`, `air` and `noise`.
   */
  complexity: range.refine(([low, high]) => low >= 0 && high <= 1, 'must lie between 0 and 1').optional(),
  /** Range of far depth over near depth. */
  depthRatio: range.refine(([low]) => low > 1, 'the far object must be farther'),
  /** Range of the near target's apparent diameter. */
  nearDiameter: range,
  /** Range of metric sizes relative to each other. */
  relativeSize: range,
  /** Smallest |Δy| of consistent and counter scenes. */
  clearHeight: z.number().min(AMBIGUOUS_BELOW),
  /** Range of |Δy| of ambiguous scenes; not 0, so that above and below still have an answer. */
  ambiguousHeight: range.refine(
    ([low, high]) => low > 0 && high < AMBIGUOUS_BELOW,
    `must lie between 0 and ${AMBIGUOUS_BELOW}`,
  ),
  /** Smallest |Δx|. */
  clearWidth: z.number().positive(),
  /** Range of the sensor noise's standard deviation, in grey levels. */
  noise: range,
});
export type PerspectiveOptions = Readonly<z.infer<typeof perspectiveOptionsSchema>>;

export const PERSPECTIVE_DEFAULTS: PerspectiveOptions = {
  colours: ['red', 'green', 'blue', 'yellow', 'purple', 'cyan'],
  shapes: SHAPES,
  grounds: GROUNDS,
  categories: [],
  knownSize: 'typical',
  indoor: 0,
  floors: ['wood', 'tiles', 'carpet'],
  distractors: [0.35, 0.4, 0.25],
  overlap: 0.3,
  patterned: 0,
  pitch: [10, 16],
  fov: [44, 54],
  cameraHeight: [0, 100],
  footRow: [0.82, 1.04],
  light: {
    azimuth: [...LIGHT.azimuth],
    elevation: [...LIGHT.elevation],
    sun: [...LIGHT.sun],
    ambient: [...LIGHT.ambient],
  },
  air: { clouds: [...AIR.clouds], haze: [...AIR.haze] },
  depthRatio: [1.65, 2.3],
  nearDiameter: [0.195, 0.25],
  relativeSize: [0.92, 1.09],
  clearHeight: 0.08,
  ambiguousHeight: [0.015, 0.035],
  clearWidth: 0.12,
  noise: [0.6, 1.6],
};

export const perspectiveParametersSchema = z.strictObject({
  /** Scenes a condition. */
  scenes: z
    .strictObject({
      consistent: z.number().int().nonnegative().default(200),
      counter: z.number().int().nonnegative().default(200),
      ambiguous: z.number().int().nonnegative().default(50),
    })
    .prefault({}),
  /** Width and height of the pictures, pixels. */
  size: z.number().int().min(32).max(4096).default(224),
  options: perspectiveOptionsSchema
    .partial()
    .default({})
    .transform((options): PerspectiveOptions => ({ ...PERSPECTIVE_DEFAULTS, ...options })),
});
export type PerspectiveParameters = Readonly<z.output<typeof perspectiveParametersSchema>>;

/** Scenes a condition for `--scenes N`: N consistent, N counter-heuristic, a quarter as many ambiguous ones. */
export function perspectiveCounts(scenes: number): { consistent: number; counter: number; ambiguous: number } {
  return { consistent: scenes, counter: scenes, ambiguous: Math.round(scenes / 4) };
}

/** Distractors at full complexity. */
export const MOST_DISTRACTORS = 6;

/** Most distractors that a scene can have. */
export function mostDistractors({
  distractors,
  complexity,
}: Pick<PerspectiveOptions, 'distractors' | 'complexity'>): number {
  return complexity === undefined
    ? distractors.length - 1
    : Math.min(MOST_DISTRACTORS, Math.floor(complexity[1] * (MOST_DISTRACTORS + 1)));
}

/** Fills in defaults; throws `invalid-parameters` naming the field. */
export function perspectiveParameters(input: z.input<typeof perspectiveParametersSchema> = {}): PerspectiveParameters {
  const parsed = perspectiveParametersSchema.safeParse(input);
  if (!parsed.success)
    throw new PlumblineError('invalid-parameters', issuesOf(parsed.error), {
      where: 'perspective set',
      hint: "see the perspective generator's parameters",
    });
  const { scenes, options } = parsed.data;
  if (scenes.consistent + scenes.counter + scenes.ambiguous === 0) {
    throw new PlumblineError('invalid-parameters', 'no scenes asked for', {
      where: 'perspective set',
      hint: 'ask for at least one scene',
    });
  }
  // Past four distractors, colours may occur again on another shape; never those of the targets.
  const needed = Math.min(mostDistractors(options), 4) + 2;
  if (options.colours.length < needed) {
    throw new PlumblineError('invalid-parameters', `${options.colours.length} colours for up to ${needed} objects`, {
      where: 'perspective set',
      hint: 'give more colours or fewer distractors',
    });
  }
  const things = options.categories.length > 0 ? options.categories.length : options.shapes.length;
  if (mostDistractors(options) > (options.colours.length - 2) * things) {
    throw new PlumblineError(
      'invalid-parameters',
      `${options.colours.length} colours and ${things} shapes for up to ${mostDistractors(options) + 2} objects`,
      { where: 'perspective set', hint: 'give more colours or shapes, or fewer distractors' },
    );
  }
  return parsed.data;
}
