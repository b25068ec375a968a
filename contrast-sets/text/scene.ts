/** What the tasks share: names, items without pictures, and the three kinds of pairs. */
import type { Axis, Item, Pair, SceneObject } from '../../core/artifacts/contrast-set.ts';
import { POLES } from '../../core/artifacts/contrast-set.ts';
import type { Random } from '../../core/random.ts';
import type { CompareProgram } from '../programs/compare.ts';
import { captionsOf, questionOf, subjectOf } from '../questions.ts';
import { COLOUR_NAMES } from '../scene/colours.ts';
import { towardsPole } from '../programs/compare.ts';

const THINGS = ['cup', 'lamp', 'book', 'ball', 'chair', 'box', 'plant', 'bottle', 'clock', 'vase'] as const;

/** `count` names that share neither colour nor thing as long as there are enough of both. */
export function drawNames(random: Random, count: number): string[] {
  const [colours, things] = [random.shuffle(COLOUR_NAMES), random.shuffle(THINGS)];
  return Array.from({ length: count }, (_, i) => `${colours[i % colours.length]} ${things[i % things.length]}`);
}

/** Nuisance factors of the two names of a question: colour and thing of each. */
export function nameFactors(first: string, second: string): Record<string, string> {
  const [[firstColour, firstThing], [secondColour, secondThing]] = [first.split(' '), second.split(' ')];
  return { first_colour: firstColour, first_thing: firstThing, second_colour: secondColour, second_thing: secondThing };
}

/** An object of a scene told in words: cell of the layout (columns to the right, rows downward) and depth in metres. */
export interface Placed {
  readonly name: string;
  readonly column: number;
  readonly row: number;
  readonly depth?: number;
}

/** A text and the scene that it tells. */
export interface Told {
  readonly text: string;
  /** The two objects that questions are about. */
  readonly objects: readonly [Placed, Placed];
  /** Columns and rows of the layout. */
  readonly layout: readonly [number, number];
}

const locate = ({ name, column, row, depth }: Placed): SceneObject => ({ name, box: [column, row, 1, 1], depth });

/**
 * The item that asks about an axis after a text, the objects named in the order `order`.
 * @param depths whether depths are told; objects get an equal depth otherwise, which no question asks about
 */
export function textItem(
  id: string,
  axis: Axis,
  told: Told,
  order: readonly [0 | 1, 0 | 1],
  extra: Pick<Item, 'variant' | 'difficulty'> = {},
): Item {
  const objects = order.map((i) => locate(told.objects[i]));
  const [first, second] = objects.map(({ name }) => name);
  const subject = subjectOf(axis);
  const located = objects.map((object) => ({ ...object, box: object.box!, depth: object.depth ?? 1 }));
  const towards = towardsPole(axis, located[subject], located[1 - subject]);
  if (towards === 0) throw new RangeError(`${id}: the objects don't differ on the ${axis} axis`);
  return {
    item: id,
    images: [],
    question: `${told.text}\n\n${questionOf(axis, first, second)}`,
    options: [...POLES[axis]],
    answer: POLES[axis][towards > 0 ? 0 : 1],
    captions: captionsOf(axis, first, second).map((caption) => `${told.text} ${caption}`),
    objects: objects.map((object) => ({ ...object, depth: object.depth ?? 1 })),
    program: { op: 'compare', axis, subject, reference: 1 - subject } satisfies CompareProgram,
    facts: { layout: [...told.layout] },
    ...extra,
  };
}

export interface PairsOptions {
  readonly group: string;
  readonly axis: Axis;
  readonly conditions: Pair['conditions'];
  readonly task: string;
  readonly told: Told;
  /** The same scene with the axis turned round: the answer flips. */
  readonly flipped: Told;
  /** The same scene in other words: the answer stays. */
  readonly reworded: Told;
  readonly order: readonly [0 | 1, 0 | 1];
  readonly difficulty?: number;
  readonly nuisance: Pair['nuisance'];
}

/** Question swap, intervention on the text, and rewording of one scene and axis. */
export function textPairs({
  group,
  axis,
  conditions,
  task,
  told,
  flipped,
  reworded,
  order,
  difficulty,
  nuisance,
}: PairsOptions): Pair[] {
  const id = `${group}-${axis}`;
  const extra = (form: string): Pick<Item, 'variant' | 'difficulty'> => ({ variant: { task, form }, difficulty });
  const first = textItem(`${id}-ab`, axis, told, order, extra('told'));
  const common = { group, axis, conditions, first, nuisance };
  return [
    {
      id: `${id}-swap`,
      kind: 'question-swap',
      ...common,
      second: textItem(`${id}-ba`, axis, told, [order[1], order[0]], extra('told')),
    },
    {
      id: `${id}-flip`,
      kind: 'image-intervention',
      ...common,
      second: textItem(`${id}-ab-flipped`, axis, flipped, order, extra('flipped')),
    },
    {
      id: `${id}-reworded`,
      kind: 'perturbation',
      ...common,
      second: textItem(`${id}-ab-reworded`, axis, reworded, order, extra('reworded')),
    },
  ];
}

/** Relation words: canonical pole and its inverse, as in `The A is … the B`. */
export const RELATIONS: Readonly<Record<Axis, readonly [string, string]>> = {
  horizontal: ['to the left of', 'to the right of'],
  vertical: ['above', 'below'],
  distance: ['farther from the camera than', 'closer to the camera than'],
};

/**
 * A sentence that says on which side `a` lies of `b`; `inverse` says it from the side of `b`, by the opposite word.
 * @param pole 0: `a` is toward the canonical pole
 */
export function relationSentence(axis: Axis, a: string, b: string, pole: 0 | 1, inverse: boolean, step = ''): string {
  const word = RELATIONS[axis][inverse ? 1 - pole : pole];
  return inverse ? `The ${b} is ${step}${word} the ${a}.` : `The ${a} is ${step}${word} the ${b}.`;
}
