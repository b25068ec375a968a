/** The verdicts of all findings, and what they rest on. */
import type { Finding } from '../../core/artifacts/results/finding.ts';
import type { CheckpointReport } from '../input.ts';
import type { Cell, Table } from './table.ts';

export function verdictsTable(checkpoints: readonly Pick<CheckpointReport, 'name' | 'findings'>[]): Table {
  return {
    name: 'verdicts',
    title: 'Verdicts and their evidence',
    columns: [
      { key: 'checkpoint', label: 'Checkpoint', type: 'text' },
      { key: 'finding', label: 'Finding', type: 'text' },
      { key: 'verdict', label: 'Verdict', type: 'text' },
      { key: 'measure', label: 'Measure', type: 'text' },
      { key: 'layer', label: 'Layer', type: 'text' },
      { key: 'value', label: 'Value', type: 'number' },
      { key: 'low', label: '95 % from', type: 'number' },
      { key: 'high', label: 'to', type: 'number' },
      { key: 'n', label: 'n', type: 'integer' },
    ],
    rows: checkpoints.flatMap(({ name, findings }) => findings.flatMap((finding) => rowsOf(name, finding))),
  };
}

/** A row for each piece of evidence, and one for a verdict without any. */
function rowsOf(name: string, { id, verdict, direction, evidence }: Finding): Cell[][] {
  const said = direction === 'reversed' ? `${verdict} (reversed)` : verdict;
  if (evidence.length === 0) return [[name, id, said, '', '', null, null, null, null]];
  return evidence.map(({ measure, layer, value, interval, n }) => [
    name,
    id,
    said,
    measure,
    layer ?? '',
    value,
    interval?.[0] ?? null,
    interval?.[1] ?? null,
    n,
  ]);
}
