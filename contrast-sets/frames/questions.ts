/** The questions about a clip: words, options, program and the factors that must not tell the answer. */
import type { Item, SceneObject } from '../../core/artifacts/contrast-set.ts';
import type { AppearedProgram } from '../programs/appeared.ts';
import type { ChangeProgram } from '../programs/change.ts';
import type { ColourProgram } from '../programs/colour.ts';
import type { CountProgram } from '../programs/count.ts';
import type { SeenProgram } from '../programs/seen.ts';
import type { StatedProgram } from '../programs/stated.ts';
import { nameOf } from '../scene/model.ts';
import { bodyId } from '../scene/solids.ts';
import type { ClipDesign } from './design.ts';
import type { Motion, QuestionName } from './parameters.ts';
import { CLIP_COLOURS, COUNTS } from './plan.ts';

export interface Question extends Pick<Item, 'question' | 'options'> {
  readonly name: QuestionName;
  readonly program: AppearedProgram | ChangeProgram | ColourProgram | CountProgram | SeenProgram | StatedProgram;
  /** The objects that the question names, in its order. */
  readonly objects: readonly Pick<Required<SceneObject>, 'name' | 'label'>[];
  readonly nuisance: Readonly<Record<string, string | number>>;
}

const ONE_WORD = 'Answer with only one word.';
const list = (words: readonly (string | number)[]): string =>
  `${words.slice(0, -1).join(', ')} or ${words[words.length - 1]}`;

/** All questions about a clip: one about its motion, and those that every clip gets. */
export function questionsOf({ spec, motion, frames, first, asked }: ClipDesign): Question[] {
  const { objects } = frames[0];
  const [a, b] = [0, 1].map((index) => ({ name: nameOf(objects[index]), label: bodyId(index) }));
  const about = { first_colour: objects[0].colour, first_shape: objects[0].shape };
  const content: Question[] = [
    {
      name: 'colour',
      question: `What colour is the ${objects[0].shape}? Answer with only one word: ${list(CLIP_COLOURS)}.`,
      options: [...CLIP_COLOURS],
      program: { op: 'colour', shape: objects[0].shape },
      objects: [{ name: objects[0].shape, label: a.label }],
      nuisance: { shape: objects[0].shape, objects: objects.length },
    },
    {
      name: 'presence',
      question: `Is there a ${nameOf(asked)} in the video? Answer with only yes or no.`,
      options: ['yes', 'no'],
      program: { op: 'seen', ...asked },
      objects: [],
      nuisance: { asked_colour: asked.colour, asked_shape: asked.shape, objects: objects.length },
    },
    {
      name: 'count',
      question: `How many different coloured objects appear in the video? Answer with only a number: ${list(COUNTS)}.`,
      options: COUNTS.map(String),
      program: { op: 'count' },
      objects: [],
      nuisance: about,
    },
    {
      name: 'blind',
      // Colours in the order of the palette, whichever is right.
      question: `Is the ${a.name} ${list(CLIP_COLOURS.filter((colour) => colour === spec.colour || colour === spec.offered))}? ${ONE_WORD}`,
      options: CLIP_COLOURS.filter((colour) => colour === spec.colour || colour === spec.offered),
      program: { op: 'stated', object: 0 },
      objects: [a],
      nuisance: { shape: objects[0].shape, objects: objects.length },
    },
  ];
  return [
    ...motionQuestions(motion, (first === 0) === spec.before, a, b).map((question) => ({
      ...question,
      nuisance: { ...about, objects: objects.length },
    })),
    ...content,
  ];
}

type Named = Question['objects'][number];

/** @param straight name the two objects of the appearance question in this order */
function motionQuestions(motion: Motion, straight: boolean, a: Named, b: Named): Omit<Question, 'nuisance'>[] {
  switch (motion) {
    case 'turn': {
      const [subject, reference] = straight ? [a, b] : [b, a];
      return [
        {
          name: 'turn',
          question: `Did the camera turn to the left or to the right? ${ONE_WORD}`,
          options: ['left', 'right'],
          program: { op: 'change', of: 'yaw', rise: 1 },
          objects: [],
        },
        {
          name: 'appearance',
          question: `Did the ${subject.name} appear before or after the ${reference.name}? ${ONE_WORD}`,
          options: ['before', 'after'],
          program: { op: 'appeared', subject: 0, reference: 1 },
          objects: [subject, reference],
        },
      ];
    }
    case 'travel':
      return [
        {
          name: 'travel',
          question: `Did the camera move forward or back? ${ONE_WORD}`,
          options: ['forward', 'back'],
          program: { op: 'change', of: 'travel', rise: 0 },
          objects: [],
        },
      ];
    case 'approach':
      return [
        {
          name: 'approach',
          question: `Did the ${a.name} come closer or go away? Answer with only one word: closer or away.`,
          options: ['closer', 'away'],
          program: { op: 'change', of: 'depth', rise: 1, label: a.label },
          objects: [a],
        },
      ];
  }
}
