/**
 * The contrast set: what the generators write and every later stage reads (shared definition: methods §1).
 *
 * On disk: `set.json`, `pairs.jsonl` (one pair a line) and `images/*.png`. A pair has two sides; a side is an *item*, one
 * picture with one question. Sides with the same `item` id are the same item: extraction runs it once.
 */
import { z } from 'zod';
import { PlumblineError } from '../errors.ts';

export const AXES = ['horizontal', 'vertical', 'distance'] as const;
export type Axis = (typeof AXES)[number];

/** The two answers of an axis; the first is the canonical pole, toward which deltas are turned. */
export const POLES = {
  horizontal: ['left', 'right'],
  vertical: ['above', 'below'],
  distance: ['far', 'close'],
} as const satisfies Record<Axis, readonly [string, string]>;

export const CONDITIONS = ['consistent', 'counter', 'ambiguous'] as const;
export type Condition = (typeof CONDITIONS)[number];

/** Share of the picture's height below which the vertical order of two boxes counts as ambiguous. */
export const AMBIGUOUS_BELOW = 0.05;

export const objectSchema = z.object({
  /** Words used in the question, e.g. `red sphere`. */
  name: z.string().min(1),
  /** `[x, y, width, height]` in pixels of the picture, of the visible part. */
  box: z.tuple([z.number(), z.number(), z.number(), z.number()]),
  /** Distance from the camera's plane to the object's centre, in metres. */
  depth: z.number().positive(),
});
export type SceneObject = z.infer<typeof objectSchema>;

export const itemSchema = z.object({
  /** Unique within the set. */
  item: z.string().min(1),
  /** Path relative to the set's folder. */
  image: z.string().min(1),
  question: z.string().min(1),
  /** The options, canonical pole first. */
  options: z.array(z.string().min(1)).min(2),
  /** The right option. */
  answer: z.string().min(1),
  /** The objects in the order in which the question names them. */
  objects: z.array(objectSchema),
});
export type Item = z.infer<typeof itemSchema>;

/**
 * True if the right answer is the canonical pole, the first option; sets from elsewhere may word their options as they like.
 *
 * @throws {PlumblineError} `answer-not-an-option`.
 */
export function answerIsCanonical({ item, options, answer }: Pick<Item, 'item' | 'options' | 'answer'>): boolean {
  const index = options.indexOf(answer);
  if (index >= 0) return index === 0;
  throw new PlumblineError('answer-not-an-option', `the right answer is "${answer}", the options are ${options.join(', ')}`, {
    where: `item ${item}`,
    hint: 'write the right answer exactly as one of the options, canonical pole (left, above, far) first',
  });
}

export const PAIR_KINDS = ['question-swap', 'image-intervention'] as const;
export type PairKind = (typeof PAIR_KINDS)[number];

export const pairSchema = z.object({
  id: z.string().min(1),
  /** The scene. All pairs of one scene are never split and are resampled together. */
  group: z.string().min(1),
  axis: z.enum(AXES),
  kind: z.enum(PAIR_KINDS),
  /** Belongs to the (untouched) scene and is inherited by all its pairs. */
  condition: z.enum(CONDITIONS),
  /** Question swap: the order as generated. Intervention: the untouched scene. */
  first: itemSchema,
  second: itemSchema,
  /** Factors that must not predict the answer, by name; of the untouched scene and the first question. */
  nuisance: z.record(z.string(), z.union([z.number(), z.string()])),
});
export type Pair = z.infer<typeof pairSchema>;

export const setSchema = z.object({
  format: z.literal('plumbline-contrast-set'),
  version: z.literal(1),
  name: z.string().min(1),
  generator: z.string().min(1),
  generatorVersion: z.number().int(),
  parameters: z.record(z.string(), z.unknown()),
  seed: z.number().int(),
  counts: z.object({
    scenes: z.number().int(),
    pairs: z.number().int(),
    items: z.number().int(),
    images: z.number().int(),
    /** Scenes a condition. */
    conditions: z.record(z.string(), z.number().int()),
  }),
  /** Names of the factors that must not predict the answer, per axis. */
  nuisanceFactors: z.record(z.enum(AXES), z.array(z.string())),
  /** Cues that a model may legitimately use for depth. */
  allowedDepthCues: z.array(z.string()),
  /** Image file → sha-256 of its decoded RGB pixels (with width and height). */
  imageHashes: z.record(z.string(), z.string()),
  /** sha-256 over the pairs and the image hashes: the content key of the set. */
  hash: z.string(),
});
export type ContrastSetHeader = z.infer<typeof setSchema>;

/** A contrast set in memory; pictures stay on disk. */
export interface ContrastSet {
  readonly directory: string;
  readonly header: ContrastSetHeader;
  readonly pairs: readonly Pair[];
}

/** The distinct items of a set in file order, each with its pair's group, axis and condition. */
export function itemsOf(set: Pick<ContrastSet, 'pairs'>): (Item & Pick<Pair, 'group' | 'axis' | 'condition'>)[] {
  const seen = new Map<string, Item & Pick<Pair, 'group' | 'axis' | 'condition'>>();
  for (const { group, axis, condition, first, second } of set.pairs) {
    for (const side of [first, second]) if (!seen.has(side.item)) seen.set(side.item, { ...side, group, axis, condition });
  }
  return [...seen.values()];
}
