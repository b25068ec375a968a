import { createHash } from 'node:crypto';
import { inflateSync } from 'node:zlib';
import { beforeAll, describe, expect, test } from 'vitest';
import fc from 'fast-check';
import { escapeMarkup } from '../../reports/escape.ts';
import { figuresOf } from '../../reports/report-figures.ts';
import type { CheckpointReport } from '../../reports/input.ts';
import { inlineScript, packed } from '../../reports/page/html.ts';
import { reportPage } from '../../reports/page/page.ts';
import { drawFigure, type Drawing } from '../../reports/render.ts';
import { tablesOf } from '../../reports/tables/index.ts';
import { checkpoint, contrastSet } from './synthetic.ts';
import { temporaryFolder } from './temporary.ts';

const set = contrastSet(temporaryFolder(), 30);

function inflated(text: string): unknown {
  return JSON.parse(inflateSync(Buffer.from(text, 'base64')).toString('utf8'));
}

function unpack(page: string): { specs: Record<string, object>; tables: Record<string, string> } {
  return inflated(/id="data">([^<]+)</.exec(page)![1]) as ReturnType<typeof unpack>;
}

async function pageOf(
  checkpoints: CheckpointReport[],
  title = 'Is far up?',
  command = 'plumbline diagnose',
): Promise<string> {
  const { main, further, tiles, missing } = await figuresOf({ checkpoints, set });
  const draw = async (figures: typeof main): Promise<Drawing[]> => {
    const drawings = [];
    for (const figure of figures) drawings.push(await drawFigure(figure));
    return drawings;
  };
  return reportPage(
    { title, command, checkpoints, set },
    { main: await draw(main), further: await draw(further), tables: tablesOf(checkpoints), tiles, missing },
  );
}

describe('the page', () => {
  let page: string;
  beforeAll(async () => {
    page = await pageOf([checkpoint('shortcut', set), checkpoint('balanced', set)]);
  });

  test('opens with the verdict of each checkpoint, before any figure', () => {
    const [shortcut, balanced, figure] = [
      page.indexOf('Far is read off up: 98 % right on consistent'),
      page.indexOf('Far is not read off up'),
      page.indexOf('<figure'),
    ];
    expect(shortcut).toBeGreaterThan(0);
    expect(balanced).toBeGreaterThan(shortcut);
    expect(figure).toBeGreaterThan(balanced);
  });

  test('its policy allows exactly its own scripts and nothing from elsewhere', () => {
    const policy = /http-equiv="Content-Security-Policy" content="([^"]+)"/.exec(page)![1];
    const allowed = [...policy.matchAll(/'sha256-([^']+)'/g)].map(([, hash]) => hash);
    const scripts = [...page.matchAll(/<script>([\s\S]*?)<\/script>/g)].map(([, code]) =>
      createHash('sha256').update(code).digest('base64'),
    );
    expect(scripts).toEqual(allowed);
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toContain('unsafe-eval');
    expect(/script-src ([^;]+);/.exec(policy)![1]).not.toContain('unsafe-inline');
  });

  test('fetches nothing: no address outside the file', () => {
    const markup = page.replace(/<script[\s\S]*?<\/script>/g, '');
    expect(markup).not.toMatch(/(?:src|href)="(?!data:|#)/);
    expect(markup).not.toMatch(/url\((?!data:|#)/);
    expect(markup).not.toMatch(/@import/);
  });

  test('stays under 3 MB with its pictures', () => {
    expect(Buffer.byteLength(page)).toBeLessThan(3_000_000);
  });

  test('every figure has a caption, a description and its data; ids are unique', () => {
    const figures = [...page.matchAll(/<figure[\s\S]*?<\/figure>/g)].map(([text]) => text);
    expect(figures.length).toBeGreaterThanOrEqual(8);
    for (const figure of figures)
      for (const part of ['<figcaption>', 'id="description-', '<h3']) expect(figure).toContain(part);
    const { specs, tables } = unpack(page);
    const names = figures.map((figure) => /data-figure="([^"]+)"/.exec(figure)![1]);
    expect(Object.keys(specs)).toEqual(names);
    for (const name of names) expect(tables[name]).toMatch(/<table>[\s\S]*<td/);
    const ids = [...page.replace(/<script[\s\S]*?<\/script>/g, '').matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('names version, hashes, seed and command', () => {
    for (const text of ['0.1.0', set.header.hash, 'ab'.repeat(32), 'seed 0', 'plumbline diagnose'])
      expect(page).toContain(text);
  });
});

test('names from outside stay text everywhere', async () => {
  const hostile = '</script><script>alert(1)</script><img src=x onerror=alert(1)>"\'';
  const evil = checkpoint('shortcut', set, hostile);
  const fields = { id: hostile, question: hostile, reason: hostile, sentence: hostile, caption: hostile };
  const page = await pageOf(
    [{ ...evil, findings: evil.findings.map((finding) => ({ ...finding, ...fields })) }],
    hostile,
    hostile,
  );
  expect(page).not.toContain('<script>alert');
  expect(page).not.toContain('<img src=x');
  expect([...page.matchAll(/<script/g)]).toHaveLength(5);
});

describe('escaping', () => {
  test('text round-trips through entities and never holds markup', () => {
    const entities: Record<string, string> = { '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#39;': "'", '&amp;': '&' };
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const escaped = escapeMarkup(text);
        expect(escaped).not.toMatch(/[<>"']/);
        expect(escaped.replace(/&(?:lt|gt|quot|#39|amp);/g, (entity) => entities[entity])).toBe(text);
      }),
    );
  });

  test('packed data is the same value and can\u2019t end its element', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.string(), (value, text) => {
        const data = packed({ value, text, end: '</script><!--' });
        expect(data).toMatch(/^[A-Za-z0-9+/=]+$/);
        expect(inflated(data)).toEqual(JSON.parse(JSON.stringify({ value, text, end: '</script><!--' })));
      }),
    );
  });

  test('inline scripts can\u2019t end their element', () => {
    expect(inlineScript('a = "</script>"; b = "<!-- </SCRIPT "')).toBe('a = "<\\/script>"; b = "<\\!-- <\\/SCRIPT "');
  });
});
