/**
 * Cues that may stand for depth: of each, whether it points to the farther of two objects (`consistent`), to the nearer
 * one (`counter`), to neither (`ambiguous`), and the words that sentences and figures use for it.
 */

export interface CueWords {
  /** The axis that asks about the cue itself; null where none does. */
  readonly axis: 'vertical' | null;
  /** How the farther object stands to the nearer one where the cue is consistent, and where it is counter. */
  readonly far: readonly [consistent: string, counter: string];
  /** What an image intervention on distance does to the cue, so that its deltas can't tell the cue from depth. */
  readonly heldFixed: string;
  /** How much of the distance axis is the cue. */
  readonly shareName: string;
  /** How much of the answers' margin is the cue. */
  readonly weightName: string;
  /** The cosine of the cue's part with its axis. */
  readonly cosineName: string;
}

export const CUES = {
  height: {
    axis: 'vertical',
    far: ['higher', 'lower'],
    heldFixed: 'holds the heights fixed',
    shareName: 'height share',
    weightName: 'height weight',
    cosineName: 'cosine of the height part with the vertical axis',
  },
  size: {
    axis: null,
    far: ['smaller', 'larger'],
    heldFixed: 'changes apparent sizes with depth',
    shareName: 'size share',
    weightName: 'size weight',
    cosineName: 'cosine of the size part with its axis',
  },
} as const satisfies Record<string, CueWords>;

export type Cue = keyof typeof CUES;
export const CUE_NAMES = Object.keys(CUES) as [Cue, ...Cue[]];

/** Of a pair of objects and a cue. */
export const CONDITIONS = ['consistent', 'counter', 'ambiguous'] as const;
export type Condition = (typeof CONDITIONS)[number];
/** `none` where the cue and the depth of two objects aren't at stake. */
export type CueCondition = Condition | 'none';

/** Share of the picture's height below which the vertical order of two boxes counts as ambiguous. */
export const AMBIGUOUS_BELOW = 0.05;
/** Ratio of apparent sizes up to which two objects look equally large. */
export const AMBIGUOUS_RATIO = 1.1;
