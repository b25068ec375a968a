/**
 * The patches of the object that a question asks about: the second one named for distance ("Compared to REF, is SUBJ
 * far or close"), the first for the other axes (methods §1).
 *
 * A vision layer doesn't see the question, so at a fixed position a question swap changes nothing there. At the asked
 * object's patches a delta is real: an image intervention moves that object to the other pole and holds all else fixed,
 * the other axes' places of both objects included. Depths traded at fixed heights give distance deltas, heights traded
 * at fixed depths vertical ones, so that coherences and cosines between axes mean what they say; the height part of the
 * distance deltas has been held at nothing, so that the height share stays undefined.
 */
import { itemsOf, spatialPairs, type ContrastSet } from '../../core/artifacts/contrast-set.ts';
import { layersWith, type HiddenStates, type Selection } from '../../core/artifacts/hidden-states.ts';
import { row, type Matrix } from '../../core/matrix.ts';

export const ASKED_PATCHES = 'patches:asked';
export type GeometrySelection = Selection | typeof ASKED_PATCHES;

/** Layers that hold what the selection reads; `names` and errors as in `layersWith`. */
export function layersToRead(states: HiddenStates, selection: GeometrySelection, names?: readonly string[]): string[] {
  return layersWith(states, selection === ASKED_PATCHES ? ['patches:1', 'patches:2'] : selection, names);
}

/** Rows of one layer, aligned with the states' items. */
export async function readSelection(
  states: HiddenStates,
  layer: string,
  selection: GeometrySelection,
  set: Pick<ContrastSet, 'pairs'>,
): Promise<Matrix<Float32Array>> {
  if (selection !== ASKED_PATCHES) return states.read(layer, selection);
  const [first, second] = [await states.read(layer, 'patches:1'), await states.read(layer, 'patches:2')];
  const aboutDistance = new Set(
    itemsOf({ pairs: spatialPairs(set.pairs) }).flatMap(({ item, axis }) => (axis === 'distance' ? [item] : [])),
  );
  const out = { ...first, data: first.data.slice() };
  states.items.forEach((item, i) => {
    if (aboutDistance.has(item)) row(out, i).set(row(second, i));
  });
  return out;
}
