/**
 * A gate's report as JUnit XML, which CI systems read. Inconclusive rules are failures of their own type: a gate that
 * passes them unseen isn't one.
 */
import type { GateReport, GateRow } from './gate.ts';

/** One test suite, one test case a row. */
export function junit({ rows, run }: GateReport): string {
  const count = (outcome: GateRow['outcome']): number => rows.filter((row) => row.outcome === outcome).length;
  const cases = rows.map((row) => {
    const attributes = `classname="${escape([row.checkpoint, row.set].filter(Boolean).join(' on ') || 'gate')}" name="${escape(`${row.rule}: ${row.criterion}`)}"`;
    const text = escape(row.hint === undefined ? row.reason : `${row.reason}\n${row.hint}`);
    if (row.outcome === 'pass')
      return `    <testcase ${attributes}>\n      <system-out>${text}</system-out>\n    </testcase>\n`;
    const element = row.outcome === 'error' ? 'error' : 'failure';
    return `    <testcase ${attributes}>\n      <${element} type="${row.outcome}" message="${escape(row.reason)}">${text}</${element}>\n    </testcase>\n`;
  });
  const counts = `tests="${rows.length}" failures="${count('fail') + count('inconclusive')}" errors="${count('error')}"`;
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="plumbline gate" ${counts}>\n  <testsuite name="${escape(run)}" ${counts}>\n${cases.join('')}  </testsuite>\n</testsuites>\n`;
}

/** Characters that XML 1.0 can't hold, escaped or not, are replaced. */
function escape(text: string): string {
  return text
    .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '\ufffd')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll('\n', '&#10;');
}
