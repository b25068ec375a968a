import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { pageText, ROOT } from './pages.ts';

const SKIPPED = new Set(['node_modules', 'dist', 'docs-api', 'runs', 'coverage', 'fixtures']);

/** TypeScript and Markdown files of the repository. */
function* sources(folder = ''): Generator<string> {
  for (const name of readdirSync(join(ROOT, folder)).sort()) {
    if (name.startsWith('.') || SKIPPED.has(name)) continue;
    const path = join(folder, name);
    if (statSync(join(ROOT, path)).isDirectory()) yield* sources(path);
    else if (/\.(ts|md)$/.test(name)) yield path;
  }
}

test('every section of the methods that a file cites is a heading of docs/methods.md', () => {
  const headings = new Set(
    [...pageText('docs/methods.md').matchAll(/^#+ (\d+[a-z]?)\. /gm)].map(([, number]) => number),
  );
  const cited: [path: string, section: string][] = [];
  for (const path of sources()) {
    // A citation may be broken over two lines of a comment, and may name several sections.
    const text = readFileSync(join(ROOT, path), 'utf8').replaceAll(/\n\s*\*?\s*/g, ' ');
    for (const [, list] of text.matchAll(/methods(?:\.md)? ((?:§\d+[a-z]?(?:, | and )?)+)/gi))
      for (const [, section] of list.matchAll(/§(\d+[a-z]?)/g)) cited.push([path, section]);
  }
  expect(cited.filter(([, section]) => !headings.has(section))).toEqual([]);
  expect(cited.length).toBeGreaterThan(140);
});
