/** The documentation as the tests see it: pages, headings, links, fenced blocks. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

export const ROOT = join(import.meta.dirname, '../..');

/** Pages whose links and commands are held: everything a reader is sent to. */
export function pages(): readonly string[] {
  const docs = readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.md'))
    .sort();
  return [
    'README.md',
    'CHANGELOG.md',
    'CONTRIBUTING.md',
    'checkpoints/README.md',
    ...docs.map((path) => join('docs', path)),
  ];
}

export const pageText = (page: string): string => readFileSync(join(ROOT, page), 'utf8');

export interface Block {
  readonly language: string;
  readonly text: string;
}

/** Fenced blocks of a page, also indented ones. */
export function blocks(page: string): readonly Block[] {
  return [...pageText(page).matchAll(/^( *)```([\w-]*)[^\n]*\n([\s\S]*?)^\1```/gm)].map(
    ([, indent, language, text]) => ({ language, text: text.replaceAll(new RegExp(`^${indent}`, 'gm'), '') }),
  );
}

/** Prose of a page: without fenced blocks and code between backticks. */
const prose = (text: string): string =>
  text.replaceAll(/^( *)```[\s\S]*?^\1```/gm, '').replaceAll(/`[^`\n]*`/g, (code) => code.replaceAll(/[[\]()]/g, ' '));

/** Relative links of a page, and pictures: [path from the root, anchor]. */
export function links(page: string): readonly (readonly [string, string])[] {
  return [...prose(pageText(page)).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target]) => target)
    .filter((target) => !/^[a-z]+:/.test(target))
    .map((target) => {
      const [path, anchor = ''] = target.split('#');
      return [path === '' ? page : relative(ROOT, join(ROOT, dirname(page), decodeURIComponent(path))), anchor];
    });
}

/** Anchors that a forge gives to the headings of a page. */
export function anchors(page: string): ReadonlySet<string> {
  const seen = new Map<string, number>();
  return new Set(
    [
      ...pageText(page)
        .replaceAll(/^( *)```[\s\S]*?^\1```/gm, '')
        .matchAll(/^#{1,6} (.+)$/gm),
    ].map(([, heading]) => {
      const slug = heading
        .toLowerCase()
        .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
        .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
        .trim()
        .replaceAll(/\s/g, '-');
      const times = seen.get(slug) ?? 0;
      seen.set(slug, times + 1);
      return times === 0 ? slug : `${slug}-${times}`;
    }),
  );
}
