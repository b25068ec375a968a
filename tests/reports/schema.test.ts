import Ajv from 'ajv';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect, test } from 'vitest';
import { figuresOf } from '../../reports/report-figures.ts';
import { checkpoint, contrastSet } from './synthetic.ts';
import { temporaryFolder } from './temporary.ts';

const set = contrastSet(temporaryFolder(), 30);

test.each([1, 2, 4])('every spec of %i checkpoints is valid by the published schema of Vega-Lite', async (count) => {
  const schema = JSON.parse(
    readFileSync(createRequire(import.meta.url).resolve('vega-lite/vega-lite-schema.json'), 'utf8'),
  ) as object;
  // `color-hex` is the schema's one format of its own; colours are held to the palette in theme.ts.
  const validate = new Ajv({ unknownFormats: ['color-hex'] }).compile(schema);
  const checkpoints = (['shortcut', 'balanced', 'shortcut', 'balanced'] as const)
    .slice(0, count)
    .map((kind, i) => checkpoint(kind, set, `${kind}-${i}`));
  const { main, further } = await figuresOf({ checkpoints, set });
  for (const figure of [...main, ...further]) {
    validate(figure.spec(80));
    expect(validate.errors, figure.name).toBeNull();
  }
});
