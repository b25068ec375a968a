/** A gate's report as Markdown, for the summary of a CI job. */
import type { GateReport } from './gate.ts';
import type { Outcome } from './rule.ts';

const MARKS: Readonly<Record<Outcome, string>> = {
  pass: '✅ pass',
  fail: '❌ fail',
  inconclusive: '❔ inconclusive',
  error: '⚠️ error',
};
const HEADINGS: Readonly<Record<Outcome, string>> = {
  pass: 'Gate passed',
  fail: 'Gate failed',
  inconclusive: 'Gate inconclusive: the data can’t tell',
  error: 'Gate could not be decided',
};

/** A heading, a sentence and one row a rule. */
export function gateSummary({ rows, outcome, baseline }: GateReport): string {
  const counts = (['pass', 'fail', 'inconclusive', 'error'] as const).flatMap((name) => {
    const count = rows.filter((row) => row.outcome === name).length;
    return count === 0 ? [] : [`${count} ${name}`];
  });
  const lines = rows.map(
    (row) =>
      `| ${[MARKS[row.outcome], row.rule, row.criterion, row.checkpoint, row.set, row.hint === undefined ? row.reason : `${row.reason} (${row.hint})`].map(cell).join(' | ')} |`,
  );
  return [
    `## ${HEADINGS[outcome]}`,
    '',
    `${counts.join(', ')}. Rules are decided on the bounds of 95 % intervals${baseline === null ? '' : '; the baseline is on the same sets, and a row says whether the difference to it is paired'}.`,
    '',
    '| | rule | asks | checkpoint | set | found |',
    '| --- | --- | --- | --- | --- | --- |',
    ...lines,
    '',
  ].join('\n');
}

const cell = (text: string): string =>
  text
    .replaceAll('\\', '\\\\')
    .replaceAll('|', '\\|')
    .replaceAll(/\s*\n\s*/g, ' ')
    .replaceAll('<', '&lt;');
