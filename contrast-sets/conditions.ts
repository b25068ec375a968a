/** The conditions of two objects in one picture, cue by cue (methods §1): the one place that decides them. */
import {
  AMBIGUOUS_BELOW,
  isLocated,
  type Condition,
  type Conditions,
  type LocatedObject,
  type SceneObject,
} from '../core/artifacts/contrast-set.ts';
import { AMBIGUOUS_RATIO, type Cue } from '../core/artifacts/cues.ts';
import { towardsPole } from './programs/compare.ts';

type Two = readonly [LocatedObject, LocatedObject];

/** @param height of the picture, pixels; of a scene told in words, rows of its layout. */
const RULES: Readonly<Record<Cue, (objects: Two, height: number) => Condition>> = {
  height([a, b], height) {
    const up = towardsPole('vertical', a, b);
    if (Math.abs(up) < AMBIGUOUS_BELOW * height) return 'ambiguous';
    return up > 0 === a.depth > b.depth ? 'consistent' : 'counter';
  },
  /** Apparent size is the box's height: what looks smaller is farther, if things are of one size. */
  size([a, b]) {
    const [one, two] = [a.box[3], b.box[3]];
    if (a.depth === b.depth || Math.max(one, two) <= AMBIGUOUS_RATIO * Math.min(one, two)) return 'ambiguous';
    return one < two === a.depth > b.depth ? 'consistent' : 'counter';
  },
};

/** Conditions of the cues that a picture of two objects holds; none unless both have box and depth. */
export function conditionsOf([a, b]: readonly [SceneObject, SceneObject], height: number): Conditions {
  return isLocated(a) && isLocated(b) ? { height: RULES.height([a, b], height), size: RULES.size([a, b], height) } : {};
}

/** The condition of two located objects for one cue. */
export const conditionOf = (objects: Two, height: number, cue: Cue = 'height'): Condition =>
  RULES[cue](objects, height);
