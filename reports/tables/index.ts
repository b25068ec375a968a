/** The tables of a report. To add one: a file in this folder and a line here. */
import type { CheckpointReport } from '../input.ts';
import { behaviourTable, gapsTable } from './behaviour.ts';
import { geometryTable } from './geometry.ts';
import { probesTable } from './probes.ts';
import type { Table } from './table.ts';
import { verdictsTable } from './verdicts.ts';

export { toCsv } from './csv.ts';
export { escapeLatex, toLatex } from './latex.ts';
export { toMarkdown } from './markdown.ts';
export type { Cell, Column, Table } from './table.ts';
export { behaviourTable, gapsTable, geometryTable, probesTable, verdictsTable };

/** Every table that the results allow. */
export function tablesOf(checkpoints: readonly CheckpointReport[]): Table[] {
  return [
    verdictsTable(checkpoints),
    behaviourTable(checkpoints),
    gapsTable(checkpoints),
    geometryTable(checkpoints),
    probesTable(checkpoints),
  ].filter((table) => table !== null);
}
