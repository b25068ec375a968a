/** The files of a report folder beside its page: figures and tables. */
import { existsSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomic } from '../core/formats/atomic.ts';
import type { OnProgress } from '../core/progress.ts';
import type { Figure } from './figure.ts';
import { drawFigure, type Drawing } from './render.ts';
import { toCsv, toLatex, toMarkdown, type Table } from './tables/index.ts';

const FIGURE_FILES = ['vl.json', 'svg', 'png', 'csv'] as const;
const TABLE_FILES = ['csv', 'tex', 'md'] as const;

/** Names of the files of figures and of tables. */
export const figureFiles = (figures: readonly Pick<Figure, 'name'>[]): string[] =>
  figures.flatMap(({ name }) => FIGURE_FILES.map((ending) => `${name}.${ending}`));
export const tableFiles = (tables: readonly Pick<Table, 'name'>[]): string[] =>
  tables.flatMap(({ name }) => TABLE_FILES.map((ending) => `${name}.${ending}`));

/** What `report.json` says of a figure and of a table. */
export const figureEntry = ({ name, title, caption, description, width }: Figure): object => ({
  name,
  title,
  caption,
  description,
  widthInches: width,
  files: figureFiles([{ name }]).map((file) => `figures/${file}`),
});
export const tableEntry = ({ name, title, note }: Table): object => ({
  name,
  title,
  ...(note === undefined ? {} : { note }),
  files: tableFiles([{ name }]).map((file) => `tables/${file}`),
});

/** Draws figures and writes them under `figures/`; the page needs the drawings. */
export async function drawInto(
  directory: string,
  figures: readonly Figure[],
  { onProgress, signal }: { onProgress?: OnProgress | undefined; signal?: AbortSignal | undefined },
): Promise<Drawing[]> {
  const drawings: Drawing[] = [];
  let writing = Promise.resolve();
  for (const figure of figures) {
    signal?.throwIfAborted();
    onProgress?.({ stage: 'report', done: drawings.length, total: figures.length, unit: 'figures' });
    const drawing = await drawFigure(figure);
    drawings.push(drawing);
    // One figure is encoded and written while the next is drawn; a failure waits for its `await`.
    await writing;
    writing = writeFigure(directory, drawing);
    writing.catch(() => undefined);
  }
  await writing;
  return drawings;
}

async function writeFigure(directory: string, { figure, spec, svg, png }: Drawing): Promise<void> {
  const path = join(directory, 'figures', figure.name);
  const described = { ...spec, description: `${figure.caption} ${figure.description}` };
  await Promise.all([
    writeFileAtomic(`${path}.vl.json`, `${JSON.stringify(described, undefined, 1)}\n`),
    writeFileAtomic(`${path}.svg`, svg),
    png.then((bytes) => writeFileAtomic(`${path}.png`, bytes)),
    writeFileAtomic(`${path}.csv`, toCsv(figure.table)),
  ]);
}

/** Writes a table under `tables/`, as CSV, LaTeX and Markdown. */
export async function writeTable(directory: string, table: Table): Promise<void> {
  const path = join(directory, 'tables', table.name);
  await Promise.all([
    writeFileAtomic(`${path}.csv`, toCsv(table)),
    writeFileAtomic(`${path}.tex`, toLatex(table)),
    writeFileAtomic(`${path}.md`, toMarkdown(table)),
  ]);
}

/** Removes figures and tables of an earlier report; files of other kinds stay. */
export async function removeOthers(directory: string, keep: readonly string[]): Promise<void> {
  if (!existsSync(directory)) return;
  const ours = /\.(vl\.json|svg|png|csv|tex|md)$/;
  for (const file of await readdir(directory))
    if (ours.test(file) && !keep.includes(file)) await rm(join(directory, file));
}
