/**
 * Is every pair what its kind says, every answer what the question's program gives, and every condition what boxes and
 * depths say?
 */
import {
  AMBIGUOUS_BELOW,
  isLocated,
  type Condition,
  type Item,
  type LocatedObject,
  type Pair,
} from '../../core/artifacts/contrast-set.ts';
import { PlumblineError } from '../../core/errors.ts';
import { sha256 } from '../../core/formats/hash.ts';
import { stableJson } from '../../core/formats/json.ts';
import { answerByProgram } from '../programs/index.ts';
import { towardsPole } from '../programs/compare.ts';

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

/** The condition of a scene, from two objects in one picture of `height` pixels (methods §1). */
export function conditionOf([a, b]: readonly [LocatedObject, LocatedObject], height: number): Condition {
  const up = towardsPole('vertical', a, b);
  if (Math.abs(up) < AMBIGUOUS_BELOW * height) return 'ambiguous';
  return up > 0 === a.depth > b.depth ? 'consistent' : 'counter';
}

export function conditionProblem(
  { id, condition, first }: Pair,
  heights: ReadonlyMap<string, number>,
): string | undefined {
  if (condition === 'none') return undefined;
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
  const found = conditionOf([a, b], height);
  return found === condition ? undefined : `${id}: the condition is ${condition}, the geometry says ${found}`;
}
