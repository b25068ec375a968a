/**
 * Is this checkpoint worse than that one? Paired item by item where they answer, scene by scene where they represent
 * (methods §5: paired tests for paired data, Holm over layers).
 */
import type { Answer } from '../../core/artifacts/answers.ts';
import { AXES, CONDITIONS, type ContrastSet, type FlippingKind } from '../../core/artifacts/contrast-set.ts';
import { layersWith, type HiddenStates, type Selection } from '../../core/artifacts/hidden-states.ts';
import type { ComparisonResult } from '../../core/artifacts/results/checkpoints.ts';
import { PlumblineError } from '../../core/errors.ts';
import { takeRows } from '../../core/matrix.ts';
import type { OnProgress } from '../../core/progress.ts';
import { jackknifeDifference } from '../../core/statistics/jackknife-difference.ts';
import { pairedDifference } from '../../core/statistics/paired-difference.ts';
import { scoreItems } from '../scored-items.ts';
import { cellSums, type CellSums } from '../geometry/cell-sums.ts';
import { coherenceJackknife } from '../geometry/coherence.ts';
import { deltaDesign, rawDeltas, signCorrected, type DeltaDesign } from '../geometry/deltas.ts';
import { CUE_SHARE } from '../geometry/cue-share.ts';
import { deltasIn, leaveOneSceneOut, type CellStatistic } from '../geometry/jackknife-cells.ts';
import { axisMean, meanCosine } from '../geometry/mean-deltas.ts';
import { holmOver } from './holm-over.ts';
import { comparisonSchema } from '../../core/artifacts/results/checkpoints.ts';
import { defineAnalysis, type AnalysisInput } from '../../core/definitions/analysis.ts';
import { otherOnSameSet, rowReadingOf } from '../../core/definitions/reading.ts';

export interface ComparedCheckpoint {
  readonly name: string;
  readonly answers?: readonly Answer[];
  readonly states?: HiddenStates;
}

export interface ComparisonOptions {
  readonly set: Pick<ContrastSet, 'pairs'>;
  readonly a: ComparedCheckpoint;
  readonly b: ComparedCheckpoint;
  /** Token positions to read; defaults to *last*. */
  readonly selection?: Selection;
  /** Kind of pair; defaults to *question-swap*. */
  readonly kind?: FlippingKind;
  readonly onProgress?: OnProgress;
  readonly signal?: AbortSignal;
}

type Curve = ComparisonResult['curves'][number];

/**
 * Differences a − b on the same items and scenes.
 *
 * @throws {PlumblineError} `nothing-to-compare` when the two share neither answers nor a layer; as `geometry` and
 * `behaviour` otherwise.
 */
export async function compareCheckpoints({
  set,
  a,
  b,
  selection = 'last',
  kind = 'question-swap',
  onProgress,
  signal,
}: ComparisonOptions): Promise<ComparisonResult> {
  const answers = a.answers && b.answers ? compareAnswers(set, a.answers, b.answers) : [];
  const curves: Curve[] = [];
  const unmatched: string[] = [];
  if (a.states && b.states) {
    const [layersA, layersB] = [layersWith(a.states, selection), layersWith(b.states, selection)];
    const shared = layersA.filter((layer) => layersB.includes(layer));
    unmatched.push(...[...layersA, ...layersB].filter((layer) => !shared.includes(layer)));
    const designs = [a.states, b.states].map((states) => deltaDesign(set.pairs, states.items, kind));
    for (const layer of shared) {
      signal?.throwIfAborted();
      const [one, two] = [
        parts(rawDeltas(await a.states.read(layer, selection), designs[0], layer), designs[0]),
        parts(rawDeltas(await b.states.read(layer, selection), designs[1], layer), designs[1]),
      ];
      one.forEach(({ label, n, value, leaveOneOut, range }, i) => {
        const { estimate, p } = jackknifeDifference({ value, leaveOneOut }, two[i], { n, range });
        let curve = curves.find(
          ({ measure, axis, condition }) =>
            measure === label.measure && axis === label.axis && condition === label.condition,
        );
        if (!curve) curves.push((curve = { ...label, layers: [] }));
        curve.layers.push({ layer, a: value, b: two[i].value, difference: estimate, p, adjusted: null });
      });
      onProgress?.({ stage: 'comparison', done: shared.indexOf(layer) + 1, total: shared.length, unit: 'layers' });
    }
    for (const { layers } of curves)
      holmOver(layers.map(({ p }) => p)).forEach((adjusted, i) => (layers[i].adjusted = adjusted));
  }
  if (answers.length === 0 && curves.length === 0) {
    throw new PlumblineError(
      'nothing-to-compare',
      `${a.name} and ${b.name} share neither answers nor a layer with the selection ${selection}`,
      { hint: 'extract both from the same contrast set; layers are matched by name' },
    );
  }
  return { analysis: 'comparison', version: 1, a: a.name, b: b.name, answers, selection, kind, curves, unmatched };
}

function compareAnswers(
  set: Pick<ContrastSet, 'pairs'>,
  a: readonly Answer[],
  b: readonly Answer[],
): ComparisonResult['answers'] {
  const [one, two] = [scoreItems(set, a), scoreItems(set, b)];
  const rightOfB = new Map(two.map(({ item, right }) => [item, Number(right)]));
  const cells = AXES.flatMap((axis) =>
    CONDITIONS.flatMap((condition) => {
      const items = one.filter((item) => item.axis === axis && item.condition === condition);
      if (items.length === 0) return [];
      const { estimate, p } = pairedDifference(
        items.map(({ right }) => Number(right)),
        items.map(({ item }) => rightOfB.get(item)!),
        items.map(({ group }) => group),
      );
      return [{ axis, condition, difference: estimate, p }];
    }),
  );
  const adjusted = holmOver(cells.map(({ p }) => p));
  return cells.map((cell, i) => ({ ...cell, adjusted: adjusted[i] }));
}

interface Part {
  readonly label: Omit<Curve, 'layers'>;
  readonly value: number | null;
  readonly leaveOneOut: (number | null)[];
  readonly n: number;
  readonly range: [number, number];
}

/**
 * The measures of one layer, on all scenes and without each. The height share is defined for question swaps only
 * (methods §2).
 */
function parts(deltas: ReturnType<typeof rawDeltas>, design: DeltaDesign): Part[] {
  const sums = cellSums(deltas, design);
  const turned = signCorrected(deltas, design.cells);
  const out: Part[] = [];
  for (const axis of AXES) {
    for (const condition of axis === 'distance' ? CONDITIONS : (['all'] as const)) {
      const rows = design.pairs.flatMap((pair, i) =>
        pair.axis === axis && (condition === 'all' || pair.condition === condition) ? [i] : [],
      );
      if (rows.length === 0) continue;
      const { value, leaveOneOut, n } = coherenceJackknife(
        takeRows(turned, rows),
        rows.map((i) => design.groups[i]),
      );
      out.push({ label: { measure: 'coherence', axis, condition }, value, leaveOneOut, n, range: [-2, 2] });
    }
  }
  if (design.pairs[0].kind === 'question-swap')
    out.push(fromCells(sums, CUE_SHARE, { measure: 'height-share', axis: null, condition: 'all' }, [-1, 1]));
  for (const condition of CONDITIONS) {
    const [vertical, distance] = [axisMean('vertical', [condition]), axisMean('distance', [condition])];
    const statistic: CellStatistic = {
      cells: [...vertical.cells, ...distance.cells],
      range: [-1, 1],
      of: (gram) => meanCosine(gram, vertical, distance, true),
      undefinedNote: '',
    };
    if (deltasIn(sums, statistic) > 0)
      out.push(fromCells(sums, statistic, { measure: 'VD-EI', axis: null, condition }, [-2, 2]));
  }
  return out;
}

function fromCells(sums: CellSums, statistic: CellStatistic, label: Part['label'], range: [number, number]): Part {
  return {
    label,
    value: statistic.of(sums.all),
    leaveOneOut: leaveOneSceneOut(sums, [statistic])[0],
    n: deltasIn(sums, statistic),
    range,
  };
}

export const comparisonAnalysis = defineAnalysis({
  name: 'comparison',
  version: 6,
  title: 'paired differences between two checkpoints on one set',
  reads: 'several',
  schema: comparisonSchema,
  appliesTo: ({ set, states, others }) =>
    others.some(
      (other) =>
        other.set.header.hash === set.header.hash &&
        other.states.header.checkpoint.hash !== states.header.checkpoint.hash,
    ),
  run(context) {
    const { set, selection, onProgress, signal } = rowReadingOf(context);
    const side = ({ states, answers }: AnalysisInput): ComparedCheckpoint => ({
      name: states.header.checkpoint.name,
      states,
      answers: answers ?? undefined,
    });
    const other = otherOnSameSet(context, 'comparison');
    return compareCheckpoints({ set, a: side(context), b: side(other), selection, onProgress, signal });
  },
});
