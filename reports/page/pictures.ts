/** The pictures behind the points of scatters that can be brushed: small, each once. */
import { join } from 'node:path';
import { createCanvas, loadImage } from 'canvas';
import { conditionFor, type ContrastSet } from '../../core/artifacts/contrast-set.ts';
import type { Drawing } from '../render.ts';

/** Longest side in pixels: two for each of the page's, on a dense screen. */
const LONGEST = 144;

/** What a figure's `usermeta` says of its brush: the selection, and which rows of its data it picks by which id. */
export interface BrushMeta {
  readonly param: string;
  readonly role: string;
  /** Field that holds the id of a pair or an item of the set. */
  readonly id: string;
}

export interface PicturesBehind {
  /** Id of a pair or item → path of its picture and what is asked about it. */
  readonly points: Readonly<Record<string, { readonly image: string; readonly words: string }>>;
  /** Path → JPEG as a data URL. */
  readonly images: Readonly<Record<string, string>>;
}

/** `undefined` where no figure can be brushed or none of its pictures can be read: the page goes without. */
export async function picturesBehind(
  drawings: readonly Drawing[],
  set: ContrastSet,
): Promise<PicturesBehind | undefined> {
  const wanted = new Set(drawings.flatMap(({ spec }) => brushedIds(spec)));
  if (wanted.size === 0) return undefined;
  const points = new Map<string, { image: string; words: string }>();
  for (const { id, conditions, first, second } of set.pairs) {
    const put = (key: string, { images: [image], question }: typeof first): void => {
      if (image !== undefined && wanted.has(key) && !points.has(key))
        points.set(key, { image, words: `${question} (${conditionFor({ conditions })})` });
    };
    put(id, first);
    put(first.item, first);
    put(second.item, second);
  }
  const images = new Map<string, string>();
  await Promise.all(
    [...new Set([...points.values()].map(({ image }) => image))].map(async (path) => {
      const image = await loadImage(join(set.directory, path)).catch(() => null);
      if (image === null) return;
      const scale = Math.min(1, LONGEST / Math.max(image.width, image.height));
      const canvas = createCanvas(
        Math.max(1, Math.round(image.width * scale)),
        Math.max(1, Math.round(image.height * scale)),
      );
      canvas.getContext('2d').drawImage(image, 0, 0, canvas.width, canvas.height);
      images.set(path, `data:image/jpeg;base64,${(await canvas.encode('jpeg', 78)).toString('base64')}`);
    }),
  );
  if (images.size === 0) return undefined;
  // Sorted: pictures come in as they are decoded.
  const sorted = <T>(map: ReadonlyMap<string, T>): Record<string, T> =>
    Object.fromEntries([...map].sort(([a], [b]) => (a < b ? -1 : 1)));
  return { points: sorted(points), images: sorted(images) };
}

function brushedIds(spec: Drawing['spec']): string[] {
  const { brush } = (spec.usermeta ?? {}) as { brush?: BrushMeta };
  const { vconcat } = spec as { vconcat?: readonly { data?: { values?: readonly Record<string, unknown>[] } }[] };
  const values = vconcat?.at(-1)?.data?.values;
  return brush === undefined || values === undefined
    ? []
    : values.filter((row) => row.role === brush.role).map((row) => String(row[brush.id]));
}
