/**
 * Which prompts share their beginning: questions about the same pictures, up to the first token in which they, or what
 * an intervention does to them, differ.
 */
import type { Edit } from '../../core/artifacts/intervention.ts';
import type { EditedTokens } from '../interventions/apply.ts';
import type { TextExample } from './text-batch.ts';

/** Least share of a group's tokens that must be saved: a cache has to be read and written, too. */
const LEAST_SAVED = 0.25;
/** Keys and values that are held at once, in bytes. */
const CACHE_BYTES = 256 << 20;

/** Prompts of `length` tokens whose keys and values are held at once, at most `most`. */
export const promptsAtOnce = (bytesPerToken: number, length: number, most: number): number =>
  Math.max(1, Math.min(most, Math.floor(CACHE_BYTES / (bytesPerToken * length))));

/** Whether what an edit adds to a token is another for every item. */
const ofItem = (edit: Edit): boolean => edit.op === 'replace' || (edit.op === 'add' && edit.signs !== undefined);

/**
 * Leading tokens that some prompts about the same visuals share; 0 where that saves too little, or the image tokens
 * aren't among them. Every prompt keeps at least one token of its own.
 */
export function sharedLength(
  prompts: readonly Pick<TextExample, 'ids' | 'prompt' | 'edited'>[],
  edits: readonly Edit[],
): number {
  const [first, ...others] = prompts;
  let length = Math.min(...prompts.map(({ ids }) => ids.length - 1));
  for (const { ids } of others) {
    const differs = ids.findIndex((id, i) => id !== first.ids[i]);
    if (differs >= 0) length = Math.min(length, differs);
  }
  edits.forEach(
    (edit, k) =>
      (length = Math.min(
        length,
        firstDifference(
          edit,
          prompts.map(({ edited }) => edited![k]),
        ),
      )),
  );
  const lastImage = Math.max(
    -1,
    ...first.prompt.images.map((positions) => positions.reduce((a, b) => Math.max(a, b), -1)),
  );
  const all = prompts.reduce((sum, { ids }) => sum + ids.length, 0);
  return lastImage < 0 || lastImage >= length || (prompts.length - 1) * length < LEAST_SAVED * all ? 0 : length;
}

/** First position that an edit changes in another way in one prompt than in another. */
function firstDifference(edit: Edit, edited: readonly EditedTokens[]): number {
  const sets = edited.map(({ positions }) => new Set(positions));
  const all = [...new Set(edited.flatMap(({ positions }) => positions))];
  const differing = ofItem(edit) ? all : all.filter((position) => sets.some((set) => !set.has(position)));
  return differing.reduce((a, b) => Math.min(a, b), Infinity);
}
