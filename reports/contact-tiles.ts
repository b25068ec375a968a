/** The pairs of the contact sheet: pictures with both objects outlined, and what each checkpoint answered. */
import { join } from 'node:path';
import { createCanvas, loadImage } from 'canvas';
import {
  CONDITIONS,
  imageOf,
  spatialPairs,
  type Axis,
  type Condition,
  type Item,
  type Pair,
  type SpatialPair,
} from '../core/artifacts/contrast-set.ts';
import type { Cue } from '../core/artifacts/cues.ts';
import type { Answer } from '../core/artifacts/answers.ts';
import { messageOf, PlumblineError } from '../core/errors.ts';
import { answersById, type ReportInput } from './input.ts';

/** Longest side of an embedded picture in pixels: 300 dpi at the printed size. */
const LONGEST = 320;

export interface TileAnswer {
  readonly checkpoint: string;
  readonly option: string;
  /** Softmax of the option scores. */
  readonly probability: number;
  readonly right: boolean;
}

export interface Tile {
  readonly pair: string;
  readonly axis: Axis;
  readonly condition: Condition;
  readonly item: Item;
  /** JPEG as a data URL. */
  readonly picture: string;
  readonly width: number;
  readonly height: number;
  readonly answers: readonly TileAnswer[];
}

/** The option with the highest score; a tie counts as wrong (methods §3). */
export function chosen(
  item: Pick<Item, 'options' | 'answer'>,
  { scores }: Answer,
): Omit<TileAnswer, 'checkpoint'> | null {
  const ranked = item.options.filter((option) => Number.isFinite(scores[option])).sort((a, b) => scores[b] - scores[a]);
  if (ranked.length === 0) return null;
  const [option, next] = ranked;
  const total = ranked.reduce((sum, other) => sum + Math.exp(scores[other] - scores[option]), 0);
  return {
    option,
    probability: 1 / total,
    right: option === item.answer && (next === undefined || scores[next] < scores[option]),
  };
}

/** `count` of `pairs` evenly over the file, so that the choice knows nothing of the answers. */
function evenly<P extends Pair>(pairs: readonly P[], count: number): P[] {
  return pairs.length <= count
    ? [...pairs]
    : Array.from({ length: count }, (_, i) => pairs[Math.floor((i * pairs.length) / count)]);
}

/**
 * Pairs about the axes that the findings ask about.
 * @param perCondition tiles an axis and condition
 * @throws PlumblineError `picture-unreadable` when a picture is missing or can't be decoded
 */
export async function contactTiles(
  { checkpoints, set }: Pick<ReportInput, 'checkpoints' | 'set'>,
  perCondition: number,
): Promise<Tile[]> {
  const scored = checkpoints.map(({ name, answers }) => ({ name, answers: answersById(answers) }));
  // Of several findings on an axis the first, whose cue the pairs are sorted by.
  const judged = checkpoints.flatMap(({ findings }) => [...findings].reverse());
  const axes = [...new Map(judged.map((finding) => [finding.axis, finding])).values()];
  const swapsOf = (cue: Cue): SpatialPair[] =>
    spatialPairs(set.pairs, cue).filter(({ kind }) => kind === 'question-swap');
  const pairs = CONDITIONS.filter((condition) => condition !== 'ambiguous').flatMap((condition) =>
    axes.flatMap(({ axis, cue }) =>
      evenly(
        swapsOf(cue).filter((pair) => pair.axis === axis && pair.condition === condition),
        perCondition,
      ),
    ),
  );
  return Promise.all(
    pairs.map(async ({ id, axis, condition, first }) => {
      const answers = scored.flatMap(({ name, answers: byId }) => {
        const answer = byId.get(first.item);
        const best = answer && chosen(first, answer);
        return best ? [{ checkpoint: name, ...best }] : [];
      });
      return {
        pair: id,
        axis,
        condition,
        item: first,
        ...(await outlined(join(set.directory, imageOf(first)), first, axis)),
        answers,
      };
    }),
  );
}

/** The object asked about: a distance question names it last (“Compared to REFERENCE, is SUBJECT …”), others first. */
export function subjectOf({ objects }: Pick<Item, 'objects'>, axis: Axis): Item['objects'][number] | undefined {
  return axis === 'distance' ? objects[objects.length - 1] : objects[0];
}

/** The subject of the question in a solid outline, the other objects dashed. */
async function outlined(
  path: string,
  item: Item,
  axis: Axis,
): Promise<{ picture: string; width: number; height: number }> {
  const image = await loadImage(path).catch((error: unknown) => {
    throw new PlumblineError('picture-unreadable', `a picture of the set can't be read: ${messageOf(error)}`, {
      where: path,
      hint: 'generate the contrast set again',
      cause: error,
    });
  });
  const scale = Math.min(1, LONGEST / Math.max(image.width, image.height));
  const canvas = createCanvas(Math.round(image.width * scale), Math.round(image.height * scale));
  const context = canvas.getContext('2d');
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  const line = Math.max(1, canvas.width / 130);
  for (const object of item.objects) {
    if (object.box === undefined) continue;
    const [x, y, width, height] = object.box;
    const grow = 1.5 * line;
    for (const [stroke, lineWidth] of [
      ['#000000', 2.2 * line],
      ['#ffffff', line],
    ] as const) {
      context.strokeStyle = stroke;
      context.lineWidth = lineWidth;
      context.setLineDash(object === subjectOf(item, axis) ? [] : [3 * line, 2.4 * line]);
      context.strokeRect(x * scale - grow, y * scale - grow, width * scale + 2 * grow, height * scale + 2 * grow);
    }
  }
  const jpeg = await canvas.encode('jpeg', 86);
  return { picture: `data:image/jpeg;base64,${jpeg.toString('base64')}`, width: canvas.width, height: canvas.height };
}
