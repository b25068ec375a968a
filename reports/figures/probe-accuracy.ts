/** Probe accuracy by layer and condition, with chance, control task and the box-height baseline. */
import { AXES, type Axis, type Condition } from '../../core/artifacts/contrast-set.ts';
import type { Estimate, PROBE_TRAININGS, ProbesResult } from '../../core/artifacts/results.ts';
import { percent } from '../../core/numbers.ts';
import type { Figure } from '../figure.ts';
import { sampleNote } from '../forms/sample-note.ts';
import { CONDITION_STYLE, REFERENCE_STYLE, type SeriesStyle } from '../theme.ts';
import { AXIS_HEADING, marginFor, mergeLayers, ticksAt, widthFor } from '../forms/layout.ts';
import { readingName, readingSuffix, type Reading } from '../forms/reading.ts';
import { sweepSpec, type SweepPoint } from '../forms/sweep.ts';

type Training = (typeof PROBE_TRAININGS)[number];
const SHOWN = ['consistent', 'counter'] as const satisfies readonly Condition[];
const BASELINE = { consistent: REFERENCE_STYLE.boxConsistent, counter: REFERENCE_STYLE.boxCounter } as const;

const READING: Record<Training, string> = {
  balanced:
    'Trained on consistent and counter scenes alike, so height does not predict distance in training. Were the shortcut absent, the distance curves of both conditions would rise together, well above chance and the control; ' +
    'a representation that holds height alone can only win in one condition what it loses in the other.',
  'consistent-only':
    'Trained on consistent scenes alone, where height and depth say the same: a secondary reading. Were the shortcut absent, counter accuracy would rise with consistent accuracy; near .5 it is undetermined, ' +
    'and well below .5 the probe reads height, as the box-height baseline does.',
};

/** Held-out accuracy of the linear probe (methods §5), a row of panels an axis. */
export function probeAccuracyFigure(reading: Reading<ProbesResult>, training: Training): Figure {
  const { results } = reading;
  const layers = mergeLayers(results.map(({ result }) => [...new Set(result.layers.map(({ layer }) => layer))]));
  const width = widthFor(results.length);
  const shown: Estimate[] = [];
  const points = results.flatMap(({ name, result }) =>
    AXES.flatMap((axis) => axisPoints(name, result, axis, training, shown)),
  );
  const drawn = new Set(points.map(({ series }) => series));
  const series = [
    REFERENCE_STYLE.chance,
    BASELINE.consistent,
    BASELINE.counter,
    REFERENCE_STYLE.control,
    ...SHOWN.map((condition): SeriesStyle => CONDITION_STYLE[condition]),
  ].filter(({ name }) => drawn.has(name));
  const title = `Probe accuracy by layer, ${training === 'balanced' ? 'trained on both conditions' : 'trained on consistent scenes'}`;
  const name = `probe-accuracy-${training}-${readingSuffix(reading)}`;
  return {
    name,
    title,
    caption:
      `Held-out accuracy of a linear probe ${readingName(reading)} (${results.map(({ result }) => result.folds)[0]} folds by scene). ${sampleNote(shown, 'items')}. ${READING[training]} ` +
      `${training === 'balanced' ? 'Dotted: the control task (a fixed random label for each word pair). ' : ''}Dash-dotted: a probe that sees only the boxes\u2019 heights.`,
    description: results.map(({ name: checkpoint, result }) => `${checkpoint}: ${best(result, training)}.`).join(' '),
    width,
    panels: results.length,
    margin: marginFor(results.length, 42),
    spec: (panelWidth) =>
      sweepSpec(
        {
          title,
          subtitle: readingName(reading),
          checkpoints: results.map(({ name: checkpoint }) => checkpoint),
          rows: AXES.map((axis) => AXIS_HEADING[axis]),
          layers,
          series,
          points,
          yTitle: 'accuracy',
          yDomain: [0, 1],
          yAxis: ticksAt(0, 0.25, 0.5, 0.75, 1),
          width,
        },
        panelWidth,
      ),
    table: {
      name,
      title,
      columns: [
        { key: 'checkpoint', label: 'Checkpoint', type: 'text' },
        { key: 'layer', label: 'Layer', type: 'text' },
        { key: 'axis', label: 'Axis', type: 'text' },
        { key: 'condition', label: 'Condition', type: 'text' },
        { key: 'accuracy', label: 'Accuracy', type: 'estimate' },
      ],
      rows: results.flatMap(({ name: checkpoint, result }) => [
        ...result.layers
          .filter((row) => row.training === training)
          .flatMap(({ layer, axis, accuracy, control }) => [
            ...accuracy.map(({ condition, estimate }) => [checkpoint, layer, axis, condition, estimate]),
            ...(control ? [[checkpoint, layer, axis, 'control task', control]] : []),
          ]),
        ...result.baselines
          .filter((row) => row.training === training)
          .flatMap(({ name: baseline, axis, accuracy }) =>
            accuracy.map(({ condition, estimate }) => [
              checkpoint,
              `(${baseline} baseline)`,
              axis,
              condition,
              estimate,
            ]),
          ),
      ]),
    },
  };
}

function axisPoints(
  checkpoint: string,
  result: ProbesResult,
  axis: Axis,
  training: Training,
  shown: Estimate[],
): SweepPoint[] {
  const row = AXIS_HEADING[axis];
  const rows = result.layers.filter((entry) => entry.axis === axis && entry.training === training);
  const box = result.baselines.find(
    (entry) => entry.name === 'box-height' && entry.axis === axis && entry.training === training,
  );
  const flat = (layer: string, series: string, value: number | null): SweepPoint => ({
    checkpoint,
    row,
    layer,
    series,
    estimate: { value, interval: null },
  });
  return rows.flatMap(({ layer, accuracy, control }) => [
    flat(layer, REFERENCE_STYLE.chance.name, 0.5),
    ...SHOWN.flatMap((condition): SweepPoint[] => {
      const estimate = accuracy.find((cell) => cell.condition === condition)?.estimate;
      const baseline = box?.accuracy.find((cell) => cell.condition === condition)?.estimate.value;
      if (estimate) shown.push(estimate);
      return [
        ...(baseline === undefined ? [] : [flat(layer, BASELINE[condition].name, baseline)]),
        ...(estimate ? [{ checkpoint, row, layer, series: condition, estimate }] : []),
      ];
    }),
    ...(control ? [flat(layer, REFERENCE_STYLE.control.name, control.value)] : []),
  ]);
}

function best(result: ProbesResult, training: Training): string {
  const cell = (row: ProbesResult['layers'][number], condition: Condition | 'all'): number =>
    row.accuracy.find((entry) => entry.condition === condition)?.estimate.value ?? Number.NaN;
  const rows = result.layers.filter(
    (row) => row.axis === 'distance' && row.training === training && Number.isFinite(cell(row, 'consistent')),
  );
  const top = [...rows].sort((a, b) => cell(b, 'consistent') - cell(a, 'consistent'))[0];
  if (top === undefined) return 'no distance probe';
  return `distance is most accurate on consistent scenes at ${top.layer}, ${percent(cell(top, 'consistent'))}, with ${percent(cell(top, 'counter'))} on counter scenes`;
}
