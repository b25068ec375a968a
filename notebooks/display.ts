/**
 * What a notebook shows: text, tables, figures and pictures. Run by itself (`npx tsx notebooks/NAME.ts`) a notebook
 * prints; run by the exporter (`npm run notebooks`) its outputs are kept cell by cell and land in NAME.ipynb.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { drawFigure, toMarkdown, type Figure, type Table } from 'plumbline/reports';

/** An output of a cell: MIME type → content; binary ones in base64. */
export type Output = Readonly<Record<string, string>>;

/** Where the exporter wants the outputs. */
const RECORD = process.env.PLUMBLINE_NOTEBOOK_RECORD;
const PREVIEW_DPI = 160;

const cells = new Map<number, Output[]>();
let current = 0;

function add(output: Output): void {
  if (RECORD === undefined) process.stdout.write(`${output['text/plain']}\n`);
  else cells.set(current, [...(cells.get(current) ?? []), output]);
}

/** Called by the exporter where a cell begins. */
export function beginCell(index: number): void {
  current = index;
}

/** Shows text, or any value as JSON. */
export function show(value: unknown): void {
  add({ 'text/plain': typeof value === 'string' ? value : JSON.stringify(value, undefined, 2) });
}

/** Shows a table of results; estimates print as `.94 [.91, .96]`. */
export function showTable(table: Table): void {
  const markdown = toMarkdown(table);
  add({ 'text/markdown': markdown, 'text/plain': markdown });
}

/** Draws a figure and shows it with its caption. */
export async function showFigure(figure: Figure): Promise<void> {
  const { png } = await drawFigure(figure, { dpi: PREVIEW_DPI });
  add({ 'image/png': Buffer.from(await png).toString('base64'), 'text/plain': figure.description });
  add({ 'text/markdown': `*${figure.title}.* ${figure.caption}`, 'text/plain': `${figure.title}. ${figure.caption}` });
}

/** Shows a picture file. */
export function showImage(path: string, description: string): void {
  add({ 'image/png': readFileSync(path).toString('base64'), 'text/plain': description });
}

if (RECORD !== undefined) process.on('exit', () => writeFileSync(RECORD, JSON.stringify([...cells])));
