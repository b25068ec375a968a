/** What perspective scenes are drawn from, validated at the door. Lengths in pictures are in heights of the picture. */
import { z } from 'zod';
import { AMBIGUOUS_BELOW } from '../../core/artifacts/contrast-set.ts';
import { distinct, pictureSize, range } from '../fields.ts';
import { parametersOf } from '../generator.ts';
import { COLOUR_NAMES } from '../scene/colours.ts';
import { CATEGORIES, GROUND_KINDS, GROUNDS, SHAPES } from '../scene/model.ts';
import { AIR, LIGHT } from '../scene/sample.ts';

const share = z.number().min(0).max(1);

export const perspectiveOptionsSchema = z.strictObject({
  colours: z
    .array(z.enum(COLOUR_NAMES))
    .min(2)
    .refine(distinct, 'colours must differ')
    .readonly()
    .default(['red', 'green', 'blue', 'yellow', 'purple', 'cyan'])
    .describe('colours of the objects'),
  shapes: z.array(z.enum(SHAPES)).min(1).readonly().default(SHAPES).describe('shapes of the objects'),
  categories: z
    .array(z.enum(CATEGORIES))
    .refine(distinct, 'categories must differ')
    .readonly()
    .default([])
    .describe('things with a usual size in place of shapes; none: shapes'),
  knownSize: z
    .enum(['typical', 'alike'])
    .default('typical')
    .describe(
      'typical: things have their usual sizes, give or take relativeSize, so that known size tells distance where apparent size may not; alike: all are built equally large',
    ),
  grounds: z.array(z.enum(GROUND_KINDS)).min(1).readonly().default(GROUNDS).describe('grounds outdoors'),
  indoor: share.default(0).describe('share of scenes in a room'),
  floors: z
    .array(z.enum(GROUND_KINDS))
    .min(1)
    .readonly()
    .default(['wood', 'tiles', 'carpet'])
    .describe('grounds in a room'),
  distractors: z
    .array(z.number().nonnegative())
    .min(1)
    .readonly()
    .default([0.35, 0.4, 0.25])
    .describe('weights of 0, 1, 2, … distractors'),
  overlap: z.number().min(0).max(0.6).default(0.3).describe('share of a target that nearer things may cover'),
  patterned: share.default(0).describe('share of objects with a pattern'),
  pitch: range
    .refine(([low, high]) => low >= 0 && high <= 45, 'must lie between 0 and 45')
    .default([10, 16])
    .describe('downward tilt of the camera, degrees'),
  fov: range
    .refine(([low, high]) => low >= 20 && high <= 90, 'must lie between 20 and 90')
    .default([44, 54])
    .describe('vertical field of view, degrees'),
  cameraHeight: range.default([0, 100]).describe('height of the camera, metres'),
  footRow: range
    .default([0.82, 1.04])
    .describe(
      'row at which the ground under the near target lies: above 1 it is out of the picture; the camera’s height follows from it',
    ),
  light: z
    .strictObject({
      azimuth: range.default([...LIGHT.azimuth]).describe('where the light comes from, degrees'),
      elevation: range
        .refine(([low, high]) => low >= 10 && high <= 80, 'must lie between 10 and 80')
        .default([...LIGHT.elevation])
        .describe('how high it stands, degrees'),
      sun: range.default([...LIGHT.sun]).describe('strength of direct light'),
      ambient: range.default([...LIGHT.ambient]).describe('strength of light from all sides'),
    })
    .prefault({}),
  air: z
    .strictObject({
      clouds: range.default([...AIR.clouds]).describe('opacity of the clouds'),
      haze: range
        .refine(([low]) => low > 0, 'must be above 0')
        .default([...AIR.haze])
        .describe('distance of haze, metres'),
    })
    .prefault({}),
  complexity: range
    .refine(([low, high]) => low >= 0 && high <= 1, 'must lie between 0 and 1')
    .optional()
    .describe(
      'dial of complexity, 0–1, which sets number of objects, overlap, texture and lighting together in place of distractors, overlap, patterned, light, air and noise',
    ),
  depthRatio: range
    .refine(([low]) => low > 1, 'the far object must be farther')
    .default([1.65, 2.3])
    .describe('far depth over near depth'),
  nearDiameter: range.default([0.195, 0.25]).describe('apparent diameter of the near target'),
  relativeSize: range.default([0.92, 1.09]).describe('metric sizes relative to each other'),
  clearHeight: z.number().min(AMBIGUOUS_BELOW).default(0.08).describe('smallest |Δy| of consistent and counter scenes'),
  ambiguousHeight: range
    .refine(([low, high]) => low > 0 && high < AMBIGUOUS_BELOW, `must lie between 0 and ${AMBIGUOUS_BELOW}`)
    .default([0.015, 0.035])
    .describe('|Δy| of ambiguous scenes; not 0, so that above and below still have an answer'),
  clearWidth: z.number().positive().default(0.12).describe('smallest |Δx|'),
  noise: range.default([0.6, 1.6]).describe('standard deviation of the sensor’s noise, grey levels'),
});
export type PerspectiveOptions = Readonly<z.infer<typeof perspectiveOptionsSchema>>;

export const PERSPECTIVE_DEFAULTS: PerspectiveOptions = perspectiveOptionsSchema.parse({});

type Counts = Readonly<Record<'consistent' | 'counter' | 'ambiguous', number>>;
const count = z.number().int().nonnegative();

/** Scenes a condition, by default as many as given. */
export const scenesPerCondition = ({ consistent, counter, ambiguous }: Counts) =>
  z
    .strictObject({
      consistent: count.default(consistent).describe('scenes whose farther object is higher in the picture'),
      counter: count.default(counter).describe('scenes whose farther object is lower'),
      ambiguous: count.default(ambiguous).describe('scenes whose objects are about level'),
    })
    .prefault({});

export const perspectiveParametersSchema = z
  .strictObject({
    scenes: scenesPerCondition({ consistent: 200, counter: 200, ambiguous: 50 }),
    size: pictureSize(),
    options: perspectiveOptionsSchema.prefault({}),
  })
  .check(refuseImpossible);
export type PerspectiveParameters = Readonly<z.output<typeof perspectiveParametersSchema>>;

/** Scenes a condition for `--scenes N`: N consistent, N counter-heuristic, a quarter as many ambiguous ones. */
export function perspectiveCounts(scenes: number): { consistent: number; counter: number; ambiguous: number } {
  return { consistent: scenes, counter: scenes, ambiguous: Math.round(scenes / 4) };
}

/** What `--scenes` means for sets of perspective scenes. */
export const perspectiveScenes = {
  meaning: 'consistent scenes, and as many counter-heuristic ones, and a quarter as many ambiguous ones',
  scaled: (scenes: number) => ({ scenes: perspectiveCounts(scenes) }),
};

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

/** Refuses parameters that leave no scene, or more objects than colours and shapes can name. */
export function refuseImpossible({
  value: { scenes, options },
  issues,
}: z.core.ParsePayload<{ scenes: Counts; options: PerspectiveOptions }>): void {
  const refuse = (message: string, ...path: string[]): void =>
    void issues.push({ code: 'custom', message, path, input: undefined });
  if (scenes.consistent + scenes.counter + scenes.ambiguous === 0)
    refuse('no scenes asked for: ask for at least one', 'scenes');
  const most = mostDistractors(options);
  const colours = options.colours.length;
  // Past four distractors, colours may occur again on another shape; never those of the targets.
  const needed = Math.min(most, 4) + 2;
  const things = options.categories.length > 0 ? options.categories.length : options.shapes.length;
  if (colours < needed)
    refuse(
      `${colours} colours for up to ${needed} objects: give more colours or fewer distractors`,
      'options',
      'colours',
    );
  else if (most > (colours - 2) * things)
    refuse(
      `${colours} colours and ${things} shapes for up to ${most + 2} objects: give more colours or shapes, or fewer distractors`,
      'options',
      'colours',
    );
}

/** Fills in defaults; throws `invalid-parameters` naming the field. */
export const perspectiveParameters = (input: z.input<typeof perspectiveParametersSchema> = {}): PerspectiveParameters =>
  parametersOf('perspective', perspectiveParametersSchema, input);
