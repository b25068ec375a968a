/**
 * Axis geometry of a checkpoint's hidden states (methods §2): coherence, entanglement, height share and cosines at
 * every layer, and the layer to report, picked on one half of the scenes and reported on the other. Theory: "Why Far
 * Looks Up", arXiv 2605.30161.
 */
import type { ContrastSet, FlippingKind } from '../core/artifacts/contrast-set.ts';
import { CUE_NAMES, CUES, type Cue } from '../core/artifacts/cues.ts';
import type { HiddenStates } from '../core/artifacts/hidden-states.ts';
import type { GeometryLayer, GeometryResult } from '../core/artifacts/results.ts';
import type { Matrix } from '../core/matrix.ts';
import type { OnProgress } from '../core/progress.ts';
import { layersToRead, readSelection, type GeometrySelection } from './geometry/asked-patches.ts';
import { cellSums } from './geometry/cell-sums.ts';
import { coherenceTable, type CoherenceEntry } from './geometry/coherence.ts';
import { cosineEstimates } from './geometry/cosines.ts';
import { deltaDesign, rawDeltas, restrictDesign, type DeltaDesign } from './geometry/deltas.ts';
import { entanglement } from './geometry/entanglement.ts';
import { cueParts } from './geometry/cue-share.ts';
import { chooseLayer, coherenceCurves, splitScenes } from './geometry/layer-choice.ts';
import { z } from 'zod';
import { geometrySchema } from '../core/artifacts/results.ts';
import { FLIPPING_KINDS } from '../core/artifacts/contrast-set.ts';
import { defineAnalysis } from '../core/definitions/analysis.ts';
import { askedReadingOf } from '../core/definitions/reading.ts';
import { hasSpatial } from '../core/definitions/sets.ts';

/** A pole with more than this share of an axis' pairs biases coherence (methods §2). */
const UNBALANCED = 0.6;

export interface GeometryOptions {
  readonly set: Pick<ContrastSet, 'pairs'>;
  readonly states: HiddenStates;
  /** Token positions to read, or `patches:asked` for the patches of the object asked about; defaults to *last*. */
  readonly selection?: GeometrySelection;
  /** Kind of pair; defaults to *question-swap*. */
  readonly kind?: FlippingKind;
  /** Whose conditions are told apart; defaults to *height*. */
  readonly cue?: Cue;
  /** Seeds the sign flips and the halves. */
  readonly seed: number;
  /** Layers, in order of depth; defaults to every layer that holds the selection. */
  readonly layers?: readonly string[];
  readonly onProgress?: OnProgress;
  readonly signal?: AbortSignal;
}

/**
 * Geometry of all layers that hold a selection.
 *
 * @throws {PlumblineError} `unknown-layer`, `no-selection`, `no-pairs`, `item-without-state`, `answer-not-an-option`,
 * `pair-not-contrastive`, `non-finite-states`.
 */
export async function geometry(options: GeometryOptions): Promise<GeometryResult> {
  const { set, states, selection = 'last', kind = 'question-swap', cue = 'height', seed, onProgress, signal } = options;
  const layers = layersToRead(states, selection, options.layers);
  const design = deltaDesign(set.pairs, states.items, kind, cue);
  const [pickingScenes, reportingScenes] = splitScenes(design, seed);
  const picking = restrictDesign(design, pickingScenes);

  const results: GeometryLayer[] = [];
  const pickingTables: CoherenceEntry[][] = [];
  for (const layer of layers) {
    signal?.throwIfAborted();
    const matrix = await readSelection(states, layer, selection, set);
    results.push(await layerGeometry(layer, matrix, design, seed, cue));
    pickingTables.push(await coherenceTable(rawDeltas(matrix, picking, layer), picking, seed));
    onProgress?.({ stage: 'geometry', done: results.length, total: layers.length, unit: 'layers' });
  }

  const choice = chooseLayer(layers, coherenceCurves(pickingTables));
  const reported =
    choice.layer === null
      ? null
      : await layerGeometry(
          choice.layer,
          await readSelection(states, choice.layer, selection, set),
          restrictDesign(design, reportingScenes),
          seed,
          cue,
        );
  return {
    analysis: 'geometry',
    version: 2,
    cue,
    selection,
    kind,
    layers: results,
    choice: { ...choice, groups: [pickingScenes.size, reportingScenes.size], reported },
    warnings: poleWarnings(results),
  };
}

/** All geometry of one layer; `states` rows are those of the design's items. */
export async function layerGeometry(
  layer: string,
  states: Matrix,
  design: DeltaDesign,
  seed: number,
  cue: Cue = 'height',
): Promise<GeometryLayer> {
  const deltas = rawDeltas(states, design, layer);
  const sums = cellSums(deltas, design);
  return {
    layer,
    coherence: (await coherenceTable(deltas, design, seed)).map(({ axis, condition, estimate, nullUpper, poles }) => ({
      axis,
      condition,
      estimate,
      nullUpper,
      poles,
    })),
    entanglement: entanglement(sums),
    ...(design.pairs[0].kind === 'question-swap' ? cueParts(sums, cue) : cueHeldFixed(design, cue)),
    cosines: cosineEstimates(sums),
  };
}

/**
 * An image intervention on distance holds both heights fixed, so its deltas can't tell height from depth: a model that
 * reads height alone doesn't move at all, and what little is left would pass for depth.
 */
function cueHeldFixed({ pairs }: DeltaDesign, cue: Cue): Pick<GeometryLayer, 'cueShare' | 'cueCosine'> {
  const distance = pairs.filter(({ axis, condition }) => axis === 'distance' && condition !== 'ambiguous');
  const undefinedHere: GeometryLayer['cueShare'] = {
    value: null,
    interval: null,
    intervalKind: null,
    n: distance.length,
    groups: new Set(distance.map(({ group }) => group)).size,
    note: `defined for question swaps only: an image intervention on distance ${CUES[cue].heldFixed}`,
  };
  return { cueShare: undefinedHere, cueCosine: undefinedHere };
}

function poleWarnings(layers: readonly GeometryLayer[]): string[] {
  return layers[0].coherence.flatMap(({ axis, condition, poles: [canonical, other] }) => {
    if (Math.max(canonical, other) <= UNBALANCED * (canonical + other)) return [];
    return [
      `the poles of the ${axis} axis are unbalanced (${canonical} to ${other}, ${condition} scenes): a shift that every swap shares then looks like coherence`,
    ];
  });
}

export const geometryAnalysis = defineAnalysis({
  name: 'geometry',
  version: 6,
  title: 'coherence, entanglement, height share and cosines of the axes, by layer',
  schema: geometrySchema,
  options: z.strictObject({
    kind: z.enum(FLIPPING_KINDS).default('question-swap').describe('kind of pair whose deltas are read'),
    cue: z.enum(CUE_NAMES).default('height').describe('cue whose conditions are told apart'),
  }),
  appliesTo: ({ set }, { kind, cue }) => hasSpatial(set, kind, cue),
  run: (context, { kind, cue }) => geometry({ ...askedReadingOf(context), kind, cue }),
});
