/** Renders the pictures of a planned scene and writes them with their masks. */
import { join } from 'node:path';
import { pixelHash, writeMask, writePng } from '../render/png.ts';
import { renderScene, type Picture } from '../render/render.ts';
import { visibleBoxes } from '../render/boxes.ts';
import { bodyId } from '../scene/solids.ts';
import { sceneOf } from './design.ts';
import { assignmentOf, imageFile, maskFile, VIEWS, type Box, type RenderedView, type View } from './pairs.ts';
import type { ScenePlan } from './plan.ts';

export interface RenderedViews {
  readonly views: Readonly<Record<View, RenderedView>>;
  /** Image file → sha-256 of its pixels. */
  readonly images: Record<string, string>;
}

export interface RenderOptions {
  /** Folder to write under. */
  readonly directory: string;
  /** Width and height, pixels. */
  readonly size: number;
  /** Sees every picture, e.g. to write another one made from it. */
  readonly onPicture?: (view: View, picture: Picture, rendered: RenderedView) => Promise<void>;
}

export async function renderViews(
  plan: ScenePlan,
  { directory, size, onPicture }: RenderOptions,
): Promise<RenderedViews> {
  const views: Partial<Record<View, RenderedView>> = {};
  const images: Record<string, string> = {};
  for (const view of VIEWS) {
    const picture = renderScene(sceneOf(plan.design, assignmentOf(plan, view), 1), size, size);
    const image = imageFile(plan.id, view);
    const rendered = await writeView(directory, image, picture, plan.id);
    views[view] = rendered;
    images[image] = pixelHash(picture);
    await onPicture?.(view, picture, rendered);
  }
  return { views: views as Record<View, RenderedView>, images };
}

/** Writes a picture and its mask, and says where its targets are. */
export async function writeView(
  directory: string,
  image: string,
  picture: Picture,
  scene: string,
): Promise<RenderedView> {
  const found = visibleBoxes(picture);
  const box = (target: 0 | 1): Box => {
    const entry = found.get(bodyId(target));
    if (!entry) throw new Error(`target ${target} of ${scene} is not in ${image}`);
    return entry.box;
  };
  const mask = maskFile(image);
  await Promise.all([
    writePng(join(directory, image), picture),
    writeMask(join(directory, mask), { ...picture, labels: picture.ids }),
  ]);
  return { image, mask, boxes: [box(0), box(1)], size: picture.height };
}
