import { AXES, type Axis, type SpatialPair } from '../../core/artifacts/contrast-set.ts';
import { decimal } from '../../core/numbers.ts';
import { Random } from '../../core/random.ts';
import { sceneStrata } from '../../core/statistics/strata.ts';
import { nullUpper95 } from '../../core/statistics/sign-flip.ts';
import type { CoherenceEntry } from './coherence.ts';

const NEAR_PEAK = 0.85;
/** In whole per cent: .07 · 100 is more than 7 in binary. */
const DROPPED_PER_CENT = 7;

/** An axis' coherence along the layers. */
export interface CoherenceCurve {
  readonly axis: Axis;
  /** One value a layer; null where coherence is undefined. */
  readonly values: readonly (number | null)[];
  /** 5 % point of the peak's null, the maximum over layers under the same flips; null when no layer has one. */
  readonly peakNull: number | null;
}

export interface LayerChoice {
  readonly layer: string | null;
  readonly reason: string;
  readonly excludedAxes: Axis[];
}

/** Two halves of the scenes, seeded and stratified by condition; the first half gets the odd scene. */
export function splitScenes(
  design: { readonly pairs: readonly Pick<SpatialPair, 'group' | 'condition'>[] },
  seed: number,
): [Set<string>, Set<string>] {
  const halves: [Set<string>, Set<string>] = [new Set(), new Set()];
  const strata = sceneStrata(
    design.pairs.map(({ group }) => group),
    design.pairs.map(({ condition }) => condition),
  );
  for (const [stratum, scenes] of strata) {
    const shuffled = new Random(seed, 'layer-choice', stratum).shuffle(scenes);
    shuffled.forEach((scene, i) => halves[i < Math.ceil(shuffled.length / 2) ? 0 : 1].add(scene));
  }
  return halves;
}

/**
 * One curve an axis. The distance axis is never pooled over conditions: its curve is the mean of the coherences within
 * consistent and within counter scenes.
 *
 * @param tables the coherence table of each layer.
 */
export function coherenceCurves(tables: readonly (readonly CoherenceEntry[])[]): CoherenceCurve[] {
  return AXES.map((axis) => {
    const conditions = axis === 'distance' ? ['consistent', 'counter'] : ['all'];
    let peak: Float64Array | undefined;
    const values = tables.map((table) => {
      const entries = table.filter((entry) => entry.axis === axis && conditions.includes(entry.condition));
      if (entries.length === 0 || entries.some((entry) => entry.estimate.value === null)) return null;
      const draws = entries[0].nullDraws.map(
        (_, draw) => entries.reduce((sum, entry) => sum + entry.nullDraws[draw], 0) / entries.length,
      );
      peak = peak ? peak.map((highest, draw) => Math.max(highest, draws[draw])) : draws;
      return entries.reduce((sum, entry) => sum + entry.estimate.value!, 0) / entries.length;
    });
    return { axis, values, peakNull: peak ? nullUpper95(peak) : null };
  });
}

/**
 * The layer to report (methods §2, after "Why Far Looks Up", app. D): eligible are the layers whose coherence is ≥ 85 %
 * of an axis' peak; the last ⌈7 %⌉ of the layers are dropped; the rest are ranked by the minimum over axes of coherence
 * over its own peak; the deeper one wins ties. An axis whose peak is not above its null is left out. Should the dropped
 * layers hold all eligible ones, the others are ranked.
 *
 * @param layers names in order of depth.
 */
export function chooseLayer(layers: readonly string[], curves: readonly CoherenceCurve[]): LayerChoice {
  const peaked = curves.map((curve) => ({
    ...curve,
    peak: Math.max(...curve.values.map((value) => value ?? -Infinity)),
  }));
  const kept = peaked.filter((curve) => curve.peakNull !== null && curve.peak > curve.peakNull && curve.peak > 0);
  const excludedAxes = AXES.filter((axis) => !kept.some((curve) => curve.axis === axis));
  if (kept.length === 0)
    return { layer: null, reason: "no axis' coherence rises above its null at any layer", excludedAxes };

  const share = (curve: (typeof kept)[number], layer: number): number => (curve.values[layer] ?? 0) / curve.peak;
  const dropped = Math.ceil((DROPPED_PER_CENT * layers.length) / 100);
  const candidates = layers.map((_, i) => i).slice(0, Math.max(1, layers.length - dropped));
  const eligible = candidates.filter((i) => kept.some((curve) => share(curve, i) >= NEAR_PEAK));
  let best = -1;
  let bestScore = -Infinity;
  for (const i of eligible.length > 0 ? eligible : candidates) {
    const score = Math.min(...kept.map((curve) => share(curve, i)));
    if (score >= bestScore) [best, bestScore] = [i, score];
  }
  const notes = [
    `every axis counted is at ≥ ${decimal(100 * bestScore, 0)} % of its coherence peak there, the most of any layer but the last ${dropped === 1 ? 'one' : dropped}`,
    ...(eligible.length === 0 ? [`no layer before those is within ${100 * NEAR_PEAK} % of a peak`] : []),
    ...(excludedAxes.length > 0 ? [`left out, not above its null: ${excludedAxes.join(', ')}`] : []),
  ];
  return { layer: layers[best], reason: notes.join('; '), excludedAxes };
}
