import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { imported, temporaryFolder } from './helpers.ts';
import { conditionFor } from '../../../core/artifacts/contrast-set.ts';

test('the table in docs/own-pictures.md becomes the pairs that the page promises', async () => {
  const folder = temporaryFolder();
  const csv = /```csv\n([\s\S]*?)```/.exec(
    readFileSync(new URL('../../../docs/own-pictures.md', import.meta.url), 'utf8'),
  )![1];
  writeFileSync(join(folder, 'pictures.csv'), csv);
  for (const [i, name] of ['kitchen', 'shelf'].entries())
    await sharp({ create: { width: 224, height: 224, channels: 3, background: { r: 80 * i, g: 90, b: 90 } } })
      .png()
      .toFile(join(folder, `${name}.png`));
  const { set, report } = await imported(folder, 'own', [join(folder, 'pictures.csv')]);
  expect(report.bad).toBe(0);
  expect(
    set.pairs.map(({ axis, kind, conditions, first, second }) => [
      axis,
      kind,
      conditionFor({ conditions }),
      first.answer,
      second.answer,
    ]),
  ).toEqual([
    ['distance', 'question-swap', 'consistent', 'close', 'far'],
    ['horizontal', 'question-swap', 'none', 'left', 'right'],
    ['distance', 'question-swap', 'counter', 'close', 'far'],
    ['distance', 'question-swap', 'none', 'yes', 'no'],
    ['choice', 'perturbation', 'none', 'B', 'C'],
  ]);
  expect(set.pairs[0].first.question).toBe(
    'Compared to the kettle, is the mug far or close from you? Answer with only one word.',
  );
  expect(set.pairs[3].second.question).toBe('Is the book in front of the vase?');
});
