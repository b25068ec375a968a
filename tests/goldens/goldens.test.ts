import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ANALYSIS_ANALYSES } from '../../analysis/index.ts';
import { RENAMED } from '../../core/definitions/renamed.ts';
import { PROBE_ANALYSES } from '../../probes/index.ts';
import { ANALYSES } from '../../study/analyses.ts';
import { differences, goldenOf, GOLDENS, toleranceOf, type Golden } from './golden.ts';

const DEFINITIONS = [...ANALYSIS_ANALYSES, ...PROBE_ANALYSES];
const readGolden = (name: string): Golden => JSON.parse(readFileSync(join(GOLDENS, `${name}.json`), 'utf8')) as Golden;

/** File that defines an analysis. */
function fileOf(name: string): string {
  const files = ['probes', 'analysis'].flatMap((room) =>
    readdirSync(room, { recursive: true, encoding: 'utf8' }).map((file) => join(room, file)),
  );
  return files.find((file) => file.endsWith('.ts') && readFileSync(file, 'utf8').includes(`  name: '${name}',\n`))!;
}

describe('golden numbers', () => {
  it.each(DEFINITIONS.map((definition) => [definition.name, definition] as const))('%s', async (name, definition) => {
    const golden = readGolden(name);
    expect(golden.version, `made by version ${golden.version}: run \`npm run goldens ${name}\``).toBe(
      definition.version,
    );
    const changed = differences(golden.result, (await goldenOf(definition)).result, toleranceOf(name));
    expect(changed, `numbers changed: raise version in ${fileOf(name)}, then \`npm run goldens ${name}\``).toEqual([]);
  });

  it('are of an analysis each, and say something', () => {
    expect(readdirSync(GOLDENS).sort()).toEqual(DEFINITIONS.map(({ name }) => `${name}.json`).sort());
    for (const { name } of DEFINITIONS) {
      const numbers = JSON.stringify(readGolden(name).result).match(/-?\d+\.\d{3,}/g) ?? [];
      expect(numbers.length, name).toBeGreaterThan(4);
    }
  });

  it('notice a number that moved, a field that came or went, and let rounding pass', () => {
    const was = { a: [1, 2.5], b: null, c: 'x' };
    expect(differences(was, { ...was, a: [1, 2.5 * (1 + 1e-10)] }, 1e-9)).toEqual([]);
    expect(differences(was, { ...was, a: [1, 2.5001] }, 1e-9)).toEqual(['result.a[1]: 2.5 → 2.5001']);
    expect(differences(was, { ...was, b: 1 }, 1e-9)).toEqual(['result.b: null → 1']);
    expect(differences(was, { ...was, d: 1 }, 1e-9)).toHaveLength(1);
    expect(differences(was, { a: [1], b: null, c: 'y' }, 1e-9)).toHaveLength(2);
  });
});

describe('names of analyses', () => {
  const names = DEFINITIONS.map(({ name }) => name);

  it('are unique, in kebab case, and each result carries its own', () => {
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) {
      expect(name).toMatch(/^[a-z]+(-[a-z]+)*$/);
      expect(readGolden(name).result).toMatchObject({ analysis: name });
    }
  });

  it('have a page in docs/measures each', () => {
    const pages = readdirSync('docs/measures');
    expect(names.filter((name) => !pages.includes(`${name}.md`))).toEqual([]);
  });

  it('take the place of names that are gone, and use only analyses before them', () => {
    for (const [old, now] of Object.entries(RENAMED)) {
      expect(ANALYSES).not.toHaveProperty(old);
      expect(ANALYSES).toHaveProperty(now);
    }
    DEFINITIONS.forEach(({ uses }, at) => {
      for (const used of uses) expect(names.slice(0, at)).toContain(used);
    });
  });

  it('come with options that have defaults', () => {
    for (const { options } of DEFINITIONS) expect(options.safeParse({}).success).toBe(true);
    expect(ANALYSES.cause.options.parse({})).toEqual({ axis: 'distance', alphas: [0.25, 0.5, 1, 2] });
    expect(ANALYSES.geometry.options.safeParse({ knid: 'question-swap' }).success).toBe(false);
  });
});
