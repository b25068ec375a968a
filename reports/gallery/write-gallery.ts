/** A contact sheet of a contrast set, in which a person can judge a hundred pairs in a minute. */
import type { Answer } from '../../core/artifacts/answers.ts';
import type { ContrastSetHeader, Item, Pair } from '../../core/artifacts/contrast-set.ts';
import { writeFileAtomic } from '../../core/formats/atomic.ts';
import type { OnProgress } from '../../core/progress.ts';
import { chosen } from '../contact-tiles.ts';
import type { CardData, SideData } from './card.ts';
import { tagsOf } from './filters.ts';
import { galleryPage } from './page.ts';
import { selectPairs } from './select.ts';
import { Thumbnails } from './thumbnails.ts';

export interface GalleryOptions {
  readonly set: { readonly directory: string; readonly header: ContrastSetHeader };
  /** Gives the pairs from the start, each time it is called: they are read twice and not held. */
  readonly pairs: () => AsyncIterable<Pair> | Iterable<Pair>;
  /** HTML file to write. */
  readonly file: string;
  /** Most pairs shown; defaults to *200*. */
  readonly limit?: number;
  readonly answers?: readonly Answer[];
  readonly onProgress?: OnProgress;
  readonly signal?: AbortSignal;
}

/** Frames of a clip that are shown. */
const MOST_FRAMES = 16;

/**
 * Writes the gallery; returns how many pairs it shows.
 * @throws PlumblineError `picture-unreadable`, and what writing throws
 */
export async function writeGallery({
  set,
  pairs,
  file,
  limit = 200,
  answers = [],
  onProgress,
  signal,
}: GalleryOptions): Promise<number> {
  const selected = await selectPairs(pairs, limit);
  const byItem = new Map(answers.map((answer) => [answer.item, answer]));
  const thumbnails = new Thumbnails(set.directory);
  const cards: CardData[] = [];
  for (const pair of selected) {
    signal?.throwIfAborted();
    const sides = (await Promise.all(
      [pair.first, pair.second].map((item) => sideOf(item, thumbnails, byItem.get(item.item))),
    )) as unknown as [SideData, SideData];
    cards.push({ pair, sides, tags: tagsOf(pair, judgement(sides)) });
    onProgress?.({ stage: 'gallery', done: cards.length, total: selected.length, unit: 'pairs' });
  }
  await writeFileAtomic(file, galleryPage({ header: set.header, cards, pictures: thumbnails.pictures }));
  return cards.length;
}

async function sideOf(item: Item, thumbnails: Thumbnails, answer: Answer | undefined): Promise<SideData> {
  const { images } = item;
  const places =
    images.length <= MOST_FRAMES
      ? images.map((_, i) => i)
      : Array.from({ length: MOST_FRAMES }, (_, i) => Math.round((i * (images.length - 1)) / (MOST_FRAMES - 1)));
  const size = item.media === 'clip' || images.length > 4 ? 'strip' : 'alone';
  const pictures = await Promise.all(
    places.map(async (place) => ({ picture: await thumbnails.of(images[place], size), place })),
  );
  return { item, pictures, answer: answer && (chosen(item, answer) ?? undefined) };
}

function judgement(sides: readonly SideData[]): string | undefined {
  const right = sides.flatMap(({ answer }) => (answer === undefined ? [] : [answer.right]));
  if (right.length === 0) return undefined;
  return right.every(Boolean) ? 'right' : right.some(Boolean) ? 'one wrong' : 'wrong';
}
