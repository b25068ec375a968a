/**
 * The contrast set: what the generators and importers write and every later stage reads (shared definition: methods
 * §1).
 *
 * On disk: `set.json`, `pairs.jsonl` (one pair a line) and `images/*.png`, and where a set has them `masks/` and
 * `correspondences/`. A pair has two sides; a side is an *item*: no, one or several pictures with one question. Sides
 * with the same `item` id are the same item: extraction runs it once.
 */
import { z } from 'zod';
import { PlumblineError } from '../errors.ts';
import { CONDITIONS, CUE_NAMES, type Condition, type Cue, type CueCondition } from './cues.ts';

export { AMBIGUOUS_BELOW, CONDITIONS, type Condition } from './cues.ts';

export const AXES = ['horizontal', 'vertical', 'distance'] as const;
export type Axis = (typeof AXES)[number];

/** The two answers of an axis; the first is the canonical pole, toward which deltas are turned. */
export const POLES = {
  horizontal: ['left', 'right'],
  vertical: ['above', 'below'],
  distance: ['far', 'close'],
} as const satisfies Record<Axis, readonly [string, string]>;

const relativePath = z
  .string()
  .min(1)
  .refine(
    (path) => !/^([/\\]|[A-Za-z]:)/.test(path) && !path.split(/[/\\]/).includes('..'),
    'a path must lie inside the folder of the set',
  );

export const objectSchema = z.object({
  /** Words used in the question, e.g. `red sphere`. */
  name: z.string().min(1),
  /**
   * `[x, y, width, height]` in pixels of the picture, of the visible part; absent when it isn't known. Of a scene told
   * in words: cells of its layout.
   */
  box: z.tuple([z.number(), z.number(), z.number(), z.number()]).optional(),
  /**
   * `[x, y]` in pixels of the centre of the whole object's outline, covered parts too; defaults to *the centre of
   * `box`*.
   */
  centre: z.tuple([z.number(), z.number()]).optional(),
  /** Distance from the camera's plane to the object's centre, in metres (imported sets: the unit of their depth). */
  depth: z.number().positive().optional(),
  /** Which of the item's pictures box and depth belong to, from 0; defaults to *0*. */
  picture: z.number().int().nonnegative().optional(),
  /** Value of the object's pixels in the picture's mask. */
  label: z.number().int().positive().optional(),
});
export type SceneObject = z.infer<typeof objectSchema>;
/** An object that is located in its picture. */
export type LocatedObject = SceneObject & Required<Pick<SceneObject, 'box' | 'depth'>>;

export const MEDIA = ['pictures', 'clip'] as const;

export const itemSchema = z.object({
  /** Unique within the set. */
  item: z.string().min(1),
  /**
   * Paths relative to the set's folder: none for text alone, several for views and for the frames of a clip, in order;
   * a path may occur more than once.
   */
  images: z.array(relativePath),
  /** Several pictures side by side, or the frames of one clip; defaults to *pictures*. */
  media: z.enum(MEDIA).optional(),
  /** What is asked. A scene told in words stands before the question, set off by an empty line. */
  question: z.string().min(1),
  /** What the model may say, canonical pole first: words, or the letters of a multiple choice. */
  options: z.array(z.string().min(1)).min(2),
  /** The right option. */
  answer: z.string().min(1),
  /**
   * What each option means, where `options` are letters or other words than the axis's own (yes and no, names of
   * objects, an inverted question).
   */
  choices: z.array(z.string()).optional(),
  /** A sentence that states each option, for models that compare pictures with texts. */
  captions: z.array(z.string().min(1)).optional(),
  /** The objects in the order in which the question names them. */
  objects: z.array(objectSchema),
  /**
   * What was manipulated and how far, e.g. `{ manipulation: 'shuffled' }`, `{ degradation: 'haze', severity: 3 }`, `{
   * answerable: false }`.
   */
  variant: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
  /**
   * The question as a program over objects and facts (`contrast-sets/programs/`): from it the answer can be computed
   * again.
   */
  program: z.looseObject({ op: z.string() }).optional(),
  /** What the program needs beside the objects. */
  facts: z.record(z.string(), z.json()).optional(),
  /** A mask for each picture: 8-bit grey PNG whose values are objects' labels. */
  masks: z.array(relativePath).optional(),
  /** A depth map for each picture: 16-bit grey PNG in millimetres, or `.npy` in metres. */
  depthMaps: z.array(relativePath).optional(),
  /** Point correspondences between the first and the second picture (`core/artifacts/correspondences.ts`). */
  correspondences: relativePath.optional(),
  /** How hard the item is, from 0 to 1, where the generator has such a dial. */
  difficulty: z.number().min(0).max(1).optional(),
});
export type Item = z.infer<typeof itemSchema>;

/** The item's only picture; throws `one-picture-expected` where it has none or several. */
export function imageOf({ item, images }: Pick<Item, 'item' | 'images'>): string {
  if (images.length === 1) return images[0];
  throw new PlumblineError('one-picture-expected', `${images.length} pictures, expected one`, {
    where: `item ${item}`,
    hint: 'this reading is defined for items with one picture',
  });
}

/** The objects of an item, all located; throws `object-not-located`. */
export function locatedObjects({ item, objects }: Pick<Item, 'item' | 'objects'>): LocatedObject[] {
  return objects.map((object) => {
    if (isLocated(object)) return object;
    throw new PlumblineError(
      'object-not-located',
      `\`${object.name}\` has no ${object.box === undefined ? 'box' : 'depth'}`,
      { where: `item ${item}`, hint: 'this reading needs boxes and depths' },
    );
  });
}

export const isLocated = (object: SceneObject): object is LocatedObject =>
  object.box !== undefined && object.depth !== undefined;

/**
 * True if the right answer is the canonical pole, the first option; sets from elsewhere may word their options as they
 * like.
 *
 * @throws {PlumblineError} `answer-not-an-option`.
 */
export function answerIsCanonical({ item, options, answer }: Pick<Item, 'item' | 'options' | 'answer'>): boolean {
  const index = options.indexOf(answer);
  if (index >= 0) return index === 0;
  throw new PlumblineError(
    'answer-not-an-option',
    `the right answer is "${answer}", the options are ${options.join(', ')}`,
    {
      where: `item ${item}`,
      hint: 'write the right answer exactly as one of the options, canonical pole (left, above, far) first',
    },
  );
}

/**
 * How the two sides differ.
 * - `question-swap`: same pictures, the two objects trade places in the question, so the answer flips;
 * - `image-intervention`: same question, one factor of the scene changes, so the answer flips;
 * - `perturbation`: pictures, order, wording or options change, and the right answer must not.
 */
export const PAIR_KINDS = ['question-swap', 'image-intervention', 'perturbation'] as const;
export type PairKind = (typeof PAIR_KINDS)[number];
/** The kinds whose sides have opposite answers: a delta between them has a sign. */
export const FLIPPING_KINDS = ['question-swap', 'image-intervention'] as const;
export type FlippingKind = (typeof FLIPPING_KINDS)[number];

export const pairSchema = z.object({
  id: z.string().min(1),
  /** The scene. All pairs of one scene are never split and are resampled together. */
  group: z.string().min(1),
  /** What is asked about: one of the spatial axes, or another word, e.g. `order`, `count`, `visibility`. */
  axis: z.string().min(1),
  kind: z.enum(PAIR_KINDS),
  /**
   * By cue: does it point to the farther of the pair's two objects? Of the untouched scene; a cue is absent where boxes
   * or depths aren't known, or aren't at stake.
   */
  conditions: z.partialRecord(z.enum(CUE_NAMES), z.enum([...CONDITIONS, 'none'])),
  /** Question swap: the order as generated. Intervention: the untouched scene. */
  first: itemSchema,
  second: itemSchema,
  /** Factors that must not predict the answer, by name; of the untouched scene and the first question. */
  nuisance: z.record(z.string(), z.union([z.number(), z.string()])),
});
export type Pair = z.infer<typeof pairSchema>;

export type Conditions = Pair['conditions'];

/** The condition of a pair, or of an item that carries its pair's; `none` where the cue has none. */
export const conditionFor = ({ conditions }: Pick<Pair, 'conditions'>, cue: Cue = 'height'): CueCondition =>
  conditions[cue] ?? 'none';

/** A pair about a spatial axis that has a condition for the cue at hand: what geometry, probes and gaps are read from. */
export type SpatialPair = Pair & { readonly axis: Axis; readonly condition: Condition };

export const isAxis = (axis: string): axis is Axis => (AXES as readonly string[]).includes(axis);

/** The pairs about an axis that have a condition for `cue`, with that condition beside. */
export function spatialPairs(pairs: readonly Pair[], cue: Cue = 'height'): SpatialPair[] {
  return pairs.flatMap((pair): SpatialPair[] => {
    const condition = conditionFor(pair, cue);
    return isAxis(pair.axis) && condition !== 'none' ? [{ ...pair, axis: pair.axis, condition }] : [];
  });
}

export const setSchema = z.object({
  format: z.literal('plumbline-contrast-set'),
  /** 2 since a pair has a condition a cue; version 1, with one of height in the picture, is read and converted. */
  version: z.literal(2),
  name: z.string().min(1),
  /** The generator's name, or the importer's. */
  generator: z.string().min(1),
  /**
   * Imported sets are as their source is: not balanced, and without guarantees against leaks. Defaults to *generated*.
   */
  origin: z.enum(['generated', 'imported']).optional(),
  generatorVersion: z.number().int(),
  parameters: z.record(z.string(), z.unknown()),
  seed: z.number().int(),
  counts: z.object({
    scenes: z.number().int(),
    pairs: z.number().int(),
    items: z.number().int(),
    images: z.number().int(),
    /** By cue: scenes that have a pair of a condition; `none` are those that have only pairs without. */
    conditions: z.partialRecord(z.enum(CUE_NAMES), z.record(z.string(), z.number().int())),
  }),
  /** Names of the factors that must not predict the answer, per axis. */
  nuisanceFactors: z.record(z.string(), z.array(z.string())),
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

/** An item with what its pair says of it. */
export type PairedItem<P extends Pair = Pair> = Item &
  Pick<P, 'group' | 'axis' | 'conditions' | Extract<keyof P, 'condition'>>;

/** The distinct items of some pairs in file order, each with its pair's group, axis and conditions. */
export function itemsOf<P extends Pair>({ pairs }: { readonly pairs: readonly P[] }): PairedItem<P>[] {
  const seen = new Map<string, PairedItem<P>>();
  for (const pair of pairs) {
    const { group, axis, conditions, first, second } = pair;
    const own = 'condition' in pair ? { condition: pair.condition } : {};
    for (const side of [first, second])
      if (!seen.has(side.item))
        seen.set(side.item, { ...side, group, axis, conditions, ...own } as unknown as PairedItem<P>);
  }
  return [...seen.values()];
}
