/**
 * Writes the JSON Schemas of the configuration files to docs/schemas: `npx tsx scripts/config-schemas.ts`. A test holds
 * them to the sources.
 */
import { fileURLToPath } from 'node:url';
import { writeFileAtomic } from '../core/formats/atomic.ts';
import { gateSchema } from '../study/gate/config.ts';
import { studySchema } from '../study/config/schema.ts';
import { publishedSchema } from '../study/config/yaml.ts';

/** File name → text. */
export const CONFIG_SCHEMAS: Readonly<Record<string, string>> = {
  'gate.schema.json': textOf(publishedSchema(gateSchema, 'plumbline gate')),
  'study.schema.json': textOf(publishedSchema(studySchema, 'plumbline study')),
};

function textOf(schema: object): string {
  return `${JSON.stringify(schema, undefined, 2)}\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [file, text] of Object.entries(CONFIG_SCHEMAS))
    await writeFileAtomic(fileURLToPath(new URL(`../docs/schemas/${file}`, import.meta.url)), text);
}
