/**
 * The prompt of an item as the model gets it: what every token is, which patch of which picture, and which positions
 * each selection reads.
 */
import { join } from 'node:path';
import type { Item } from '../core/artifacts/contrast-set.ts';
import type { Selection } from '../core/artifacts/hidden-states.ts';
import { PlumblineError } from '../core/errors.ts';
import type { Checkpoint } from './checkpoint/open.ts';
import type { Prompt, Visual } from './families/family.ts';
import { decodeImage, type RgbImage } from './preprocess/image.ts';
import { drawPatches, type PatchMark } from './preprocess/draw-patches.ts';
import { phrasePositions } from './prompt/phrase.ts';
import { positionsOf } from './run/positions.ts';
import { layoutOfTiles, rowsOfBox, visualOfPicture } from './families/layout.ts';

/** The patch that an image token stands for; of a merged or pooled one, the patch of the coarser grid. */
export interface TokenPatch {
  /** Which of the item's visuals (pictures or clips), from 0. */
  readonly visual: number;
  /** Pictures of the visual that it shows: several where neighbouring frames share their patches. */
  readonly pictures: readonly number[];
  readonly tile: number;
  readonly row: number;
  readonly column: number;
  /** Number of the patch in its tile, row by row. */
  readonly patch: number;
}

export interface TokenDescription {
  readonly position: number;
  readonly id: number;
  readonly text: string;
  /** Null for text, and for image tokens that stand for no patch (a kept class token, ends of rows). */
  readonly patch: TokenPatch | null;
  /** Whether it is one of the image tokens. */
  readonly image: boolean;
  /** Selections that read this position, but for those that read all of the text (`mean`) or all patches (`image`). */
  readonly selections: readonly Selection[];
}

export interface PromptDescription {
  readonly question: string;
  /** The rendered chat template; image tokens as they stand before they are repeated. */
  readonly text: string;
  readonly tokens: readonly TokenDescription[];
}

type DescribedItem = Pick<Item, 'item' | 'images' | 'media' | 'question' | 'options' | 'objects'>;

/** Describes the prompt of an item whose visuals are loaded. */
export function describeTokens(
  checkpoint: Checkpoint,
  item: DescribedItem,
  visuals: readonly Visual[],
): PromptDescription {
  const { text } = checkpoint;
  if (text === null)
    throw new PlumblineError('no-language', 'a vision encoder alone has no prompts', {
      where: checkpoint.directory,
      hint: 'use a vision-language checkpoint',
    });
  const prompt = text.prompt(item, visuals);
  const patches = patchesOfTokens(prompt, visuals);
  const images = new Set(prompt.images.flat());
  const read = readPositions(checkpoint, item, prompt, visuals);
  const { tokenizer } = text.tools;
  const tokens = prompt.ids.map((id, position): TokenDescription => ({
    position,
    id,
    text: tokenizer.decode([id], { skip_special_tokens: false, clean_up_tokenization_spaces: false }),
    patch: patches.get(position) ?? null,
    image: images.has(position),
    selections: [...read].flatMap(([selection, positions]) => (positions.includes(position) ? [selection] : [])),
  }));
  return { question: prompt.question, text: prompt.text, tokens };
}

/** Position → the patch that its token stands for. */
function patchesOfTokens(prompt: Prompt, visuals: readonly Visual[]): Map<number, TokenPatch> {
  const patches = new Map<number, TokenPatch>();
  visuals.forEach(({ features }, visual) =>
    features?.tiles.forEach(({ rows, grid, pictures }, tile) =>
      rows.forEach((row, patch) => {
        const position = prompt.images[visual]?.[row];
        if (position !== undefined && !patches.has(position))
          patches.set(position, {
            visual,
            pictures,
            tile,
            row: Math.floor(patch / grid.columns),
            column: patch % grid.columns,
            patch,
          });
      }),
    ),
  );
  return patches;
}

/** Positions that each selection reads of a prompt. */
function readPositions(
  { text, vision }: Checkpoint,
  item: DescribedItem,
  prompt: Prompt,
  visuals: readonly Visual[],
): Map<Selection, number[]> {
  const objects = item.objects.slice(0, 2);
  const words = phrasePositions(
    text!.tools,
    prompt,
    objects.map(({ name }) => name),
  );
  const refs = visuals.map(({ ref }) => ref);
  const shardItem = { item: { ...item, answer: item.options[0] ?? '' }, row: 0, visuals: refs };
  const holdsImages = vision !== null && text!.similarity === undefined;
  const boxed = holdsImages
    ? objects.flatMap((object, k): Selection[] => (object.box === undefined ? [] : [`patches:${k + 1}` as Selection]))
    : [];
  const selections: Selection[] = [
    ...objects.map((_, k) => `words:${k + 1}` as Selection),
    ...boxed,
    ...(text!.output === null && text!.similarity === undefined ? (['cls'] as const) : (['last'] as const)),
  ];
  return new Map(
    selections.map((selection) => [
      selection,
      positionsOf(selection, shardItem, prompt, visuals, words, prompt.ids.length - 1),
    ]),
  );
}

/**
 * The item's pictures with the patch grid over them, each patch with the position of its token (or, without a language
 * side, its number), and the patches of the first two objects tinted. Pictures, and crops that overlap, stand side by
 * side.
 * @param directory folder of the pictures
 */
export async function drawTokens(
  checkpoint: Checkpoint,
  item: DescribedItem,
  directory: string,
  visuals: readonly Visual[],
): Promise<RgbImage> {
  const prompt = checkpoint.text === null ? null : checkpoint.text.prompt(item, visuals);
  const refs = visuals.map(({ ref }) => ref);
  const panels = await Promise.all(
    visuals.flatMap((visual, index) =>
      visual.ref.images.map(async (image, picture) => {
        const layout =
          visual.features === null || visual.features.tiles.length === 0
            ? layoutOfTiles(visual.tiles, 0)
            : visual.features;
        const marks = item.objects.slice(0, 2).flatMap(({ box, picture: of = 0 }, object): PatchMark[] => {
          const place = box === undefined ? null : visualOfPicture(refs, of);
          return box === undefined || place === null || place.visual !== index || place.picture !== picture
            ? []
            : [{ object, rows: rowsOfBox(visual, layout, box, picture) }];
        });
        const label = (row: number): number =>
          layout === visual.features ? (prompt?.images[index]?.[row] ?? row) : row;
        return {
          image: await decodeImage(join(directory, image)),
          tiles: layout.tiles.filter(({ pictures }) => pictures.includes(picture)),
          marks,
          label,
        };
      }),
    ),
  );
  if (panels.length === 0)
    throw new PlumblineError('no-pictures', 'the item has no pictures to draw', {
      where: `item ${item.item}`,
      hint: 'give one with --image, or an item of a set with pictures',
    });
  return drawPatches(panels);
}
