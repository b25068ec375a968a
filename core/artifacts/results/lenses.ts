/** Results of the behavioural lenses (methods §3): what the answers to a set made for one question say about it. */
import { z } from 'zod';
import { estimateSchema } from '../results.ts';

const lens = <N extends string, S extends z.ZodRawShape>(name: N, shape: S) =>
  z.object({ analysis: z.literal(name), version: z.literal(1), ...shape });

export const NEEDS = ['order', 'content', 'nothing'] as const;
/** VBenchComp's classes; the first that applies. */
export const FRAME_CLASSES = ['blind-answerable', 'semantic', 'temporal', 'other'] as const;
export type FrameClass = (typeof FRAME_CLASSES)[number];

export const framesLensSchema = lens('frames', {
  /** Share of questions in each class, and the share that guessing alone would put there. */
  classes: z.array(z.object({ class: z.enum(FRAME_CLASSES), share: estimateSchema, guessing: z.number() })),
  /** Questions by what their answer needs and by the class they fell into. */
  confusion: z.array(z.object({ needs: z.string(), class: z.enum(FRAME_CLASSES), count: z.number().int() })),
  accuracy: z.array(
    z.object({ needs: z.string(), manipulation: z.string(), accuracy: estimateSchema, chance: z.number() }),
  ),
  /** Accuracy in order minus accuracy shuffled, the same questions. */
  orderEffect: z.array(z.object({ needs: z.string(), difference: estimateSchema })),
  /**
   * Share of order questions that are right in both directions of time: 0 for whatever sees a bag of frames, .25 for
   * guessing between two options.
   */
  bothDirections: estimateSchema,
});
export type FramesLens = z.infer<typeof framesLensSchema>;

export const repeatsLensSchema = lens('repeats', {
  repeats: z.array(
    z.object({
      repeats: z.number().int(),
      accuracy: estimateSchema,
      /** Share of clips whose count is another than without repeats. */
      moved: estimateSchema,
      /** Mean change of the count. */
      drift: estimateSchema,
    }),
  ),
  /**
   * The same numbers for readings of the clip's own facts: `bag of frames` (most objects in any one frame), `every
   * appearance` (counts an object anew whenever it comes into view).
   */
  baselines: z.array(
    z.object({
      name: z.string(),
      repeats: z.number().int(),
      accuracy: estimateSchema,
      moved: estimateSchema,
      drift: estimateSchema,
    }),
  ),
  chance: z.number().nullable(),
});
export type RepeatsLens = z.infer<typeof repeatsLensSchema>;

export const abstentionLensSchema = lens('abstention', {
  /**
   * By visible share, or by how far the camera has moved aside; unanswerable items have right abstentions in
   * `accuracy`.
   */
  curve: z.array(
    z.object({ at: z.number(), answerable: z.boolean(), accuracy: estimateSchema, abstained: estimateSchema }),
  ),
  of: z.enum(['visible share', 'offset']),
  answerable: estimateSchema,
  /** Right abstentions. */
  unanswerable: estimateSchema,
  /** Abstentions where an answer could be given. */
  needless: estimateSchema,
  /** All items together. */
  micro: estimateSchema,
});
export type AbstentionLens = z.infer<typeof abstentionLensSchema>;

export const degradationLensSchema = lens('degradation', {
  clean: estimateSchema,
  chance: z.number().nullable(),
  cells: z.array(
    z.object({
      degradation: z.string(),
      severity: z.number(),
      accuracy: estimateSchema,
      /** Minus the clean pictures' accuracy on the same questions. */ change: estimateSchema,
    }),
  ),
});
export type DegradationLens = z.infer<typeof degradationLensSchema>;

export const circularityLensSchema = lens('circularity', {
  /** 3DSRBench: a question is right when all its variants of that kind are. `chance` of independent guesses. */
  strict: z.array(
    z.object({
      variants: z.enum(['vanilla', 'flip', 'circular', 'flip+circular']),
      accuracy: estimateSchema,
      chance: z.number().nullable(),
    }),
  ),
  /** What's Up: right on its own, with its opposite, and with all questions of its scene and axis. */
  sets: z.array(
    z.object({ unit: z.enum(['individual', 'pair', 'set']), accuracy: estimateSchema, chance: z.number().nullable() }),
  ),
});
export type CircularityLens = z.infer<typeof circularityLensSchema>;

export const sensitivityLensSchema = lens('sensitivity', {
  /**
   * Mean absolute change of the log-odds of the right answer between the sides of a pair. Perturbations should leave it
   * alone; between flipping sides it is of one side's answer.
   */
  shifts: z.array(
    z.object({
      changed: z.enum(['words', 'pixels', 'both']),
      should: z.enum(['stay', 'flip']),
      shift: estimateSchema,
      flipped: estimateSchema,
    }),
  ),
  /**
   * Share of the words in the movement that should not be: words / (words + pixels). .5 when both move the answer
   * alike.
   */
  wordShare: estimateSchema,
});
export type SensitivityLens = z.infer<typeof sensitivityLensSchema>;

export const calibrationLensSchema = lens('calibration', {
  /** Expected calibration error over equal-width bins of the largest option's probability. */
  ece: estimateSchema,
  /**
   * What the ECE of a perfectly calibrated model with these confidences would be on average: it is never 0 on finitely
   * many items.
   */
  bias: z.number().nullable(),
  /** Σ over options of (p − truth)²; 0 to 2. */
  brier: estimateSchema,
  confidence: z.number().nullable(),
  accuracy: estimateSchema,
  bins: z.array(z.object({ from: z.number(), to: z.number(), confidence: z.number(), accuracy: estimateSchema })),
});
export type CalibrationLens = z.infer<typeof calibrationLensSchema>;

export const tunnelLensSchema = lens('tunnel', {
  /**
   * Mean probability of the right answer where the farther object is higher (consistent), lower (counter), and level.
   */
  cells: z.array(z.object({ condition: z.string(), v: estimateSchema })),
  /** Δ = v_cons − v_ctr. */
  delta: estimateSchema,
  angles: z.tuple([z.array(z.number()), z.array(z.number())]),
  /** v by the first object's angle (rows) and the second's (columns); null where nothing was asked. */
  map: z.array(z.array(z.number().nullable())),
  templates: z.array(z.object({ template: z.string(), v: estimateSchema, delta: estimateSchema })),
});
export type TunnelLens = z.infer<typeof tunnelLensSchema>;

export const difficultyLensSchema = lens('difficulty', {
  curves: z.array(
    z.object({
      axis: z.string(),
      chance: z.number().nullable(),
      bins: z.array(z.object({ from: z.number(), to: z.number(), accuracy: estimateSchema })),
    }),
  ),
});
export type DifficultyLens = z.infer<typeof difficultyLensSchema>;
