/** From hidden states on disk to the feature matrix of a probe. */
import {
  layersWith as layersHolding,
  partsOf,
  type HiddenStates,
  type Selection,
} from '../core/artifacts/hidden-states.ts';
import { PlumblineError } from '../core/errors.ts';
import type { Matrix } from '../core/matrix.ts';

/** What a probe reads at a layer; two selections are put side by side. */
export const PROBE_SELECTIONS = {
  last: ['last'],
  words: ['words:1', 'words:2'],
  patches: ['patches:1', 'patches:2'],
} as const satisfies Record<string, readonly Selection[]>;
export type ProbeSelection = keyof typeof PROBE_SELECTIONS;
/** Any selection on its own, or two side by side. */
export type FeatureSelection = ProbeSelection | Selection;

/** Layers that hold the selection; `names` and errors as in `core/artifacts/hidden-states.ts`. */
export function layersWith(states: HiddenStates, selection: FeatureSelection, names?: readonly string[]): string[] {
  return layersHolding(states, partsOf(selection), names);
}

/**
 * Features of one layer, a row an item of `items`.
 *
 * @throws {PlumblineError} `items-missing` when the states lack an item, `not-finite` on NaN or infinity.
 */
export async function readFeatures(
  states: HiddenStates,
  layer: string,
  selection: FeatureSelection,
): Promise<(items: readonly string[]) => Matrix<Float32Array>> {
  const parts = await Promise.all(partsOf(selection).map((part) => states.read(layer, part)));
  const position = new Map(states.items.map((item, i) => [item, i]));
  const cols = parts.reduce((sum, part) => sum + part.cols, 0);
  return (items) => {
    const missing = items.filter((item) => !position.has(item));
    if (missing.length > 0) {
      throw new PlumblineError(
        'items-missing',
        `the hidden states lack ${missing.length} of the set's ${items.length} items, the first is ${missing[0]}`,
        { hint: 'Extract from the same contrast set that you probe.' },
      );
    }
    const data = new Float32Array(items.length * cols);
    let offset = 0;
    for (const part of parts) {
      items.forEach((item, i) => {
        const from = position.get(item)! * part.cols;
        data.set(part.data.subarray(from, from + part.cols), i * cols + offset);
      });
      offset += part.cols;
    }
    const bad = data.findIndex((v) => !Number.isFinite(v));
    if (bad >= 0) {
      throw new PlumblineError('not-finite', `the hidden states hold ${data[bad]}`, {
        where: `layer ${layer}, item ${items[Math.floor(bad / cols)]}`,
        hint: 'The checkpoint computes NaN or infinity here: look for NaN weights or a float16 overflow.',
      });
    }
    return { data, rows: items.length, cols };
  };
}
