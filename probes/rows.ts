import {
  answerIsCanonical,
  itemsOf,
  spatialPairs,
  type Axis,
  type Condition,
  type ContrastSet,
} from '../core/artifacts/contrast-set.ts';
import type { Cue } from '../core/artifacts/cues.ts';

/** The examples of one axis' probes, column by column. */
export interface ProbeRows {
  readonly axis: Axis;
  /** Sorted, so that the order in the set's files changes nothing. */
  readonly items: readonly string[];
  /** 1: the canonical pole (left, above, far) is the answer. */
  readonly labels: Uint8Array;
  /** Scenes. */
  readonly groups: readonly string[];
  readonly conditions: readonly Condition[];
  /**
   * Ordered pair of the first words of the two objects' names, e.g. `red|blue`; empty when the item does not name two
   * objects.
   */
  readonly types: readonly string[];
  /**
   * Vertical centre of the first object's box minus the second's, in pixels, growing downward; NaN without two boxes.
   */
  readonly heightDifference: Float64Array;
}

/**
 * The question-swap items of one axis, both orders of every scene (methods §1 and §5). Empty when the set asks no such
 * question.
 *
 * @param cue whose conditions the rows have.
 */
export function probeRows(set: Pick<ContrastSet, 'pairs'>, axis: Axis, cue: Cue = 'height'): ProbeRows {
  const pairs = spatialPairs(set.pairs, cue).filter((pair) => pair.axis === axis && pair.kind === 'question-swap');
  const items = itemsOf({ pairs }).sort((a, b) => (a.item < b.item ? -1 : 1));
  return {
    axis,
    items: items.map(({ item }) => item),
    labels: Uint8Array.from(items, (item) => (answerIsCanonical(item) ? 1 : 0)),
    groups: items.map(({ group }) => group),
    conditions: items.map(({ condition }) => condition),
    types: items.map(({ objects }) =>
      objects.length < 2 ? '' : `${firstWord(objects[0].name)}|${firstWord(objects[1].name)}`,
    ),
    heightDifference: Float64Array.from(
      items,
      ({ objects: [first, second] }) => centre(first?.box) - centre(second?.box),
    ),
  };
}

function firstWord(name: string): string {
  return name.trim().split(/\s+/)[0].toLowerCase();
}

function centre(box: readonly [number, number, number, number] | undefined): number {
  return box === undefined ? Number.NaN : box[1] + box[3] / 2;
}
