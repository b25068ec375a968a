/** What `diagnose` prints for a person: the findings, their evidence, and where the report is. */
import { relative } from 'node:path';
import type { Finding } from '../core/artifacts/results/finding.ts';
import type { Diagnosis } from '../study/diagnose.ts';

/** Text of a diagnosis, ends with a newline. */
export function printDiagnosis({ checkpoints, report }: Diagnosis): string {
  const blocks = checkpoints.flatMap(({ name, findings }) =>
    findings.map((finding, i) =>
      [
        `${name}: ${verdictWord(finding)}${i === 0 ? '' : ` (${finding.id})`}`,
        `  ${finding.sentence}.`,
        `  ${finding.reason}.`,
        ...evidenceLines(finding),
      ].join('\n'),
    ),
  );
  return `${blocks.join('\n\n')}\n\nreport: ${relative(process.cwd(), report)}\n`;
}

function verdictWord({ verdict, direction }: Finding): string {
  return `${verdict.toUpperCase()}${direction === 'reversed' ? ' (reversed)' : ''}`;
}

function evidenceLines({ evidence }: Finding): string[] {
  const names = evidence.map(({ measure, layer }) => (layer === undefined ? measure : `${measure} at ${layer}`));
  const width = Math.max(0, ...names.map((name) => name.length));
  return evidence.map(
    ({ value, interval, n }, i) =>
      `    ${names[i].padEnd(width)}  ${value === null ? 'undefined' : value.toFixed(3)}${interval === null ? '' : `  [${interval[0].toFixed(3)}, ${interval[1].toFixed(3)}]`}  n ${n}`,
  );
}
