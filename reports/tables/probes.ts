/** Probe accuracy at one layer a reading. */
import type { Condition } from '../../core/artifacts/contrast-set.ts';
import type { ProbesResult } from '../../core/artifacts/results.ts';
import { citedGeometry } from '../../findings/index.ts';
import type { Among } from '../shown.ts';
import { sampleNote } from '../forms/sample-note.ts';
import type { Table } from './table.ts';

/** The layer that the geometry picked; where the probes don't have it, their deepest. */
function shownLayer({ result, beside }: Among<ProbesResult>): string | undefined {
  const layers = result.layers.map(({ layer }) => layer);
  const picked = citedGeometry(beside)?.choice.layer;
  return picked && layers.includes(picked) ? picked : layers[layers.length - 1];
}

/** A row an axis and training; `null` without probes. */
export function probesTable(results: readonly Among<ProbesResult>[]): Table | null {
  const shown = results.flatMap((of) => {
    const {
      name,
      result: { selection, layers, baselines },
    } = of;
    const layer = shownLayer(of);
    return [
      ...layers.filter((row) => row.layer === layer).map((row) => ({ ...row, name, selection, what: row.layer })),
      ...baselines.map((row) => ({
        ...row,
        name,
        selection,
        what: `(${row.name} baseline)`,
        control: null,
        selectivity: null,
      })),
    ];
  });
  if (shown.length === 0) return null;
  const of = (row: (typeof shown)[number], condition: Condition): ProbesResult['layers'][number]['control'] =>
    row.accuracy.find((cell) => cell.condition === condition)?.estimate ?? null;
  return {
    name: 'probes',
    title: 'Linear probes at the picked layer',
    columns: [
      { key: 'checkpoint', label: 'Checkpoint', type: 'text' },
      { key: 'selection', label: 'Tokens', type: 'text' },
      { key: 'layer', label: 'Layer', type: 'text' },
      { key: 'axis', label: 'Axis', type: 'text' },
      { key: 'training', label: 'Trained on', type: 'text' },
      { key: 'consistent', label: 'Consistent', type: 'estimate' },
      { key: 'counter', label: 'Counter', type: 'estimate' },
      { key: 'control', label: 'Control task', type: 'estimate' },
      { key: 'selectivity', label: 'Selectivity', type: 'estimate' },
    ],
    rows: shown.map((row) => [
      row.name,
      row.selection,
      row.what,
      row.axis,
      row.training,
      of(row, 'consistent'),
      of(row, 'counter'),
      row.control,
      row.selectivity,
    ]),
    note: `Held-out accuracy, folds by scene. ${sampleNote(
      shown.flatMap(({ accuracy }) => accuracy.map(({ estimate }) => estimate)),
      'items',
    )}.`,
  };
}
