/**
 * Boxes from outside: brought to `[x, y, width, height]` and held against the picture.
 */
import { rowProblem } from './row-problem.ts';

export const BOX_FORMATS = ['xywh', 'xyxy'] as const;
/** Boxes as corner and size, or as two corners. */
export type BoxFormat = (typeof BOX_FORMATS)[number];

type Box = [number, number, number, number];
interface Size {
  readonly width: number;
  readonly height: number;
}

/** Annotations are rounded: a box may end this many pixels outside. */
const SLACK = 1;

/** The box as `[x, y, width, height]` clipped to the picture; throws `bad-row` when it lies outside or is empty. */
export function boxIn(box: readonly number[], { width, height }: Size, format: BoxFormat, name: string): Box {
  const shown = `the box [${box.join(', ')}] of \`${name}\``;
  if (box.length !== 4 || !box.every(Number.isFinite)) throw rowProblem(`${shown} is not four numbers`);
  const [x, y, right, bottom] = format === 'xyxy' ? box : [box[0], box[1], box[0] + box[2], box[1] + box[3]];
  if (!(right > x && bottom > y))
    throw rowProblem(`${shown} is empty${format === 'xyxy' ? '' : '; if it is two corners, say --boxes xyxy'}`);
  if (x < -SLACK || y < -SLACK || right > width + SLACK || bottom > height + SLACK)
    throw rowProblem(
      `${shown} lies outside the picture of ${width} × ${height}${format === 'xyxy' ? '' : '; if it is two corners, say --boxes xyxy'}`,
    );
  const [left, top] = [Math.max(0, x), Math.max(0, y)];
  return [left, top, Math.min(width, right) - left, Math.min(height, bottom) - top];
}

/** Whether all boxes make sense in a format. */
export function fits(boxes: readonly (readonly number[])[], size: Size, format: BoxFormat): boolean {
  try {
    for (const box of boxes) boxIn(box, size, format, '');
    return true;
  } catch {
    return false;
  }
}

/**
 * Depths that say no more than which of two objects is farther: 2 for the farther, 1 for the nearer. The conditions of
 * methods §1 need the order alone.
 */
export const rankDepth = (farther: boolean): number => (farther ? 2 : 1);
