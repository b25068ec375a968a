/**
 * The two ways in which a question of a benchmark becomes a pair: a question swap about two objects, or a multiple
 * choice whose options are turned round.
 */
import { POLES, type Axis, type Item, type Pair, type SceneObject } from '../../core/artifacts/contrast-set.ts';
import { boxCentre } from '../programs/compare.ts';
import { answerOf, captionsOf, questionOf, subjectOf } from '../questions.ts';
import { rowProblem } from './row-problem.ts';
import type { StoredPicture } from './pictures.ts';

interface Common {
  readonly id: string;
  readonly group: string;
  readonly conditions: Pair['conditions'];
  readonly pictures: readonly StoredPicture[];
  readonly variant?: Item['variant'];
  readonly facts?: Item['facts'];
}

export interface TwoObjects extends Common {
  readonly axis: Axis;
  /** In the order in which the first question names them. */
  readonly named: readonly [SceneObject, SceneObject];
  /** Whether the object asked about in the first question is the left, upper or farther one. */
  readonly subjectAtPole: boolean;
  /** Writes the question; defaults to *the form of methods §1*, whose answers are the poles. */
  readonly form?: {
    readonly question: (first: string, second: string) => string;
    readonly options: readonly [string, string];
  };
  /** Whether boxes and depths decide the answer, so that a checker may recompute it. */
  readonly computed?: boolean;
}

/** A question swap: the two objects trade places in the question. */
export function swapPair({
  id,
  group,
  axis,
  conditions,
  pictures,
  named,
  subjectAtPole,
  form,
  computed = false,
  variant,
  facts,
}: TwoObjects): Pair {
  if (named[0].name.toLowerCase() === named[1].name.toLowerCase())
    throw rowProblem(`both objects are called \`${named[0].name}\``);
  const options = [...(form?.options ?? POLES[axis])];
  const side = (order: 0 | 1): Item => {
    const objects = order === 0 ? [...named] : [named[1], named[0]];
    const [a, b] = objects.map(({ name }) => name);
    const atPole = subjectAtPole === (order === 0);
    return {
      item: `${id}:${order}`,
      images: pictures.map(({ file }) => file),
      question: (form?.question ?? ((first, second) => questionOf(axis, first, second)))(a, b),
      options,
      answer: form === undefined ? answerOf(axis, atPole) : options[atPole ? 0 : 1],
      ...(form === undefined && { captions: captionsOf(axis, a, b) }),
      objects,
      variant,
      ...(computed && { program: { op: 'compare', axis, subject: subjectOf(axis), reference: 1 - subjectOf(axis) } }),
      facts,
    };
  };
  return {
    id,
    group,
    axis,
    kind: 'question-swap',
    conditions,
    first: side(0),
    second: side(1),
    nuisance: nuisanceOf(axis, named, pictures[0]),
  };
}

/**
 * What could give the answer away, from the boxes: the subject's place and size against the reference's, less what the
 * axis itself asks about.
 */
function nuisanceOf(axis: Axis, named: TwoObjects['named'], picture: StoredPicture | undefined): Pair['nuisance'] {
  const [subject, reference] = [named[subjectOf(axis)], named[1 - subjectOf(axis)]];
  if (subject.box === undefined || reference.box === undefined || picture === undefined) return {};
  const [a, b] = [boxCentre({ box: subject.box }), boxCentre({ box: reference.box })];
  const factors = {
    side: (a.x - b.x) / picture.width,
    height: (a.y - b.y) / picture.height,
    size: Math.log((subject.box[2] * subject.box[3]) / (reference.box[2] * reference.box[3])),
  };
  const asked = { horizontal: 'side', vertical: 'height', distance: null }[axis];
  return Object.fromEntries(Object.entries(factors).filter(([name]) => name !== asked));
}

export interface MultipleChoice extends Common {
  readonly axis: string;
  readonly question: string;
  /** What the options mean, in the order of the source. */
  readonly choices: readonly string[];
  /** Index of the right one. */
  readonly right: number;
  /** In the order in which the question names them. */
  readonly objects?: readonly SceneObject[];
}

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
export const choiceLetters = (count: number): string[] => [...LETTERS.slice(0, count)];

/** A multiple-choice question with its options written out, letters as answers. */
export function choiceItem({
  id,
  pictures,
  question,
  choices,
  right,
  objects = [],
  variant,
  facts,
}: Omit<MultipleChoice, 'group' | 'conditions' | 'axis'>): Item {
  if (choices.length < 2 || choices.length > LETTERS.length)
    throw rowProblem(`${choices.length} options; a multiple choice needs 2 to ${LETTERS.length}`);
  if (!Number.isInteger(right) || right < 0 || right >= choices.length)
    throw rowProblem(`the right option is number ${right} of ${choices.length}`);
  const twice = choices.find((choice, i) => choices.indexOf(choice) !== i);
  if (twice !== undefined) throw rowProblem(`two options are ${JSON.stringify(twice)}`);
  const letters = choiceLetters(choices.length);
  return {
    item: id,
    images: pictures.map(({ file }) => file),
    question: `${question.trim()}\n${choices.map((choice, i) => `${letters[i]}. ${choice}`).join('\n')}\nAnswer with the letter of the right option only.`,
    options: letters,
    answer: letters[right],
    choices: [...choices],
    captions: choices.map((choice) => `${question.trim()} ${choice}`),
    objects: [...objects],
    variant,
    facts,
  };
}

/**
 * A multiple choice beside itself with its options turned round by one (circular evaluation): the right answer stays
 * what it was under another letter.
 */
export function circularPair(choice: MultipleChoice): Pair {
  const { id, group, axis, conditions, choices, right, variant } = choice;
  const n = choices.length;
  return {
    id,
    group,
    axis,
    kind: 'perturbation',
    conditions,
    first: choiceItem({ ...choice, id: `${id}:0`, variant: { ...variant, circular: 0 } }),
    second: choiceItem({
      ...choice,
      id: `${id}:1`,
      choices: choices.map((_, i) => choices[(i + n - 1) % n]),
      right: (right + 1) % n,
      variant: { ...variant, circular: 1 },
    }),
    nuisance: {},
  };
}
