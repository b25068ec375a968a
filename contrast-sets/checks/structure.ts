/**
 * Is every pair what its kind says, every answer what the question's program gives, and every condition what boxes and
 * depths say?
 */
import { conditionFor, isLocated, type Item, type Pair } from '../../core/artifacts/contrast-set.ts';
import { CUE_NAMES } from '../../core/artifacts/cues.ts';
import { PlumblineError } from '../../core/errors.ts';
import { sha256 } from '../../core/formats/hash.ts';
import { stableJson } from '../../core/formats/json.ts';
import { answerByProgram } from '../programs/index.ts';
import { conditionOf } from '../conditions.ts';

/** Sees every pair once; remembers identifiers and a short hash of each item. */
export class Identities {
  private readonly ids = new Set<string>();
  private readonly items = new Map<string, string>();

  problems({ id, first, second }: Pair): string[] {
    const found = this.ids.has(id) ? [`pair ${id} occurs twice`] : [];
    this.ids.add(id);
    for (const side of [first, second]) {
      const content = sha256(stableJson(side)).slice(0, 16);
      if ((this.items.get(side.item) ?? content) !== content)
        found.push(`item ${side.item} occurs with different content`);
      this.items.set(side.item, content);
    }
    return found;
  }

  has(item: string): boolean {
    return this.items.has(item);
  }
}

const namesOf = (item: Item): string[] => item.objects.map(({ name }) => name);

/** What the right answer says: the text behind its letter, where options are letters. */
const meaning = ({ options, choices, answer }: Item): string => choices?.[options.indexOf(answer)] ?? answer;

export function pairProblem({ id, kind, first, second }: Pair): string | undefined {
  const samePictures = first.images.join('\n') === second.images.join('\n');
  switch (kind) {
    case 'question-swap':
      if (first.answer === second.answer) return `${id}: both sides have the answer ${first.answer}`;
      return samePictures && namesOf(second).join('\n') === namesOf(first).reverse().join('\n')
        ? undefined
        : `${id}: not a question swap`;
    case 'image-intervention':
      if (first.answer === second.answer) return `${id}: both sides have the answer ${first.answer}`;
      // Without pictures the scene is told in the text.
      return first.images.length > 0
        ? samePictures || first.question !== second.question
          ? `${id}: not an image intervention`
          : undefined
        : first.question === second.question
          ? `${id}: nothing was changed`
          : undefined;
    case 'perturbation':
      return meaning(first) === meaning(second)
        ? undefined
        : `${id}: the answer changes from ${meaning(first)} to ${meaning(second)}`;
  }
}

export function answerProblem(item: Item): string | undefined {
  if (new Set(item.options).size !== item.options.length) return `${item.item}: an option occurs twice`;
  if (!item.options.includes(item.answer))
    return `${item.item}: the answer ${item.answer} is none of ${item.options.join(', ')}`;
  for (const [name, list] of [
    ['choices', item.choices],
    ['captions', item.captions],
  ] as const)
    if (list !== undefined && list.length !== item.options.length)
      return `${item.item}: ${list.length} ${name} for ${item.options.length} options`;
  try {
    const expected = answerByProgram(item);
    return expected === undefined || expected === item.answer
      ? undefined
      : `${item.item}: the answer is ${item.answer}, the scene says ${expected}`;
  } catch (error) {
    if (error instanceof PlumblineError) return `${item.item}: ${error.message}`;
    throw error;
  }
}

export function conditionProblem(
  { id, conditions, first }: Pair,
  heights: ReadonlyMap<string, number>,
): string | undefined {
  const cues = CUE_NAMES.filter((cue) => conditionFor({ conditions }, cue) !== 'none');
  if (cues.length === 0) return undefined;
  const [a, b, ...rest] = first.objects;
  if (a === undefined || b === undefined || rest.length > 0 || !isLocated(a) || !isLocated(b))
    return `${id}: a condition needs exactly two objects with boxes and depths`;
  const layout = first.facts?.layout;
  // Of a scene told in words, the rows of its layout.
  const height =
    first.images.length === 0 && Array.isArray(layout) && typeof layout[1] === 'number'
      ? layout[1]
      : heights.get(first.images[a.picture ?? 0] ?? '');
  if (height === undefined) return undefined;
  for (const cue of cues) {
    const found = conditionOf([a, b], height, cue);
    if (found !== conditions[cue])
      return `${id}: the condition of ${cue} is ${conditions[cue]}, the geometry says ${found}`;
  }
  return undefined;
}
