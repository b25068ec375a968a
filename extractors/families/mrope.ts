/**
 * M-RoPE: positions in time, height and width. Source: `get_rope_index` of Qwen2-VL and Qwen2.5-VL in transformers;
 * Qwen2-VL, arXiv 2409.12191, section 2.1.
 */

/** Patches of one picture or clip after merging: frames × rows × columns. */
export interface TokenGrid {
  readonly frames: number;
  readonly rows: number;
  readonly columns: number;
  /** Position in time from one frame to the next. */
  readonly step: number;
}

/**
 * Positions [3, length]: text counts up in all three; a picture starts after the text before it and counts its frames,
 * rows and columns; text goes on after the largest position so far.
 * @param starts position in the ids of each visual's first token
 */
export function mropePositions(length: number, starts: readonly number[], grids: readonly TokenGrid[]): number[][] {
  const axes: number[][] = [new Array<number>(length), new Array<number>(length), new Array<number>(length)];
  let at = 0;
  let next = 0;
  const text = (until: number): void => {
    for (; at < until; at++, next++) for (const axis of axes) axis[at] = next;
  };
  grids.forEach(({ frames, rows, columns, step }, k) => {
    text(starts[k]);
    for (let t = 0; t < frames; t++)
      for (let row = 0; row < rows; row++)
        for (let column = 0; column < columns; column++, at++) {
          axes[0][at] = next + Math.trunc(t * step);
          axes[1][at] = next + row;
          axes[2][at] = next + column;
        }
    next += Math.max(Math.trunc((frames - 1) * step), rows - 1, columns - 1) + 1;
  });
  text(length);
  return axes;
}
