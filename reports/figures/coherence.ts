/** Coherence of each axis by layer and condition, with the sign-flip null. */
import { AXES, type Axis, type Condition } from '../../core/artifacts/contrast-set.ts';
import type { Estimate, GeometryResult } from '../../core/artifacts/results.ts';
import { decimal } from '../../core/numbers.ts';
import type { Figure } from '../figure.ts';
import { sampleNote } from '../forms/sample-note.ts';
import { CONDITION_STYLE, REFERENCE_STYLE } from '../theme.ts';
import { AXIS_HEADING, marginFor, mergeLayers, widthFor } from '../forms/layout.ts';
import { readingName, readingSuffix, type Reading } from '../forms/reading.ts';
import { sweepSpec, type SweepPoint } from '../forms/sweep.ts';

const SHOWN = ['consistent', 'counter'] as const satisfies readonly Condition[];

/** Mean pairwise cosine of the sign-corrected deltas (methods §2), a row of panels an axis. */
export function coherenceFigure(reading: Reading<GeometryResult>): Figure {
  const { results } = reading;
  const layers = mergeLayers(results.map(({ result }) => result.layers.map(({ layer }) => layer)));
  const width = widthFor(results.length);
  const shown: Estimate[] = [];
  const points = results.flatMap(({ name, result }) =>
    result.layers.flatMap(({ layer, coherence }) =>
      AXES.flatMap((axis): SweepPoint[] => {
        const at = { checkpoint: name, row: AXIS_HEADING[axis], layer };
        const cells = coherence.filter(
          (cell) => cell.axis === axis && SHOWN.some((condition) => condition === cell.condition),
        );
        shown.push(...cells.map(({ estimate }) => estimate));
        const nulls = cells.flatMap(({ nullUpper }) => nullUpper ?? []);
        return [
          ...cells.map(({ condition, estimate }) => ({ ...at, series: condition, estimate })),
          ...(nulls.length > 0
            ? [{ ...at, series: REFERENCE_STYLE.null.name, estimate: { value: Math.max(...nulls), interval: null } }]
            : []),
        ];
      }),
    ),
  );
  const ends = points.flatMap(({ estimate }) => [estimate.value ?? 0, ...(estimate.interval ?? [])]);
  const yDomain = [
    Math.max(-1, Math.floor(Math.min(0, ...ends) * 20) / 20),
    Math.min(1, Math.ceil(Math.max(0.1, ...ends) * 10) / 10),
  ] as const;
  return {
    name: `coherence-${readingSuffix(reading)}`,
    title: 'Coherence by layer',
    caption:
      `Mean pairwise cosine of the sign-corrected deltas of each axis, ${readingName(reading)}; pairs from the same scene are left out. ${sampleNote(shown, 'pairs')}. ` +
      'The dotted line is the 95th percentile under random sign flips (the larger of the two conditions): below it an axis has no common direction. ' +
      'Coherence alone does not show a shortcut: a checkpoint without one has coherent axes too, equally so on consistent and counter scenes.',
    description: results
      .map(({ name, result }) => `${name}: ${AXES.map((axis) => peak(result, axis)).join('; ')}.`)
      .join(' '),
    width,
    panels: results.length,
    margin: marginFor(results.length, 39),
    spec: (panelWidth) =>
      sweepSpec(
        {
          title: 'Coherence by layer',
          subtitle: readingName(reading),
          checkpoints: results.map(({ name }) => name),
          rows: AXES.map((axis) => AXIS_HEADING[axis]),
          layers,
          series: [REFERENCE_STYLE.null, ...SHOWN.map((condition) => CONDITION_STYLE[condition])],
          points,
          yTitle: 'coherence',
          yDomain,
          width,
        },
        panelWidth,
      ),
    table: {
      name: `coherence-${readingSuffix(reading)}`,
      title: 'Coherence by layer, axis and condition',
      columns: [
        { key: 'checkpoint', label: 'Checkpoint', type: 'text' },
        { key: 'layer', label: 'Layer', type: 'text' },
        { key: 'axis', label: 'Axis', type: 'text' },
        { key: 'condition', label: 'Condition', type: 'text' },
        { key: 'coherence', label: 'Coherence', type: 'estimate' },
        { key: 'null_upper', label: 'Null, 95th percentile', type: 'number' },
      ],
      rows: results.flatMap(({ name, result }) =>
        result.layers.flatMap(({ layer, coherence }) =>
          coherence.map(({ axis, condition, estimate, nullUpper }) => [
            name,
            layer,
            axis,
            condition,
            estimate,
            nullUpper,
          ]),
        ),
      ),
    },
  };
}

function peak(result: GeometryResult, axis: Axis): string {
  const cells = result.layers.flatMap(({ layer, coherence }) =>
    coherence
      .filter((cell) => cell.axis === axis && cell.condition === 'consistent')
      .map((cell) => ({ layer, ...cell })),
  );
  const best = cells
    .filter(({ estimate }) => estimate.value !== null)
    .sort((a, b) => b.estimate.value! - a.estimate.value!)[0];
  if (best === undefined) return `${axis} undefined`;
  const counter = result.layers
    .find(({ layer }) => layer === best.layer)
    ?.coherence.find((cell) => cell.axis === axis && cell.condition === 'counter');
  return `${axis} peaks at ${best.layer} with ${decimal(best.estimate.value)} on consistent and ${decimal(counter?.estimate.value)} on counter scenes`;
}
