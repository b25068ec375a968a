/** Which positions of a prompt, and which part of which picture, a selection reads. */
import type { Item } from '../../core/artifacts/contrast-set.ts';
import type { Selection } from '../../core/artifacts/hidden-states.ts';
import { PlumblineError } from '../../core/errors.ts';
import type { Prompt, Visual, VisualRef } from '../families/family.ts';
import { patchRows, rowsOfBox, visualOfPicture } from '../families/layout.ts';
import type { ShardItem } from './target.ts';
import type { Region } from './visuals.ts';

/** Where the object of a `patches:k` selection is. */
export function boxOf(
  item: Item,
  refs: readonly VisualRef[],
  selection: Selection,
): { visual: number; region: Exclude<Region, string> } | null {
  const object = item.objects[Number(selection.slice(selection.indexOf(':') + 1)) - 1];
  if (object?.box === undefined) return null;
  const place = visualOfPicture(refs, object.picture ?? 0);
  return place === null ? null : { visual: place.visual, region: { box: object.box, picture: place.picture } };
}

/** Positions of the prompt that a selection averages. */
export function positionsOf(
  selection: Selection,
  { item, visuals: refs }: Pick<ShardItem, 'item' | 'visuals'>,
  prompt: Prompt,
  visuals: readonly Visual[],
  named: readonly number[],
  last: number,
): number[] {
  if (selection === 'last') return [last];
  if (selection === 'cls') return [0];
  // Rows that are packed into one token count once.
  if (selection === 'image')
    return [...new Set(visuals.flatMap(({ features }, i) => patchRows(features!).map((row) => prompt.images[i][row])))];
  if (selection === 'mean') return textPositions(prompt);
  if (selection.startsWith('token:')) return [tokenPosition(selection, prompt, item.item)];
  const object = Number(selection.slice(selection.indexOf(':') + 1)) - 1;
  if (selection.startsWith('words')) return [named[object]];
  const place = boxOf(item, refs, selection);
  if (place === null) return [];
  const visual = visuals[place.visual];
  return [
    ...new Set(
      rowsOfBox(visual, visual.features!, place.region.box, place.region.picture).map(
        (row) => prompt.images[place.visual][row],
      ),
    ),
  ];
}

/** Positions of the text: without image tokens and padding. */
export function textPositions(prompt: Prompt): number[] {
  const images = new Set(prompt.images.flat());
  return prompt.positions.filter((position) => !images.has(position));
}

/** Position that `token:N` reads; throws `token-not-found`. */
export function tokenPosition(selection: Selection, { ids }: Pick<Prompt, 'ids'>, where: string): number {
  const number = Number(selection.slice('token:'.length));
  const position = number < 0 ? ids.length + number : number;
  if (position >= 0 && position < ids.length) return position;
  throw new PlumblineError('token-not-found', `the prompt has ${ids.length} tokens, and so no token ${number}`, {
    where: `item ${where}`,
    hint: `give a number from ${-ids.length} to ${ids.length - 1}; \`plumbline tokens\` shows them`,
  });
}
