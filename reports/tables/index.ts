/** The tables of a report. To add one: a file in this folder, and its name at its analysis in `figures/index.ts`. */
import { RESULT_FIGURES } from '../figures/index.ts';
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

/** Every table that the findings and results allow: of each analysis what the registry names. */
export function tablesOf(checkpoints: readonly Pick<CheckpointReport, 'name' | 'findings' | 'results'>[]): Table[] {
  const among = checkpoints.flatMap(({ name, results }) =>
    results.map((result) => ({ name, result, beside: results })),
  );
  return [
    verdictsTable(checkpoints),
    ...Object.entries(RESULT_FIGURES).flatMap(([analysis, { tables }]) =>
      tables(among.filter(({ result }) => result.analysis === analysis)),
    ),
  ];
}
