/**
 * Measures what the intervals and p-values promise and writes docs/measures/coverage.md: `npm run calibrate-intervals`, or `npm
 * run calibrate-intervals NAME …` for the simulations whose name or setting contains one of the words. `--runs 200` for a quick
 * look, which is printed and not written.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { writeFileAtomic } from '../core/formats/atomic.ts';
import { SIMULATIONS } from './calibrate-intervals/index.ts';
import { coverageOf, RUNS } from './calibrate-intervals/simulation.ts';
import { tableLine, withTable } from './calibrate-intervals/table.ts';

const PAGE = fileURLToPath(new URL('../docs/measures/coverage.md', import.meta.url));

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { runs: { type: 'string', default: String(RUNS) } },
});
const runs = Number(values.runs);
if (!(Number.isInteger(runs) && runs > 1)) throw new Error(`--runs must be a whole number above 1: ${values.runs}`);
const chosen = SIMULATIONS.filter(
  ({ name, setting }) => positionals.length === 0 || positionals.some((word) => `${name} ${setting}`.includes(word)),
);
if (chosen.length === 0)
  throw new Error(
    `no simulation is called ${positionals.join(' or ')}; there are ${[...new Set(SIMULATIONS.map(({ name }) => name))].join(', ')}`,
  );
for (const simulation of chosen) {
  const started = Date.now();
  const measured = await coverageOf(simulation, { runs });
  for (const row of measured) console.log(tableLine(row));
  console.log(`  ${runs} runs in ${((Date.now() - started) / 1000).toFixed(1)} s`);
  // After each, so that a long run that is stopped keeps what it has.
  if (runs === RUNS) await writeFileAtomic(PAGE, withTable(readFileSync(PAGE, 'utf8'), SIMULATIONS, measured));
}
