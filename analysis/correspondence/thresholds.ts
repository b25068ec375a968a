/** When a match counts as right (methods §4), and how often a random one would. */
import { patchCentre, type PatchPlacement } from '../../core/artifacts/dense-patches.ts';
import type { PckThreshold } from '../../core/artifacts/results/correspondence.ts';

/**
 * PCK@2 is the figure that layers are compared by. The third is probe3d's: 10 px on a picture of a quarter of the size.
 */
export const DEFAULT_THRESHOLDS: readonly PckThreshold[] = [
  { kind: 'patches', value: 2 },
  { kind: 'patches', value: 1 },
  { kind: 'pixels', value: 10, scale: 0.25 },
];

/**
 * Targets are float32: a projection that lies exactly r patches away may come out this much farther, as a share of a
 * patch.
 */
const ROUNDING = 1e-5;

/** `PCK@2`, or `PCK@10px at 84 × 84` for pictures of 336 × 336. */
export function thresholdLabel(
  threshold: PckThreshold,
  { width, height }: { readonly width: number; readonly height: number },
): string {
  if (threshold.kind === 'patches') return `PCK@${threshold.value}`;
  return `PCK@${threshold.value}px at ${Math.round(width * threshold.scale)} × ${Math.round(height * threshold.scale)}`;
}

/**
 * Whether a match to `patch` is right for a point that projects to (x, y): at most r patches away, or strictly less
 * than so many pixels.
 */
export function isRight(
  threshold: PckThreshold,
  placement: PatchPlacement,
  patch: number,
  x: number,
  y: number,
): boolean {
  const [cx, cy] = patchCentre(placement, patch);
  const patches = threshold.kind === 'patches';
  const dx = (cx - x) / (patches ? placement.patch.width : 1);
  const dy = (cy - y) / (patches ? placement.patch.height : 1);
  const squared = dx * dx + dy * dy;
  return patches ? squared <= (threshold.value + ROUNDING) ** 2 : squared * threshold.scale ** 2 < threshold.value ** 2;
}

/** Share of the patches that would be right for a point at (x, y): what a random match scores, less near the border. */
export function chanceAt(threshold: PckThreshold, placement: PatchPlacement, x: number, y: number): number {
  const { grid, patch, left, top } = placement;
  const reach =
    threshold.kind === 'patches'
      ? { x: threshold.value, y: threshold.value }
      : { x: threshold.value / threshold.scale / patch.width, y: threshold.value / threshold.scale / patch.height };
  const range = (centre: number, around: number, count: number): [number, number] => [
    Math.max(0, Math.floor(centre - around - 1)),
    Math.min(count - 1, Math.ceil(centre + around + 1)),
  ];
  const [firstColumn, lastColumn] = range((x - left) / patch.width, reach.x, grid.columns);
  const [firstRow, lastRow] = range((y - top) / patch.height, reach.y, grid.rows);
  let right = 0;
  for (let row = firstRow; row <= lastRow; row++)
    for (let column = firstColumn; column <= lastColumn; column++)
      if (isRight(threshold, placement, row * grid.columns + column, x, y)) right++;
  return right / (grid.rows * grid.columns);
}
