// Writes the golden numbers of analyses anew, all or those named: node --import tsx scripts/analysis-goldens.ts [NAME …]
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ANALYSES } from '../study/analyses.ts';
import { goldenOf, GOLDENS } from '../tests/goldens/golden.ts';

const named = process.argv.slice(2);
const unknown = named.filter((name) => !Object.hasOwn(ANALYSES, name));
if (unknown.length > 0)
  throw new Error(`no analysis ${unknown.join(', ')}; there are ${Object.keys(ANALYSES).join(', ')}`);
mkdirSync(GOLDENS, { recursive: true });
for (const file of readdirSync(GOLDENS))
  if (!Object.hasOwn(ANALYSES, file.replace(/\.json$/, ''))) rmSync(join(GOLDENS, file));
for (const [name, definition] of Object.entries(ANALYSES)) {
  if (named.length > 0 && !named.includes(name)) continue;
  writeFileSync(join(GOLDENS, `${name}.json`), `${JSON.stringify(await goldenOf(definition))}\n`);
  console.log(name);
}
