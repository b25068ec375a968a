// @module-tag slow
/**
 * The report of a comparison: what it says first, that the same input gives the same bytes, that nothing in it can run.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { RunComparison } from '../../core/artifacts/results/run-comparison.ts';
import { rankingSentence, worseSentences } from '../../reports/compare/words.ts';
import { comparisonFigures } from '../../reports/figures/run-comparison.ts';
import { writeComparison } from '../../reports/index.ts';
import { drawFigure } from '../../reports/render.ts';
import { comparisonTables } from '../../study/compare/tables.ts';
import { comparisonOf } from './comparison-example.ts';
import { EXAMPLES } from './examples/index.ts';
import { overlaps, textsOf } from './scene.ts';
import { contrastSet } from './synthetic.ts';
import { temporaryFolder } from './temporary.ts';

const folder = temporaryFolder();
const set = contrastSet(join(folder, 'set'), 60);
const hostile = '</script><script>alert(1)</script><img src=x onerror=alert(1)>"\'';
let two: RunComparison;
let series: RunComparison;
beforeAll(async () => {
  two = await comparisonOf(
    set,
    [
      { name: 'tiny-shortcut', kind: 'shortcut' },
      { name: 'tiny-balanced', kind: 'balanced' },
    ],
    [EXAMPLES.compare as never],
  );
  series = await comparisonOf(
    set,
    [1, 2, 3, 4, 5, 6, 7, 8, 9].map((step) => ({
      name: `an-organisation/a-checkpoint-with-a-rather-long-name-step-${step}000`,
      kind: step > 4 ? ('shortcut' as const) : ('balanced' as const),
      step: 1000 * step,
    })),
  );
});

function hashes(directory: string): Record<string, string> {
  return Object.fromEntries(
    readdirSync(directory, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => [
        join(entry.parentPath, entry.name).slice(directory.length),
        createHash('sha256')
          .update(readFileSync(join(entry.parentPath, entry.name)))
          .digest('hex'),
      ]),
  );
}
const write = (directory: string, comparison: RunComparison, command = 'plumbline compare runs/a runs/b') =>
  writeComparison({ directory: join(folder, directory), comparison, tables: comparisonTables(comparison), command });

describe('what a comparison says first', () => {
  test('who ranks first, and by how much the next is behind', () => {
    expect(rankingSentence(two)).toMatch(
      /^first by accuracy, distance, counter is tiny-balanced \(\.94 \[.*\); tiny-shortcut follows, −1?\.\d\d \[/,
    );
    expect(rankingSentence({ ...two, ranking: null })).toBe(
      'no measure is there for all 2 checkpoints, so they have no ranking',
    );
    const tie = { ...two.ranking!, order: two.ranking!.order.map((entry) => ({ ...entry, rank: 1, apart: false })) };
    expect(rankingSentence({ ...two, ranking: tie })).toMatch(
      /don’t tell tiny-balanced \(.*\) and tiny-shortcut \(.*\) apart$/,
    );
  });

  test('what got worse: between a pair, and over a series', () => {
    expect(worseSentences(two)).toEqual([
      'nothing got worse from tiny-shortcut to tiny-balanced as far as the data tell',
    ]);
    expect(worseSentences(series)[0]).toMatch(
      /^worse from .*step-1000 \(step 1000\) to .*step-9000 \(step 9000\): accuracy, distance, counter −1?\.\d\d \[.*; gap, distance /,
    );
    expect(worseSentences({ ...series, worse: [] })[0]).toMatch(/^nothing got worse from .* as far as the data tell$/);
  });

  test('no change of the entanglement index on consistent scenes is called better or worse, there far and up coincide', () => {
    expect(two.differences.find(({ measure }) => measure === 'VD-EI, consistent')!.change).toBe('undirected');
    expect(two.differences.find(({ measure }) => measure === 'VD-EI, counter')!.change).toBe('better');
  });
});

describe('the report', () => {
  test('holds page, figures and tables, gives the same bytes from the same input, and is left alone the second time', async () => {
    const first = await write('a', two);
    await write('b', two);
    expect(hashes(join(folder, 'a'))).toEqual(hashes(join(folder, 'b')));
    const { mtimeMs } = statSync(first.html);
    expect(await write('a', two)).toEqual(first);
    expect(statSync(first.html).mtimeMs).toBe(mtimeMs);
    const index = JSON.parse(readFileSync(join(folder, 'a', 'report.json'), 'utf8')) as {
      figures: { name: string; files: string[] }[];
      ranking: string;
    };
    expect(index.figures.map(({ name }) => name)).toEqual([
      'differences',
      'slopes',
      'accuracy-by-checkpoint',
      'side-by-side-height-share',
      'side-by-side-probe-accuracy',
      'side-by-side-vd-ei',
      'side-by-side-coherence',
      'comparison-layers',
    ]);
    expect(index.figures.flatMap(({ files }) => files).map((file) => join(folder, 'a', file))).toEqual(first.figures);
  });

  test('opens with the ranking, before any figure, and names versions, hashes, seeds and commands of every run', async () => {
    const { html } = await write('a', two);
    const page = readFileSync(html, 'utf8');
    expect(page.indexOf('First by accuracy')).toBeGreaterThan(0);
    expect(page.indexOf('<figure')).toBeGreaterThan(page.indexOf('First by accuracy'));
    for (const text of [
      'plumbline compare runs/a runs/b',
      'plumbline diagnose tiny-shortcut',
      'plumbline diagnose tiny-balanced',
      '0'.repeat(64),
      '1'.repeat(64),
      set.header.hash,
      'seed 0',
      'linux-x64',
      '0.1.0',
    ])
      expect(page, text).toContain(text);
    expect(Buffer.byteLength(page)).toBeLessThan(3_000_000);
  });

  test('its policy allows exactly its own scripts, and names from runs stay text', async () => {
    const evil = await comparisonOf(set, [
      { name: hostile, kind: 'shortcut' },
      { name: 'plain', kind: 'balanced' },
    ]);
    const { html } = await write(
      'evil',
      { ...evil, unpaired: hostile, runs: evil.runs.map((run) => ({ ...run, command: hostile, platform: hostile })) },
      hostile,
    );
    const page = readFileSync(html, 'utf8');
    const allowed = [
      .../http-equiv="Content-Security-Policy" content="([^"]+)"/.exec(page)![1].matchAll(/'sha256-([^']+)'/g),
    ].map(([, hash]) => hash);
    expect(
      [...page.matchAll(/<script>([\s\S]*?)<\/script>/g)].map(([, code]) =>
        createHash('sha256').update(code).digest('base64'),
      ),
    ).toEqual(allowed);
    expect(page).not.toContain('<script>alert');
    expect(page).not.toContain('<img src=x');
  });
});

describe('the figures of a long series with long names', () => {
  test('no text lies on another, none is cut, nothing is warned of; every checkpoint is in a figure side by side', async () => {
    const { changes, sideBySide, series: trends, layers } = comparisonFigures(series);
    expect(layers).toEqual([]);
    expect([changes.length, trends.length]).toEqual([9, 3]);
    const warnings: string[] = [];
    for (const figure of [changes[0], changes[8], ...sideBySide, ...trends]) {
      const { spec, size, png } = await drawFigure(figure, {
        onWarning: (message) => warnings.push(`${figure.name}: ${message}`),
      });
      await png;
      const texts = await textsOf(spec);
      expect(overlaps(texts), figure.name).toEqual([]);
      expect(
        Math.max(...texts.map(({ right }) => right)) - Math.min(...texts.map(({ left }) => left)),
        figure.name,
      ).toBeLessThanOrEqual(size[0]);
    }
    expect(warnings).toEqual([]);
    const told = sideBySide
      .filter(({ name }) => name.startsWith('side-by-side-height-share'))
      .map(({ description }) => description)
      .join(' ');
    for (const { name } of series.checkpoints) expect(told).toContain(`${name}: `);
  });
});
