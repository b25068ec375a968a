/** Where a picture's pixels go: resized size, centre crop, and the patches that a box covers afterwards. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** How a picture is brought to the model's size: resized, then cropped (or padded with zeros) around the centre. */
export interface Placement {
  readonly resized: Size;
  readonly output: Size;
  /** Left and top of the crop in the resized picture; negative where zeros are padded. */
  readonly left: number;
  readonly top: number;
}

export type ResizeRule =
  | { readonly kind: 'exact'; readonly size: Size }
  | { readonly kind: 'shortest-edge'; readonly edge: number }
  | { readonly kind: 'none' };

/**
 * Size after the rule, as Hugging Face's `get_resize_output_image_size` computes it (the longer edge is cut, not
 * rounded).
 */
export function resizedSize(image: Size, rule: ResizeRule): Size {
  if (rule.kind === 'none') return { width: image.width, height: image.height };
  if (rule.kind === 'exact') return rule.size;
  const { edge } = rule;
  const long = Math.trunc((edge * Math.max(image.width, image.height)) / Math.min(image.width, image.height));
  return image.width <= image.height ? { width: edge, height: long } : { width: long, height: edge };
}

/** Centre crop as Hugging Face's `center_crop`, which pads where the picture is smaller than the crop. */
export function place(image: Size, rule: ResizeRule, crop: Size | null): Placement {
  const resized = resizedSize(image, rule);
  if (crop === null) return { resized, output: resized, left: 0, top: 0 };
  const offset = (have: number, want: number): number =>
    want <= have ? Math.floor((have - want) / 2) : -Math.ceil((want - have) / 2);
  // When one side is too small, Hugging Face pads both first and then crops; the crop's offset stays the floor of the
  // difference.
  return { resized, output: crop, left: offset(resized.width, crop.width), top: offset(resized.height, crop.height) };
}

/** Rows and columns of the patch grid; patches are numbered row by row. */
export interface PatchGrid {
  readonly rows: number;
  readonly columns: number;
  /** Edge of a patch in pixels of the model's picture; its width where `patchHeight` differs. */
  readonly patch: number;
  readonly patchHeight?: number;
}

/** Patches that a box covers, and whether their centres lie in it. */
export interface CoveredPatches {
  readonly patches: readonly number[];
  readonly exact: boolean;
}

/**
 * Patches whose centre lies in the box; when there is none, the patch that holds the box's centre (or is nearest to
 * it), and `exact` is false.
 * @param box `[x, y, width, height]` in pixels of the original picture
 * @param image size of the original picture
 */
export function patchesOfBox(
  box: readonly [number, number, number, number],
  image: Size,
  placement: Placement,
  grid: PatchGrid,
): CoveredPatches {
  const scaleX = placement.resized.width / image.width;
  const scaleY = placement.resized.height / image.height;
  const left = box[0] * scaleX - placement.left;
  const top = box[1] * scaleY - placement.top;
  const right = (box[0] + box[2]) * scaleX - placement.left;
  const bottom = (box[1] + box[3]) * scaleY - placement.top;
  const patchHeight = grid.patchHeight ?? grid.patch;
  const patches: number[] = [];
  for (let row = 0; row < grid.rows; row++) {
    const y = (row + 0.5) * patchHeight;
    if (y < top || y >= bottom) continue;
    for (let column = 0; column < grid.columns; column++) {
      const x = (column + 0.5) * grid.patch;
      if (x >= left && x < right) patches.push(row * grid.columns + column);
    }
  }
  if (patches.length > 0) return { patches, exact: true };
  const clamp = (value: number, edge: number, count: number): number =>
    Math.min(Math.max(Math.floor(value / edge), 0), count - 1);
  return {
    patches: [
      clamp((top + bottom) / 2, patchHeight, grid.rows) * grid.columns +
        clamp((left + right) / 2, grid.patch, grid.columns),
    ],
    exact: false,
  };
}
