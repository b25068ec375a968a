/** What `diagnose` prints for a person: the verdicts, their evidence, and where the report is. */
import { relative } from 'node:path';
import type { Finding } from '../core/artifacts/results/finding.ts';
import { COLUMN, decimal, interval } from '../core/numbers.ts';
import type { Diagnosis } from '../study/diagnose.ts';

/** Text of a diagnosis, ends with a newline. */
export function printDiagnosis({ checkpoints, report }: Diagnosis): string {
  const blocks = checkpoints.flatMap(({ name, findings }) =>
    findings.map((finding) =>
      [
        `${findings.length === 1 ? name : `${name}, ${finding.id}`}: ${verdictWord(finding)}`,
        `  ${finding.sentence}.`,
        `  ${finding.reason}.`,
        ...evidenceLines(finding),
      ].join('\n'),
    ),
  );
  return `${blocks.join('\n\n')}\n\nreport: ${relative(process.cwd(), report)}\n`;
}

function verdictWord({ verdict, direction }: Finding): string {
  return direction === 'reversed'
    ? `${verdict.toUpperCase()} (reversed: lower is read as farther)`
    : verdict.toUpperCase();
}

function evidenceLines({ evidence }: Finding): string[] {
  const names = evidence.map(({ measure, layer }) => (layer === undefined ? measure : `${measure} at ${layer}`));
  const width = Math.max(0, ...names.map((name) => name.length));
  return evidence.map(
    ({ value, interval: bounds, n }, i) =>
      `    ${names[i].padEnd(width)}  ${decimal(value, { ...COLUMN, missing: 'undefined' })}${bounds === null ? '' : `  ${interval(bounds, COLUMN)}`}  n ${n}`,
  );
}
