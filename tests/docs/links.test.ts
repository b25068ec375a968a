import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { anchors, links, pages, ROOT } from './pages.ts';

const all = pages();

test('every relative link leads to a file, and every anchor to a heading', () => {
  const broken: string[] = [];
  let checked = 0;
  for (const page of all) {
    for (const [path, anchor] of links(page)) {
      checked++;
      if (path.startsWith('..') || !existsSync(join(ROOT, path))) broken.push(`${page}: ${path}`);
      else if (anchor !== '' && (!path.endsWith('.md') || !anchors(path).has(anchor)))
        broken.push(`${page}: ${path}#${anchor}`);
    }
  }
  expect(broken).toEqual([]);
  expect(checked).toBeGreaterThan(150);
});

test('every page of the documentation is reached from its index', () => {
  const reached = new Set(['README.md', 'docs/README.md']);
  const open = ['README.md', 'docs/README.md'];
  for (let page = open.pop(); page !== undefined; page = open.pop()) {
    for (const [path] of links(page)) {
      if (!path.endsWith('.md') || reached.has(path) || !existsSync(join(ROOT, path))) continue;
      reached.add(path);
      open.push(path);
    }
  }
  expect(all.filter((page) => page.startsWith('docs/') && !reached.has(page))).toEqual([]);
});
