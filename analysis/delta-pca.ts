import { z } from 'zod';
import { FLIPPING_KINDS, type ContrastSet, type FlippingKind } from '../core/artifacts/contrast-set.ts';
import type { HiddenStates } from '../core/artifacts/hidden-states.ts';
import { pcaSchema, type GeometryResult, type PcaResult } from '../core/artifacts/results.ts';
import { defineAnalysis } from '../core/definitions/analysis.ts';
import { askedReadingOf } from '../core/definitions/reading.ts';
import { hasSpatial } from '../core/definitions/sets.ts';
import { row } from '../core/matrix.ts';
import { layersToRead, readSelection, type GeometrySelection } from './geometry/asked-patches.ts';
import { deltaDesign, rawDeltas, signCorrected } from './geometry/deltas.ts';
import { principalComponents } from './principal-components.ts';

/**
 * The sign-corrected deltas of one layer on their first three principal components (methods §2). `pole` is the one that
 * the raw delta points to.
 *
 * @throws {PlumblineError} as `geometry`, and `no-variance`.
 */
export async function deltaPca(options: {
  set: Pick<ContrastSet, 'pairs'>;
  states: HiddenStates;
  layer: string;
  /** Token positions to read, or `patches:asked`; defaults to *last*. */
  selection?: GeometrySelection;
  /** Kind of pair; defaults to *question-swap*. */
  kind?: FlippingKind;
}): Promise<PcaResult> {
  const { set, states, layer, selection = 'last', kind = 'question-swap' } = options;
  const design = deltaDesign(set.pairs, states.items, kind);
  const deltas = signCorrected(
    rawDeltas(await readSelection(states, layer, selection, set), design, layer),
    design.cells,
  );
  const { explainedVariance, scores } = await principalComponents(deltas);
  return {
    analysis: 'delta-pca',
    version: 1,
    selection,
    kind,
    layer,
    explainedVariance: [...explainedVariance],
    points: design.pairs.map(({ id, axis, condition, second }, i) => {
      const [x = 0, y = 0, z = 0] = row(scores, i);
      return { pair: id, axis, condition, pole: second.answer, x, y, z };
    }),
  };
}

export const deltaPcaAnalysis = defineAnalysis({
  name: 'delta-pca',
  version: 6,
  title: 'principal components of the axes’ deltas at the layer that geometry picks',
  schema: pcaSchema,
  options: z.strictObject({
    kind: z.enum(FLIPPING_KINDS).default('question-swap').describe('kind of pair whose deltas are read'),
    reading: z
      .enum(['asked', 'cited'])
      .default('asked')
      .describe('the token position and kind asked for, or those of the geometry that findings cite'),
  }),
  uses: ['geometry'],
  appliesTo: ({ set, results }, { kind, reading }) =>
    reading === 'cited' ? results.some(isGeometry) : hasSpatial(set, kind),
  run(context, options) {
    const { set, states, selection: asked, layers } = askedReadingOf(context);
    const geometries = context.results.filter(isGeometry);
    const geometry: GeometryResult | undefined =
      options.reading === 'cited'
        ? geometries[0]
        : geometries.find(({ selection, kind }) => selection === asked && kind === options.kind);
    if (geometry === undefined) {
      const layer = layersToRead(states, asked, layers).at(-1)!;
      return deltaPca({ set, states, layer, selection: asked, kind: options.kind });
    }
    const layer = geometry.choice.layer ?? geometry.layers.at(-1)!.layer;
    const selection = geometry.selection as GeometrySelection;
    return deltaPca({ set, states, layer, selection, kind: geometry.kind });
  },
});

const isGeometry = (result: object): result is GeometryResult => 'analysis' in result && result.analysis === 'geometry';
