/** The figures of a comparison of runs, in the order of its page. */
import type { TrainingResult } from '../../core/artifacts/results/checkpoints.ts';
import type { RunComparison } from '../../core/artifacts/results/run-comparison.ts';
import type { Figure } from '../figure.ts';
import { accuracyByCheckpointFigure } from './accuracy-by-checkpoint.ts';
import { comparisonLayersFigure } from './comparison.ts';
import { differencesFigures } from './differences.ts';
import { headings } from '../forms/layout.ts';
import { sideBySideFigures } from './side-by-side.ts';
import { slopeChartFigure } from './slope-chart.ts';
import { trainingTrendFigure } from './training-trend.ts';
import type { ResultContext } from '../forms/of-result.ts';

/** Room for a checkpoint's name under a slope chart. */
const SLOPE_POINTS = 90;

export interface ComparisonFigures {
  /** What changed between two checkpoints, a figure a pair. */
  readonly changes: readonly Figure[];
  /** All checkpoints in one picture. */
  readonly sideBySide: readonly Figure[];
  /** Layer-by-layer differences of pairs that share their set. */
  readonly layers: readonly Figure[];
  /** Over the steps of a series. */
  readonly series: readonly Figure[];
}

/** Measures that go into one figure of trends. */
const TRENDS = [
  { suffix: '-answers', of: /^(accuracy|gap|height weight)/ },
  { suffix: '-representation', of: /^(height share|VD-EI|coherence)/ },
  { suffix: '-probes', of: /^probe/ },
] as const;

export function comparisonFigures(
  comparison: RunComparison,
  context: Omit<ResultContext, 'checkpoint'> = { suffix: '' },
): ComparisonFigures {
  const { comparisons, training } = comparison;
  return {
    ...ownFigures(comparison, context),
    layers: comparisons.flatMap(
      (own, i) =>
        comparisonLayersFigure(own, {
          ...context,
          checkpoint: `${own.a} minus ${own.b}`,
          suffix: `${comparisons.length > 1 ? `-${i + 1}` : ''}${context.suffix}`,
        }) ?? [],
    ),
    series: training === null ? [] : trends(training, context),
  };
}

/** Those that no result inside the comparison has by itself. */
export function ownFigures(
  comparison: RunComparison,
  context: Omit<ResultContext, 'checkpoint'>,
): Pick<ComparisonFigures, 'changes' | 'sideBySide'> {
  const shown = headings(
    comparison.answers.map(({ checkpoint }) => checkpoint),
    SLOPE_POINTS,
  );
  const answers = [
    slopeChartFigure(
      comparison.answers.map(({ cells }, i) => ({ name: shown[i], result: { cells } })),
      context,
    ),
    accuracyByCheckpointFigure(comparison, context),
  ];
  return {
    changes: differencesFigures(comparison, context),
    sideBySide: [...answers.filter((figure) => figure !== null), ...sideBySideFigures(comparison, context)],
  };
}

function trends({ measures, ...rest }: TrainingResult, context: Omit<ResultContext, 'checkpoint'>): Figure[] {
  return TRENDS.flatMap(
    ({ suffix, of }) =>
      trainingTrendFigure(
        { ...rest, measures: measures.filter(({ measure }) => of.test(measure)) },
        { ...context, checkpoint: 'all checkpoints of the series', suffix: `${suffix}${context.suffix}` },
      ) ?? [],
  );
}
