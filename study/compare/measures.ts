/** The measures that are compared: behaviour, the picked layer's geometry and its probes. */
import { AXES } from '../../core/artifacts/contrast-set.ts';
import { CUES } from '../../core/artifacts/cues.ts';
import { axesName, ofCue, type Estimate } from '../../core/artifacts/results.ts';
import type { BETTER, RunComparison } from '../../core/artifacts/results/run-comparison.ts';
import { resultOf } from '../../core/artifacts/results/types.ts';
import { citedGeometry, citedProbes } from '../../findings/index.ts';
import type { CheckpointReport } from '../../reports/index.ts';
import { pickedLayer, type Compared } from './compared.ts';

export type Better = (typeof BETTER)[number] | null;

export interface NamedMeasure {
  readonly measure: string;
  readonly better: Better;
  /** How a paired difference of it is made, where one can be. */
  readonly by:
    | { readonly kind: 'accuracy'; readonly axis: string; readonly condition: string }
    | { readonly kind: 'gap'; readonly axis: string }
    | { readonly kind: 'curve'; readonly measure: string; readonly axis: string | null; readonly condition: string }
    | null;
  readonly value: Estimate;
}

const CONDITIONS = ['consistent', 'counter'] as const;

/** All measures of one checkpoint, by names that are the same for every checkpoint. */
export function measuresOf(compared: Pick<Compared, 'results'>): NamedMeasure[] {
  const { results } = compared;
  return [
    ...behaviourMeasures(results),
    ...geometryMeasures(results),
    ...probeMeasures(results, pickedLayer(compared)),
  ];
}

function behaviourMeasures(results: CheckpointReport): NamedMeasure[] {
  const behaviour = resultOf(results, 'behaviour');
  if (behaviour === undefined) return [];
  return [
    ...ofCue(behaviour.cells).map(({ axis, condition, accuracy }): NamedMeasure => ({
      measure: `accuracy, ${axis}, ${condition}`,
      better: 'higher',
      by: { kind: 'accuracy', axis, condition },
      value: accuracy,
    })),
    ...ofCue(behaviour.gaps).map(({ axis, gap }): NamedMeasure => ({
      measure: `gap, ${axis}`,
      better: 'zero',
      by: { kind: 'gap', axis },
      value: gap,
    })),
    ...ofCue(behaviour.weights).map(({ weight }): NamedMeasure => ({
      measure: CUES.height.weightName,
      better: 'lower',
      by: null,
      value: weight,
    })),
  ];
}

/**
 * At the picked layer, on the scenes that did not pick it. Coherence is no merit in itself: a shortcut is coherent,
 * too. Nor has VD-EI a better side on consistent scenes, where far and up coincide; on counter scenes a shortcut drives
 * it below 0.
 */
function geometryMeasures(results: CheckpointReport): NamedMeasure[] {
  const reported = citedGeometry(results.results)?.choice.reported;
  if (reported === undefined || reported === null) return [];
  return [
    {
      measure: 'height share',
      better: 'lower',
      by: { kind: 'curve', measure: 'height-share', axis: null, condition: 'all' },
      value: reported.cueShare,
    },
    ...reported.entanglement
      .filter(
        ({ axes, estimator, corrected, condition }) =>
          axesName(axes) === 'VD' && estimator === 'axis' && corrected && condition !== 'ambiguous',
      )
      .map(({ condition, estimate }): NamedMeasure => ({
        measure: `VD-EI, ${condition}`,
        better: condition === 'counter' ? 'zero' : null,
        by: { kind: 'curve', measure: 'VD-EI', axis: null, condition },
        value: estimate,
      })),
    ...reported.coherence
      .filter(({ axis, condition }) =>
        axis === 'distance' ? condition !== 'ambiguous' && condition !== 'all' : condition === 'all',
      )
      .map(({ axis, condition, estimate }): NamedMeasure => ({
        measure: `coherence, ${axis}, ${condition}`,
        better: null,
        by: { kind: 'curve', measure: 'coherence', axis, condition },
        value: estimate,
      })),
  ];
}

function probeMeasures(results: CheckpointReport, picked: string | null): NamedMeasure[] {
  const layers = citedProbes(results.results)?.layers.filter(({ training }) => training === 'balanced') ?? [];
  const layer = layers.some((entry) => entry.layer === picked) ? picked : layers.at(-1)?.layer;
  return layers
    .filter((entry) => entry.layer === layer)
    .flatMap(({ axis, accuracy }) =>
      accuracy
        .filter(({ condition }) => (CONDITIONS as readonly string[]).includes(condition))
        .map(({ condition, estimate }): NamedMeasure => ({
          measure: `probe accuracy, ${axis}, ${condition}`,
          better: 'higher',
          by: null,
          value: estimate,
        })),
    );
}

type Curve = Omit<RunComparison['curves'][number], 'checkpoints'> & {
  readonly layers: RunComparison['curves'][number]['checkpoints'][number]['layers'];
};

/**
 * Layer curves of one checkpoint: the verdict's reading of the geometry, and its probes trained on balanced conditions.
 */
export function curvesOf({ results }: Pick<Compared, 'results'>): Curve[] {
  const layers = citedGeometry(results.results)?.layers ?? [];
  const probes = citedProbes(results.results)?.layers.filter(({ training }) => training === 'balanced') ?? [];
  const curves: Curve[] = [
    {
      measure: 'height share',
      axis: null,
      condition: 'all',
      layers: layers.map(({ layer, cueShare }) => ({ layer, value: cueShare })),
    },
  ];
  for (const condition of CONDITIONS) {
    curves.push({
      measure: 'coherence',
      axis: 'distance',
      condition,
      layers: layers.flatMap(({ layer, coherence }) =>
        coherence
          .filter((entry) => entry.axis === 'distance' && entry.condition === condition)
          .map(({ estimate }) => ({ layer, value: estimate })),
      ),
    });
    curves.push({
      measure: 'VD-EI',
      axis: null,
      condition,
      layers: layers.flatMap(({ layer, entanglement }) =>
        entanglement
          .filter(
            (entry) =>
              axesName(entry.axes) === 'VD' &&
              entry.estimator === 'axis' &&
              entry.corrected &&
              entry.condition === condition,
          )
          .map(({ estimate }) => ({ layer, value: estimate })),
      ),
    });
    for (const axis of AXES) {
      curves.push({
        measure: 'probe accuracy',
        axis,
        condition,
        layers: probes
          .filter((entry) => entry.axis === axis)
          .flatMap(({ layer, accuracy }) =>
            accuracy
              .filter((entry) => entry.condition === condition)
              .map(({ estimate }) => ({ layer, value: estimate })),
          ),
      });
    }
  }
  return curves.filter((curve) => curve.layers.length > 0);
}
