/**
 * Runs the worked studies of `notebooks/` and writes them as Jupyter notebooks with their outputs: `npm run notebooks
 * [NAME…]`. A notebook is a TypeScript module whose cells begin with `// %%` (code) or `// %% [markdown]` (text, as
 * comment lines). Dates, times and paths are taken out of the outputs, so that the same numbers give the same file.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Output } from '../notebooks/display.ts';

export interface NotebookCell {
  readonly kind: 'code' | 'markdown';
  readonly source: string;
}

const ROOT = join(import.meta.dirname, '..');
export const NOTEBOOKS = join(ROOT, 'notebooks');
const MARKER = /^\/\/ %%( \[markdown\])?.*$/;

/** Names of the notebooks, in the order in which they are meant to be read. */
export function notebookNames(): string[] {
  return readdirSync(NOTEBOOKS)
    .filter((file) => /^\d-.*\.ts$/.test(file))
    .map((file) => file.slice(0, -3))
    .sort();
}

/** The cells of a notebook's source. Throws when it doesn't begin with one. */
export function cellsOf(source: string): NotebookCell[] {
  const cells: { kind: NotebookCell['kind']; lines: string[] }[] = [];
  for (const line of source.split('\n')) {
    const marker = MARKER.exec(line);
    if (marker !== null) cells.push({ kind: marker[1] === undefined ? 'code' : 'markdown', lines: [] });
    else if (cells.length > 0) cells[cells.length - 1].lines.push(line);
    else if (line.trim() !== '') throw new Error(`a notebook begins with a cell marker, not with: ${line}`);
  }
  return cells.map(({ kind, lines }) => ({
    kind,
    source: (kind === 'markdown' ? lines.map((line) => line.replace(/^\/\/ ?/, '')) : lines).join('\n').trim(),
  }));
}

/** The module with a call before each code cell, so that outputs are known by their cell. */
function instrumented(source: string): string {
  let index = -1;
  const lines = source.split('\n').map((line) => {
    const marker = MARKER.exec(line);
    if (marker === null) return line;
    index++;
    return marker[1] === undefined ? `beginCell(${index});` : line;
  });
  return `import { beginCell } from './display.ts';\n${lines.join('\n')}`;
}

/** Runs a notebook and returns the outputs of each cell. Throws with its stderr when it fails. */
export function runNotebook(name: string): ReadonlyMap<number, readonly Output[]> {
  const file = join(NOTEBOOKS, `.${name}.run.ts`);
  const scratch = mkdtempSync(join(tmpdir(), 'plumbline-notebook-'));
  const record = join(scratch, 'outputs.json');
  try {
    writeFileSync(file, instrumented(readFileSync(join(NOTEBOOKS, `${name}.ts`), 'utf8')));
    const { status, stderr } = spawnSync(process.execPath, ['--import', 'tsx', file], {
      cwd: ROOT,
      env: {
        ...process.env,
        PLUMBLINE_NOTEBOOK_RECORD: record,
        PLUMBLINE_NOTEBOOK_RUNS: process.env.PLUMBLINE_NOTEBOOK_RUNS ?? 'runs/notebooks',
      },
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(`notebook ${name} failed:\n${stderr.slice(-4000)}`);
    return new Map(JSON.parse(readFileSync(record, 'utf8')) as [number, Output[]][]);
  } finally {
    rmSync(file, { force: true });
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** Takes dates, times and the machine's paths out of a text. */
export function cleaned(text: string): string {
  return text
    .replaceAll(ROOT, '.')
    .replaceAll(tmpdir(), '/tmp')
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'DATE')
    .replace(/\b\d+(\.\d+)? ?(ms|s|seconds)\b(?! scenes)/g, 'TIME');
}

const lines = (text: string): string[] =>
  text
    .split('\n')
    .map((line, i, all) => (i < all.length - 1 ? `${line}\n` : line))
    .filter((line) => line !== '');

/** The notebook file (nbformat 4.5). */
export function notebookJson(cells: readonly NotebookCell[], outputs: ReadonlyMap<number, readonly Output[]>): string {
  let executed = 0;
  const json = {
    cells: cells.map(({ kind, source }, i) => {
      const common = { cell_type: kind, id: `cell-${i}`, metadata: {}, source: lines(source) };
      if (kind === 'markdown') return common;
      executed++;
      const shown = (outputs.get(i) ?? []).map((output) => ({
        output_type: 'display_data',
        metadata: {},
        data: Object.fromEntries(
          Object.entries(output).map(([type, content]) => [
            type,
            type.startsWith('image/') ? content : lines(cleaned(content)),
          ]),
        ),
      }));
      return { ...common, execution_count: executed, outputs: shown };
    }),
    metadata: {
      kernelspec: { display_name: 'TypeScript', language: 'typescript', name: 'tslab' },
      language_info: { name: 'typescript', file_extension: '.ts', mimetype: 'text/typescript' },
    },
    nbformat: 4,
    nbformat_minor: 5,
  };
  return `${JSON.stringify(json, undefined, 1)}\n`;
}

if (process.argv[1] === import.meta.filename) {
  const asked = process.argv.slice(2);
  const unknown = asked.filter((name) => !notebookNames().includes(name));
  if (unknown.length > 0) {
    process.stderr.write(`no notebook called ${unknown.join(', ')}; there are ${notebookNames().join(', ')}\n`);
    process.exit(2);
  }
  for (const name of asked.length > 0 ? asked : notebookNames()) {
    process.stdout.write(`${name} …\n`);
    const cells = cellsOf(readFileSync(join(NOTEBOOKS, `${name}.ts`), 'utf8'));
    writeFileSync(join(NOTEBOOKS, `${name}.ipynb`), notebookJson(cells, runNotebook(name)));
  }
}
