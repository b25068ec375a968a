/** Boxes of the visible parts, read off the id map. */
import type { Picture } from './render.ts';

/** `[x, y, width, height]` in pixels and the number of visible pixels of every id in the picture. */
export function visibleBoxes({
  ids,
  width,
  height,
}: Picture): Map<number, { box: [number, number, number, number]; pixels: number }> {
  const bounds = new Map<number, { left: number; right: number; top: number; bottom: number; pixels: number }>();
  for (let y = 0; y < height; y++) {
    let previous = -1;
    let entry: { left: number; right: number; top: number; bottom: number; pixels: number } | undefined;
    for (let x = 0; x < width; x++) {
      const id = ids[y * width + x];
      if (id !== previous) {
        previous = id;
        entry = bounds.get(id);
        if (!entry) bounds.set(id, (entry = { left: x, right: x, top: y, bottom: y, pixels: 0 }));
      }
      entry!.pixels++;
      if (x < entry!.left) entry!.left = x;
      if (x > entry!.right) entry!.right = x;
      entry!.bottom = y;
    }
  }
  return new Map(
    [...bounds].map(([id, b]) => [
      id,
      { box: [b.left, b.top, b.right - b.left + 1, b.bottom - b.top + 1], pixels: b.pixels },
    ]),
  );
}
