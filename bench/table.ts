/** What a bench prints: the machine, and rows of measured values beside a bar. */
import { cpus, totalmem } from 'node:os';

export interface BenchTable {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number)[])[];
  /** What the numbers mean and how the peer was run. */
  readonly note?: string;
}

/** Processor, cores, memory and Node's version, in one line. */
export function machine(): string {
  const [first] = cpus();
  return `${first?.model.trim() ?? 'unknown processor'}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}`;
}

const cell = (value: string | number): string =>
  typeof value === 'number' ? (Number.isInteger(value) ? String(value) : value.toPrecision(3)) : value;

export function printTable({ title, columns, rows, note }: BenchTable): void {
  const texts = [columns, ...rows.map((row) => row.map(cell))];
  const widths = columns.map((_, i) => Math.max(...texts.map((row) => row[i].length)));
  const line = (row: readonly string[]): string =>
    row
      .map((text, i) => text.padEnd(widths[i]))
      .join('  ')
      .trimEnd();
  process.stdout.write(`\n${title}\n${texts.map(line).join('\n')}\n${note === undefined ? '' : `${note}\n`}`);
}

/** Seconds that `body` takes: the smallest of `repeats` runs after `warmup` others. */
export async function seconds(
  body: () => unknown,
  { repeats = 3, warmup = 1 }: { repeats?: number; warmup?: number } = {},
): Promise<number> {
  let best = Infinity;
  for (let i = -warmup; i < repeats; i++) {
    const start = process.hrtime.bigint();
    await body();
    const elapsed = Number(process.hrtime.bigint() - start) / 1e9;
    if (i >= 0) best = Math.min(best, elapsed);
  }
  return best;
}
