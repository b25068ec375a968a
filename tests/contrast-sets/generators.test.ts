/** What follows from a generator's definition: its parameters in words, and its page. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { defineGenerator, GENERATORS, parametersIn, type Generator } from '../../contrast-sets/index.ts';
import { renewedSet, setIndex } from '../../scripts/generator-docs.ts';

const generators = Object.values<Generator>(GENERATORS);

it('every generator is listed by its name, and every parameter is described and has a default where it can', () => {
  expect(Object.keys(GENERATORS)).toEqual(generators.map(({ name }) => name));
  for (const { name, title, scenesMeaning, parameters } of generators) {
    expect([title, scenesMeaning].map((text) => text.length > 8)).toEqual([true, true]);
    for (const { path, meaning, takes, preset, needed } of parametersIn(parameters)) {
      const where = `${name}: ${path.join('.')}`;
      expect(meaning, `${where}: .describe() it`).toMatch(/\S/);
      expect(takes, where).toMatch(/\S/);
      // The default in words is the one that the schema fills in.
      if (!needed && preset !== undefined) {
        const filled: unknown = parameters.parse(name === 'degradation' ? { source: 'x' } : {});
        expect(
          path.reduce((value, key) => (value as Record<string, unknown>)[key], filled),
          where,
        ).toEqual(preset);
      }
    }
  }
});

it('`scaled` gives parameters that the generator takes', () => {
  for (const { name, parameters, scaled } of generators) {
    const own = name === 'degradation' ? { source: 'x' } : {};
    expect(parameters.safeParse({ ...own, ...scaled(12) }).error, name).toBeUndefined();
  }
});

it('every generator has a page with what it shows, its controls, source and parameters (npm run docs:sets)', () => {
  for (const generator of generators) {
    const file = `docs/sets/${generator.name}.md`;
    expect(existsSync(file), file).toBe(true);
    const page = readFileSync(file, 'utf8');
    expect(renewedSet(page, generator), file).toBe(page);
    expect(page, file).toMatch(/^## What it shows\n[\s\S]+^## Controls\n[\s\S]+^## Source\n[\s\S]+^## Parameters\n/m);
  }
  expect(readFileSync('docs/sets/README.md', 'utf8')).toBe(setIndex());
  expect(readdirSync('docs/sets').sort()).toEqual(['README.md', ...generators.map(({ name }) => `${name}.md`)].sort());
});

it('a generator is one definition: it fills in defaults, names a wrong field, and without a pair leaves no set', async () => {
  const toy = defineGenerator({
    name: 'toy',
    version: 7,
    title: 'a toy',
    parameters: z.strictObject({ scenes: z.number().int().positive().default(2).describe('scenes') }),
    build: ({ parameters }) => ({
      name: `toy-${parameters.scenes}`,
      total: parameters.scenes,
      scenes: () => Array.from({ length: parameters.scenes }, () => ({ pairs: [], images: {} })),
    }),
  });
  const folder = await mkdtemp(join(tmpdir(), 'plumbline-toy-'));
  try {
    const directory = join(folder, 'set');
    await expect(toy.generate({ directory, parameters: { scenes: 0 } })).rejects.toMatchObject({
      code: 'invalid-parameters',
      message: expect.stringMatching(/^scenes: /) as string,
    });
    await expect(toy.generate({ directory })).rejects.toMatchObject({ code: 'no-pairs' });
    expect(existsSync(directory)).toBe(false);
    expect([toy.scaled(5), toy.scenesMeaning]).toEqual([{ scenes: 5 }, 'scenes']);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
