/** Reports know no finding by name: what is printed of a second one comes from its data alone. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Finding } from '../../core/artifacts/results/finding.ts';
import { comparisonVerdict } from '../../reports/compare/verdict.ts';
import { reportTitle, tablesOf, writeReport } from '../../reports/index.ts';
import { comparisonOf } from './comparison-example.ts';
import { checkpoint, contrastSet } from './synthetic.ts';
import { temporaryFolder } from './temporary.ts';

const folder = temporaryFolder();
const set = contrastSet(join(folder, 'set'), 30);
const second: Finding = {
  analysis: 'finding',
  version: 1,
  id: 'made-up',
  axis: 'vertical',
  cue: 'size',
  question: 'Is up bright?',
  verdict: 'biased',
  direction: 'reversed',
  reason: 'the made-up reason',
  sentence: 'up leans on dark',
  caption: 'The made-up rule.',
  evidence: [{ measure: 'made-up-measure', value: 0.25, interval: [0.2, 0.3], n: 7 }],
};
const shortcut = checkpoint('shortcut', set);
const both = { ...shortcut, findings: [...shortcut.findings, second] };

test('the page has a card a finding, its rule among the methods, and asks all questions', async () => {
  const checkpoints = [both, { ...checkpoint('balanced', set), findings: [] }];
  const title = reportTitle(checkpoints);
  expect(title).toBe('Is far up? Is up bright? llava-tiny-shortcut and llava-tiny-balanced');
  const { html } = await writeReport({ directory: join(folder, 'report'), title, checkpoints, set });
  const page = readFileSync(html, 'utf8').replace(/<script[\s\S]*?<\/script>/g, '');
  for (const text of [
    'Does the checkpoint know distance and vertical, or does it go by height and size?',
    'made-up: biased (reversed)',
    'Up leans on dark.',
    'The made-up reason',
    'made-up-measure',
    '.25 [.20, .30]',
    '<dt>Verdict, made-up</dt><dd>The made-up rule.</dd>',
    'No finding applies to its results.',
  ])
    expect(page).toContain(text);
  const ids = [...page.matchAll(/aria-label="(Evidence[^"]*)"/g)].map(([, label]) => label);
  expect(ids).toEqual([
    'Evidence for llava-tiny-shortcut, vertical-distance',
    'Evidence for llava-tiny-shortcut, made-up',
  ]);
  const index = JSON.parse(readFileSync(join(folder, 'report', 'report.json'), 'utf8')) as {
    checkpoints: { findings: Finding[] }[];
  };
  expect(index.checkpoints.map(({ findings }) => findings.map(({ id }) => id))).toEqual([
    ['vertical-distance', 'made-up'],
    [],
  ]);
});

test('the table of verdicts has its evidence, under its id', () => {
  const [verdicts] = tablesOf([both]);
  expect(verdicts.name).toBe('verdicts');
  expect(verdicts.rows.at(-1)).toEqual([
    'llava-tiny-shortcut',
    'made-up',
    'biased (reversed)',
    'made-up-measure',
    '',
    0.25,
    0.2,
    0.3,
    7,
  ]);
});

test('a comparison says each checkpoint\u2019s findings by the ids in its data', async () => {
  const comparison = await comparisonOf(set, [
    { name: 'a', kind: 'shortcut' },
    { name: 'b', kind: 'balanced' },
  ]);
  const [first, ...others] = comparison.checkpoints;
  const html = comparisonVerdict({
    ...comparison,
    checkpoints: [{ ...first, findings: [...first.findings, second] }, ...others],
  });
  for (const text of [
    'vertical-distance: shortcut',
    'made-up: biased (reversed)',
    'Up leans on dark.',
    'vertical-distance: clear',
  ])
    expect(html).toContain(text);
});
