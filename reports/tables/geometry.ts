/** Axis geometry at the picked layer, on the scenes that did not pick it. */
import { axesName, type Estimate, type GeometryLayer, type GeometryResult } from '../../core/artifacts/results.ts';
import { readingName } from '../forms/reading.ts';
import type { Of } from '../shown.ts';
import type { Table } from './table.ts';

function measures({ coherence, entanglement, cueShare, cueCosine }: GeometryLayer): [string, string, Estimate][] {
  return [
    ['height share', 'consistent, counter', cueShare],
    ['cos(O, vertical)', 'consistent, counter', cueCosine],
    ...coherence.map(({ axis, condition, estimate }): [string, string, Estimate] => [
      `coherence, ${axis}`,
      condition,
      estimate,
    ]),
    ...entanglement.map(({ axes, estimator, corrected, condition, estimate }): [string, string, Estimate] => [
      `${axesName(axes)}-EI (${estimator}${corrected ? '' : ', plug-in'})`,
      condition,
      estimate,
    ]),
  ];
}

/** `null` when no checkpoint picked a layer. */
export function geometryTable(results: readonly Of<GeometryResult>[]): Table | null {
  const rows = results.flatMap(({ name, result }) => {
    const { reported } = result.choice;
    return reported === null
      ? []
      : measures(reported).map(([measure, condition, estimate]) => [
          name,
          readingName(result),
          reported.layer,
          measure,
          condition,
          estimate,
        ]);
  });
  if (rows.length === 0) return null;
  return {
    name: 'geometry',
    title: 'Axis geometry at the picked layer',
    columns: [
      { key: 'checkpoint', label: 'Checkpoint', type: 'text' },
      { key: 'reading', label: 'Reading', type: 'text' },
      { key: 'layer', label: 'Layer', type: 'text' },
      { key: 'measure', label: 'Measure', type: 'text' },
      { key: 'condition', label: 'Condition', type: 'text' },
      { key: 'value', label: 'Value', type: 'estimate' },
    ],
    rows,
    note: 'The layer was picked on one half of the scenes; the values are of the other half. 95 % intervals by the delete-one-group jackknife over scenes.',
  };
}
