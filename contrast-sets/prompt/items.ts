/**
 * The questions about a scene, one function a way of asking. All items of an axis have the same meaning in each
 * option's place: the axis's first pole first.
 */
import { POLES, type Axis, type Item, type SceneObject } from '../../core/artifacts/contrast-set.ts';
import type { CompareProgram } from '../programs/compare.ts';
import { captionsOf, questionOf, subjectOf } from '../questions.ts';
import { exchanged, poleOf } from '../perspective/design.ts';
import { assignmentOf, located, VIEWS, type RenderedView } from '../perspective/pairs.ts';
import { nameOf } from '../scene/model.ts';
import type { ScenePlan } from '../perspective/plan.ts';
import type { Manipulation } from './parameters.ts';
import { worded, type Phrase } from './phrases.ts';
import type { PromptSpec } from './plan.ts';
import type { Prior } from './priors.ts';

/** The perspective set's four pictures of a scene, and the mirror image of the first. */
export const PROMPT_VIEWS = [...VIEWS, 'mirrored'] as const;
export type PromptView = (typeof PROMPT_VIEWS)[number];

export interface PromptScene {
  readonly plan: ScenePlan & PromptSpec;
  readonly views: Readonly<Record<PromptView, RenderedView>>;
  readonly manipulations: ReadonlySet<Manipulation>;
}

type Variant = NonNullable<Item['variant']>;

interface Asking {
  readonly id: string;
  readonly view?: PromptView;
  readonly question: string;
  /** Targets in the order in which the question names them, and which of the two the first option's pole is about. */
  readonly order: readonly [0 | 1, 0 | 1];
  readonly subject: 0 | 1;
  readonly options: readonly [string, string];
  readonly choices?: readonly [string, string];
  readonly captions: string[];
  /** Words for the objects, where they aren't their names. */
  readonly called?: readonly [string, string];
  readonly variant?: Variant;
}

function itemOf({ plan, views }: PromptScene, axis: Axis, asking: Asking): Item {
  const { view = 'scene', order, subject, called } = asking;
  const assignment = view === 'mirrored' ? exchanged(plan.assignment, 'horizontal') : assignmentOf(plan, view);
  const objects = order.map((target, i): SceneObject => ({
    ...objectIn(plan, views, view, target),
    ...(called && { name: called[i] }),
  }));
  const blind = asking.variant?.blind === true;
  const answerable = !blind && asking.variant?.names !== false;
  return {
    item: `${plan.id}-${axis}-${asking.id}`,
    images: blind ? [] : [views[view].image],
    question: asking.question,
    options: [...asking.options],
    answer: asking.options[poleOf(assignment, axis) === order[subject] ? 0 : 1],
    ...(asking.choices && { choices: [...asking.choices] }),
    captions: asking.captions,
    objects,
    variant: asking.variant,
    program: { op: 'compare', axis, subject, reference: 1 - subject } satisfies CompareProgram,
    ...(!blind && { masks: [views[view].mask] }),
    ...(answerable && plan.design.complexity !== undefined && { difficulty: plan.design.complexity }),
  };
}

function objectIn(
  plan: PromptScene['plan'],
  views: PromptScene['views'],
  view: PromptView,
  target: 0 | 1,
): SceneObject {
  if (view !== 'mirrored') return located(plan, assignmentOf(plan, view), views[view], target);
  const { centre, ...object } = located(plan, plan.assignment, views.mirrored, target);
  return { ...object, centre: [views.mirrored.size - centre![0], centre![1]] };
}

/** Names and places in the standard question. */
function standard(
  { plan }: PromptScene,
  axis: Axis,
  swapped = false,
): Pick<Asking, 'question' | 'order' | 'subject' | 'options' | 'captions'> & { names: [string, string] } {
  const [a, b] = plan.named[axis];
  const order = swapped ? ([b, a] as const) : ([a, b] as const);
  const names = order.map((target) => nameOf(plan.design.targets[target])) as [string, string];
  return {
    question: questionOf(axis, ...names),
    order,
    subject: subjectOf(axis),
    options: POLES[axis],
    captions: captionsOf(axis, ...names),
    names,
  };
}

/** The standard question, also on another picture. */
export function plainItem(scene: PromptScene, axis: Axis, view: PromptView = 'scene', variant?: Variant): Item {
  return itemOf(scene, axis, { ...standard(scene, axis), id: view === 'scene' ? 'ab' : `ab-${view}`, view, variant });
}

/** The standard question with its objects in the other order. */
export const swappedItem = (scene: PromptScene, axis: Axis): Item =>
  itemOf(scene, axis, { ...standard(scene, axis, true), id: 'ba' });

const LETTERS = ['A', 'B'] as const;

/**
 * Multiple choice; turned by `circular` places, the letters mean the other words. Options stand in the order of the
 * poles, choices say what each letter means.
 */
export function letteredItem(
  scene: PromptScene,
  axis: Axis,
  circular: 0 | 1,
  view: 'scene' | 'mirrored' = 'scene',
): Item {
  const base = standard(scene, axis);
  const letterA = (scene.plan.lettered[axis] + circular) % 2;
  const options = letterA === 0 ? LETTERS : ([LETTERS[1], LETTERS[0]] as const);
  const list = LETTERS.map((letter) => `${letter}. ${POLES[axis][options.indexOf(letter)]}`).join('\n');
  return itemOf(scene, axis, {
    ...base,
    id: `letters-${circular}${view === 'scene' ? '' : `-${view}`}`,
    view,
    question: base.question.replace(' Answer with only one word.', `\n${list}\nAnswer with only the letter.`),
    options,
    choices: POLES[axis],
    variant: { format: 'letters', circular, ...(view === 'mirrored' && { flipped: true }) },
  });
}

export function paraphrasedItem(scene: PromptScene, axis: Axis, phrase: Phrase): Item {
  const base = standard(scene, axis);
  const [subject, reference] = [base.subject, base.subject === 0 ? 1 : 0] as const;
  const { subjectFirst, ...words } = worded(
    axis,
    phrase,
    base.names[subject],
    base.names[reference],
    scene.plan.claimed[axis],
  );
  return itemOf(scene, axis, {
    ...base,
    ...words,
    id: `paraphrase-${phrase.name}`,
    order: subjectFirst ? [base.order[subject], base.order[reference]] : [base.order[reference], base.order[subject]],
    subject: subjectFirst ? 0 : 1,
    variant: { paraphrase: phrase.name, words: phrase.words ?? 'same' },
  });
}

/**
 * Which object is which can't be known: the recorded answer is that of the question with names, and nobody can do
 * better than chance.
 */
export function namelessItem(scene: PromptScene, axis: Axis): Item {
  const names = ['one object', 'other object'] as const;
  return itemOf(scene, axis, {
    ...standard(scene, axis),
    id: 'nameless',
    called: names,
    question: questionOf(axis, ...names),
    captions: captionsOf(axis, ...names),
    variant: { names: false },
  });
}

export function priorItem(scene: PromptScene, axis: Axis, { prior, told, sentence }: Prior): Item {
  const base = standard(scene, axis);
  // The names are looked for after the empty line.
  return itemOf(scene, axis, {
    ...base,
    id: `prior-${prior}-${told}`,
    question: `${sentence}\n\n${base.question}`,
    variant: { prior, told },
  });
}

export const blindItem = (scene: PromptScene, axis: Axis): Item =>
  itemOf(scene, axis, { ...standard(scene, axis), id: 'blind', variant: { blind: true } });
