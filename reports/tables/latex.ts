/** Tables as LaTeX with booktabs (`\usepackage{booktabs}`), ready for `\input`. */
import { isEstimate, type Cell, type Column, type Table } from './table.ts';
import { cellText, isNumeric } from './text.ts';

const SPECIAL: Record<string, string> = {
  '\\': '\\textbackslash{}',
  '{': '\\{',
  '}': '\\}',
  '&': '\\&',
  '%': '\\%',
  $: '\\$',
  '#': '\\#',
  _: '\\_',
  '~': '\\textasciitilde{}',
  '^': '\\textasciicircum{}',
  '<': '\\textless{}',
  '>': '\\textgreater{}',
  '|': '\\textbar{}',
  '"': '\\textquotedbl{}',
  // After a line's `\\` a bracket would be read as its optional argument.
  '[': '{[}',
  ']': '{]}',
  '\u2212': '$-$',
  '\u2013': '--',
  '\u2014': '---',
  '\u2026': '\\ldots{}',
  '\u2019': "'",
  '\u201c': '``',
  '\u201d': "''",
  '\u2016': '$\\|$',
  '\u00b2': '$^2$',
  '\u00b7': '$\\cdot$',
  '\u00d7': '$\\times$',
  '\u2264': '$\\leq$',
  '\u2265': '$\\geq$',
  '\u03b4': '$\\delta$',
  '\u2192': '$\\to$',
};

/** Text that LaTeX prints as it is; other letters are left to its UTF-8 input. */
export function escapeLatex(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .replace(
      /[\\{}&%$#_~^<>|"[\]\u2212\u2013\u2014\u2026\u2019\u201c\u201d\u2016\u00b2\u00b7\u00d7\u2264\u2265\u03b4\u2192]/g,
      (char) => SPECIAL[char],
    );
}

function cell(value: Cell, column: Column): string {
  const text = cellText(value, column);
  const bracket = isEstimate(value) ? text.indexOf(' [') : -1;
  return bracket < 0
    ? escapeLatex(text)
    : `${escapeLatex(text.slice(0, bracket))} {\\scriptsize ${escapeLatex(text.slice(bracket + 1))}}`;
}

/** A `table` environment with caption and the label `tab:NAME`. */
export function toLatex({ name, title, columns, rows, note }: Table): string {
  const line = (cells: readonly string[]): string => `  ${cells.join(' & ')} \\\\`;
  return [
    '\\begin{table}',
    '\\centering',
    `\\caption{${escapeLatex(note === undefined ? title : `${title}. ${note}`)}}`,
    `\\label{tab:${name}}`,
    `\\begin{tabular}{${columns.map((column) => (isNumeric(column) ? 'r' : 'l')).join('')}}`,
    '  \\toprule',
    line(columns.map(({ label }) => escapeLatex(label))),
    '  \\midrule',
    ...rows.map((row) => line(row.map((value, i) => cell(value, columns[i])))),
    '  \\bottomrule',
    '\\end{tabular}',
    '\\end{table}',
    '',
  ].join('\n');
}
