/** What perspective scenes are drawn from, validated at the door. Lengths in pictures are in heights of the picture. */
import { z } from 'zod';
import { AMBIGUOUS_BELOW } from '../../core/artifacts/contrast-set.ts';
import { PlumblineError } from '../../core/errors.ts';
import { issuesOf } from '../../core/formats/json.ts';
import { COLOUR_NAMES } from '../scene/colours.ts';
import { GROUNDS, SHAPES } from '../scene/model.ts';

const range = z.tuple([z.number(), z.number()]).refine(([low, high]) => low <= high, 'the first number of a range must not exceed the second');
const distinct = <T>(values: readonly T[]): boolean => new Set(values).size === values.length;

export const perspectiveOptionsSchema = z.strictObject({
  colours: z.array(z.enum(COLOUR_NAMES)).min(2).refine(distinct, 'colours must differ').readonly(),
  shapes: z.array(z.enum(SHAPES)).min(1).readonly(),
  grounds: z.array(z.enum(GROUNDS)).min(1).readonly(),
  /** Weights of 0, 1, 2, … distractors. */
  distractors: z.array(z.number().nonnegative()).min(1).readonly(),
  /** Range of far depth over near depth. */
  depthRatio: range.refine(([low]) => low > 1, 'the far object must be farther'),
  /** Range of the near target's apparent diameter. */
  nearDiameter: range,
  /** Range of metric sizes relative to each other. */
  relativeSize: range,
  /** Smallest |Δy| of consistent and counter scenes. */
  clearHeight: z.number().min(AMBIGUOUS_BELOW),
  /** Range of |Δy| of ambiguous scenes; not 0, so that above and below still have an answer. */
  ambiguousHeight: range.refine(([low, high]) => low > 0 && high < AMBIGUOUS_BELOW, `must lie between 0 and ${AMBIGUOUS_BELOW}`),
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
  distractors: [0.35, 0.4, 0.25],
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
  scenes: z.strictObject({
    consistent: z.number().int().nonnegative().default(200),
    counter: z.number().int().nonnegative().default(200),
    ambiguous: z.number().int().nonnegative().default(50),
  }).prefault({}),
  /** Width and height of the pictures, pixels. */
  size: z.number().int().min(32).max(4096).default(224),
  options: perspectiveOptionsSchema.partial().default({}).transform((options): PerspectiveOptions => ({ ...PERSPECTIVE_DEFAULTS, ...options })),
});
export type PerspectiveParameters = Readonly<z.output<typeof perspectiveParametersSchema>>;

/** Scenes a condition for `--scenes N`: N consistent, N counter-heuristic, a quarter as many ambiguous ones. */
export function perspectiveCounts(scenes: number): { consistent: number; counter: number; ambiguous: number } {
  return { consistent: scenes, counter: scenes, ambiguous: Math.round(scenes / 4) };
}

/** Fills in defaults; throws `invalid-parameters` naming the field. */
export function perspectiveParameters(input: z.input<typeof perspectiveParametersSchema> = {}): PerspectiveParameters {
  const parsed = perspectiveParametersSchema.safeParse(input);
  if (!parsed.success) throw new PlumblineError('invalid-parameters', issuesOf(parsed.error), { where: 'perspective set', hint: 'see the perspective generator\'s parameters' });
  const { scenes, options } = parsed.data;
  if (scenes.consistent + scenes.counter + scenes.ambiguous === 0) {
    throw new PlumblineError('invalid-parameters', 'no scenes asked for', { where: 'perspective set', hint: 'ask for at least one scene' });
  }
  const needed = options.distractors.length + 1;
  if (options.colours.length < needed) {
    throw new PlumblineError('invalid-parameters', `${options.colours.length} colours for up to ${needed} objects`, { where: 'perspective set', hint: 'give more colours or fewer distractors' });
  }
  return parsed.data;
}
