import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { defineAnalysis, type AnalysisContext } from '../../core/definitions/analysis.ts';
import { analysisKey } from '../../study/analysis-key.ts';
import { stored } from '../../study/run-folder.ts';

type AnalysisKeyParts = Parameters<typeof analysisKey>[0];

let folder: string;
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'plumbline-key-'))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Counts the items' scenes, each so many times. */
const toy = (version: number, times: number) =>
  defineAnalysis({
    name: 'toy',
    version,
    title: 'number of scenes',
    schema: z.object({ analysis: z.literal('toy'), scenes: z.number() }),
    options: z.strictObject({ factor: z.number().default(1) }),
    run: ({ set }, { factor }) => ({
      analysis: 'toy' as const,
      scenes: factor * times * new Set(set.pairs.map(({ group }) => group)).size,
    }),
  });
const context = { set: { pairs: [{ group: 'a' }, { group: 'b' }, { group: 'a' }] } } as unknown as AnalysisContext;

/** Runs it as a study does: from the folder where the key is the same. */
async function scenesOf(definition: ReturnType<typeof toy>, given: object = {}): Promise<number> {
  const options = definition.options.parse(given);
  const key = analysisKey({ definition, options, seed: 0, selection: 'last', layers: null, inputs: ['states', 'set'] });
  const of = { name: 'x', hash: 'x' };
  const { scenes } = await stored(
    join(folder, 'toy.json'),
    definition.schema,
    { plumbline: 'x', seed: 0, checkpoint: of, set: of, key },
    () => definition.run(context, options),
  );
  return scenes;
}

it('a result is computed again when its analysis’ version is raised, and only then', async () => {
  expect(await scenesOf(toy(1, 1))).toBe(2);
  const written = readFileSync(join(folder, 'toy.json'), 'utf8');
  // Other code under the same version: the stored result is taken, which is why numbers must not change without it.
  expect(await scenesOf(toy(1, 10))).toBe(2);
  expect(readFileSync(join(folder, 'toy.json'), 'utf8')).toBe(written);
  expect(await scenesOf(toy(2, 10))).toBe(20);
  expect(await scenesOf(toy(2, 10), { factor: 3 })).toBe(60);
});

it('every part is in the key', () => {
  const parts: AnalysisKeyParts = {
    definition: { name: 'toy', version: 1 },
    options: { factor: 1 },
    seed: 0,
    selection: 'last',
    layers: null,
    inputs: ['a', 'b'],
  };
  const changes: Partial<AnalysisKeyParts>[] = [
    {},
    { definition: { name: 'toy', version: 2 } },
    { definition: { name: 'other', version: 1 } },
    { options: { factor: 2 } },
    { seed: 1 },
    { selection: 'words' },
    { layers: ['text.1'] },
    { inputs: ['b', 'a'] },
  ];
  expect(new Set(changes.map((change) => analysisKey({ ...parts, ...change }))).size).toBe(changes.length);
  expect(analysisKey(parts)).toBe(analysisKey({ ...parts }));
});
