/** What the package exports, and where the examples import it from. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { blocks, pages, ROOT } from './pages.ts';

const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const json = (path: string): unknown => JSON.parse(read(path));
const manifest = json('package.json') as { exports: Record<string, string | { types: string; default: string }> };
/** Rooms that may be imported, in the order of the data. */
const ROOMS = ['core', 'contrast-sets', 'extractors', 'probes', 'analysis', 'findings', 'reports', 'study'].filter(
  (room) => existsSync(join(ROOT, room, 'index.ts')),
);

test('the root exports at most 40 names, each by its name', () => {
  const text = read('index.ts').replaceAll(/\/\*[\s\S]*?\*\//g, '');
  expect(text).not.toMatch(/export \*/);
  const names = [...text.matchAll(/export (?:type )?\{([^}]*)\}/g)]
    .flatMap(([, list]) => list.split(','))
    .map((name) => name.trim())
    .filter((name) => name !== '');
  expect(names.length).toBeGreaterThan(20);
  expect(names.length).toBeLessThanOrEqual(40);
});

describe.each(ROOMS)('plumbline/%s', (room) => {
  test('is an entry of the package, is built, type-checked and in the API documentation', () => {
    expect(manifest.exports[`./${room}`]).toEqual({
      types: `./dist/${room}/index.d.ts`,
      default: `./dist/${room}/index.js`,
    });
    expect((json('tsconfig.build.json') as { include: string[] }).include).toContain(room);
    expect((json('tsconfig.json') as { include: string[] }).include).toContain(room);
    expect((json('typedoc.json') as { entryPoints: string[] }).entryPoints).toContain(`${room}/index.ts`);
  });
});

test('examples on pages import values from where they are', async () => {
  const missing: string[] = [];
  let checked = 0;
  for (const page of pages()) {
    for (const { language, text } of blocks(page)) {
      if (!['ts', 'typescript', 'js'].includes(language)) continue;
      for (const [, list, room = ''] of text.matchAll(/import \{([^}]*)\} from 'plumbline(?:\/([\w-]+))?'/g)) {
        const entry = (await import(join(ROOT, room, 'index.ts'))) as Record<string, unknown>;
        for (const name of list.split(',').map((part) => part.trim())) {
          if (name === '' || name.startsWith('type ')) continue;
          checked++;
          if (!(name in entry)) missing.push(`${page}: ${name} is not in plumbline${room && `/${room}`}`);
        }
      }
    }
  }
  expect(missing).toEqual([]);
  expect(checked).toBeGreaterThan(0);
});
