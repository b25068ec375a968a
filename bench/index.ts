/**
 * `npm run bench NAME…`: speed and memory, side by side with a peer in one run, as ratios, with the machine named.
 * Nothing here is asserted by a test. A bench is one file in this folder, found by its name; it exports `run()`, a
 * promise of its tables or an async generator that gives each as soon as it is measured.
 */
import { readdirSync } from 'node:fs';
import { machine, printTable, type BenchTable } from './table.ts';

const OTHERS = new Set(['index', 'table', 'peer']);
const names = readdirSync(import.meta.dirname)
  .filter((file) => file.endsWith('.ts'))
  .map((file) => file.slice(0, -3))
  .filter((name) => !OTHERS.has(name));

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !names.includes(name));
if (asked.length === 0 || unknown.length > 0) {
  process.stderr.write(
    `${unknown.length > 0 ? `no bench called ${unknown.join(', ')}\n` : ''}npm run bench NAME…: ${names.join(', ')}\n`,
  );
  process.exit(2);
}
process.stdout.write(`${machine()}\n`);
for (const name of asked) {
  const { run } = (await import(`./${name}.ts`)) as { run: () => Promise<BenchTable[]> | AsyncIterable<BenchTable> };
  for await (const table of await run()) printTable(table);
}
