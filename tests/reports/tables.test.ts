import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { escapeLatex, tablesOf, toCsv, toLatex, toMarkdown, type Table } from '../../reports/tables/index.ts';
import { htmlTable } from '../../reports/page/table.ts';
import { checkpoint, contrastSet, estimate, withResults } from './synthetic.ts';
import { temporaryFolder } from './temporary.ts';

const table = (rows: Table['rows']): Table => ({
  name: 't',
  title: 'Title',
  columns: [
    { key: 'name', label: 'Name', type: 'text' },
    { key: 'accuracy', label: 'Accuracy', type: 'estimate' },
    { key: 'n', label: 'n', type: 'integer' },
  ],
  rows,
});

/** RFC 4180, written from the grammar. */
function parseCsv(text: string): string[][] {
  const rows: string[][] = [];
  let [row, field, quoted] = [[] as string[], '', false];
  for (let i = 0; i < text.length; i++) {
    if (quoted) {
      if (text[i] !== '"') field += text[i];
      else if (text[i + 1] === '"') field += text[i++];
      else quoted = false;
    } else if (text[i] === '"') quoted = true;
    else if (text[i] === ',') [row, field] = [[...row, field], ''];
    else if (text[i] === '\r' && text[i + 1] === '\n') {
      rows.push([...row, field]);
      [row, field] = [[], ''];
      i++;
    } else field += text[i];
  }
  return rows;
}

describe('CSV', () => {
  test('any text comes back as it was', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme' }), { maxLength: 5 }), (names) => {
        const parsed = parseCsv(toCsv(table(names.map((name) => [name, estimate(0.5), 3]))));
        expect(parsed.slice(1).map(([name]) => name)).toEqual(names);
      }),
    );
  });

  test('estimates keep their full precision, interval, kind, n and scenes; undefined ones are empty with their reason', () => {
    const value = 0.1 + 0.2;
    const [header, first, second] = parseCsv(
      toCsv(
        table([
          ['a', estimate(value, 0.1, { intervalKind: 'Wilson on n_eff', n: 40, groups: 20 }), 1],
          ['b', estimate(null, 0, { note: 'no signal' }), 2],
        ]),
      ),
    );
    expect(header).toEqual([
      'name',
      'accuracy',
      'accuracy_low',
      'accuracy_high',
      'accuracy_interval',
      'accuracy_n',
      'accuracy_scenes',
      'accuracy_note',
      'n',
    ]);
    expect(Number(first[1])).toBe(value);
    expect(first.slice(4, 7)).toEqual(['Wilson on n_eff', '40', '20']);
    expect(second.slice(1, 4)).toEqual(['', '', '']);
    expect(second[7]).toBe('no signal');
  });
});

describe('LaTeX', () => {
  test('no text can become a command, a comment, a column or an optional argument', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary-ascii' }), (text) => {
        // What may stay: the escapes themselves, and braces around brackets.
        const rest = escapeLatex(text).replace(
          /\\(?:textbackslash|textasciitilde|textasciicircum|textless|textgreater|textbar|textquotedbl)\{\}|\\[{}&%$#_]|\{[[\]]\}/g,
          '',
        );
        expect(rest).not.toMatch(/[\\{}&%$#_~^<>|"[\]\n]/);
      }),
    );
  });

  test('a booktabs table with one line a row, intervals small', () => {
    const text = toLatex(table([['a_b & c', estimate(0.9, 0.05), 7]]));
    expect(text).toContain('\\begin{tabular}{lrr}');
    for (const rule of ['\\toprule', '\\midrule', '\\bottomrule']) expect(text).toContain(rule);
    expect(text).toContain('  a\\_b \\& c & .90 {\\scriptsize {[}.85, .95{]}} & 7 \\\\');
  });

  test('a minus is a mathematical minus', () => {
    expect(escapeLatex('\u2212.03')).toBe('$-$.03');
  });
});

describe('Markdown and HTML', () => {
  test('text stays text', () => {
    const hostile = '<script>alert(1)</script> | [x](javascript:1) `y` *z*';
    const markdown = toMarkdown(table([[hostile, null, 1]]));
    expect(markdown.split('\n').at(-2)).toBe(
      '| \\<script\\>alert(1)\\</script\\> \\| \\[x\\](javascript:1) \\`y\\` \\*z\\* | n/a | 1 |',
    );
    expect(htmlTable(table([[hostile, null, 1]]))).not.toContain('<script>');
  });
});

describe('the tables of a report', () => {
  const set = contrastSet(temporaryFolder());
  const tables = tablesOf([checkpoint('shortcut', set), checkpoint('balanced', set)]);
  const find = (name: string): Table => tables.find((entry) => entry.name === name)!;

  test('every row fills every column', () => {
    expect(tables.map(({ name }) => name)).toEqual(['verdicts', 'behaviour', 'gaps', 'geometry', 'probes']);
    for (const { columns, rows } of tables) for (const row of rows) expect(row).toHaveLength(columns.length);
  });

  test('they hold the numbers of the results', () => {
    expect(find('behaviour').rows).toHaveLength(18);
    expect(
      find('gaps').rows.find(
        ([name, measure, axis]) => name === 'llava-tiny-shortcut' && measure === 'gap' && axis === 'distance',
      )![3],
    ).toMatchObject({ value: 0.98 - 0.09 });
    expect(find('probes').rows.filter(([name]) => name === 'llava-tiny-shortcut').length).toBe(
      find('probes').rows.length / 2,
    );
    expect(new Set(find('geometry').rows.map(([, , layer]) => layer))).toEqual(new Set(['text.3']));
  });

  test('without answers there is no table of behaviour', () => {
    const silent = withResults(checkpoint('balanced', set), 'behaviour', []);
    expect(tablesOf([silent]).map((entry) => entry.name)).toEqual(['verdicts', 'geometry', 'probes']);
  });
});
