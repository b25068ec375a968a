/** Plain text columns, two spaces apart, each as wide as its widest cell; numbers are right-aligned. */
export function table(rows: readonly (readonly (string | number)[])[], indent = '  '): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => String(row[column]).length)));
  return rows
    .map(
      (row) =>
        `${indent}${row.map((cell, column) => (typeof cell === 'number' ? String(cell).padStart(widths[column]) : cell.padEnd(widths[column]))).join('  ')}`.trimEnd() +
        '\n',
    )
    .join('');
}
