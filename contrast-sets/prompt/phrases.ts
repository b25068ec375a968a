/**
 * Other phrasings of the axes' questions. `{S}` is the object that is asked about, `{R}` the one it is compared with,
 * `{P}` a pole that is claimed. Every phrasing keeps its answers tied to the poles of the axis: the first option means
 * the first pole of `{S}`, whatever its words are.
 */
import { POLES, type Axis } from '../../core/artifacts/contrast-set.ts';

/** Which words the answers are. */
export const ANSWER_WORDS = ['same', 'synonyms', 'inverse', 'names', 'yes/no'] as const;
export type AnswerWords = (typeof ANSWER_WORDS)[number];

export interface Phrase {
  readonly name: string;
  readonly text: string;
  /**
   * `inverse`: the question is about `{R}`, so that its words are opposite; `names`: the object at the first pole is to
   * be named. Defaults to *same*.
   */
  readonly words?: AnswerWords;
  /** Where the words are synonyms, these. */
  readonly synonyms?: readonly [string, string];
}

const ONE_WORD = 'Answer with only one word.';
const YES_NO = 'Answer with only one word, yes or no.';

export const PHRASES: Readonly<Record<Axis, readonly Phrase[]>> = {
  horizontal: [
    { name: 'side', text: `On which side of the {R} is the {S}, left or right? ${ONE_WORD}` },
    { name: 'passive', text: `Has the {S} been placed to the left or to the right of the {R}? ${ONE_WORD}` },
    { name: 'relative', text: `Relative to the {R}, is the {S} left or right? ${ONE_WORD}` },
    { name: 'blank', text: 'The {S} is to the ___ of the {R}. Fill the gap with only one word, left or right.' },
    { name: 'inverse', text: `On which side of the {S} is the {R}, left or right? ${ONE_WORD}`, words: 'inverse' },
    {
      name: 'which',
      text: 'Which of the two is more to the left, the {S} or the {R}? Answer with its name only.',
      words: 'names',
    },
    { name: 'yes-no', text: `Is the {S} to the {P} of the {R}? ${YES_NO}`, words: 'yes/no' },
  ],
  vertical: [
    { name: 'place', text: `Where in the picture is the {S}, above or below the {R}? ${ONE_WORD}` },
    { name: 'passive', text: `Has the {S} been placed above or below the {R}? ${ONE_WORD}` },
    { name: 'relative', text: `Relative to the {R}, is the {S} above or below? ${ONE_WORD}` },
    {
      name: 'synonyms',
      text: `Is the {S} higher or lower in the picture than the {R}? ${ONE_WORD}`,
      words: 'synonyms',
      synonyms: ['higher', 'lower'],
    },
    { name: 'blank', text: 'The {S} is ___ the {R}. Fill the gap with only one word, above or below.' },
    { name: 'inverse', text: `Where in the picture is the {R}, above or below the {S}? ${ONE_WORD}`, words: 'inverse' },
    {
      name: 'which',
      text: 'Which of the two is higher in the picture, the {S} or the {R}? Answer with its name only.',
      words: 'names',
    },
    { name: 'yes-no', text: `Is the {S} {P} the {R}? ${YES_NO}`, words: 'yes/no' },
  ],
  distance: [
    { name: 'relative', text: `Relative to the {R}, is the {S} far or close from the camera? ${ONE_WORD}` },
    { name: 'direct', text: `Is the {S} far or close from you, compared to the {R}? ${ONE_WORD}` },
    { name: 'passive', text: `Compared to the {R}, has the {S} been placed far or close from the camera? ${ONE_WORD}` },
    {
      name: 'synonyms',
      text: `Is the {S} farther or nearer than the {R}? ${ONE_WORD}`,
      words: 'synonyms',
      synonyms: ['farther', 'nearer'],
    },
    {
      name: 'blank',
      text: 'Compared to the {R}, the {S} is ___ from you. Fill the gap with only one word, far or close.',
    },
    {
      name: 'inverse',
      text: `Relative to the {S}, is the {R} far or close from the camera? ${ONE_WORD}`,
      words: 'inverse',
    },
    {
      name: 'which',
      text: 'Which of the two is farther from the camera, the {S} or the {R}? Answer with its name only.',
      words: 'names',
    },
    { name: 'yes-no', text: `Compared to the {R}, is the {S} {P} from you? ${YES_NO}`, words: 'yes/no' },
  ],
};

/** The question and what may be answered: the first option means the axis's first pole of the subject. */
export interface Worded {
  readonly question: string;
  readonly options: [string, string];
  /** Absent where the options are the poles themselves. */
  readonly choices?: [string, string];
  /** True if the subject is named before the reference. */
  readonly subjectFirst: boolean;
}

/** @param claimed index of the pole that a yes/no question claims */
export function worded(
  axis: Axis,
  { text, words = 'same', synonyms }: Phrase,
  subject: string,
  reference: string,
  claimed: 0 | 1,
): Worded {
  const poles: [string, string] = [...POLES[axis]];
  return {
    question: text.replaceAll('{S}', subject).replaceAll('{R}', reference).replaceAll('{P}', poles[claimed]),
    options: optionsOf(words),
    ...(words !== 'same' && { choices: poles }),
    subjectFirst: text.indexOf('{S}') < text.indexOf('{R}'),
  };

  function optionsOf(kind: AnswerWords): [string, string] {
    switch (kind) {
      case 'same':
        return poles;
      case 'synonyms':
        return [...(synonyms ?? poles)] as [string, string];
      case 'inverse':
        return [poles[1], poles[0]];
      case 'names':
        return [subject, reference];
      case 'yes/no':
        return claimed === 0 ? ['yes', 'no'] : ['no', 'yes'];
    }
  }
}
