/** One registry: the page and `plumbline figures` draw the same figures of the same results. */
import { describe, expect, test } from 'vitest';
import type { ZodType } from 'zod';
import { figuresOfResult, RESULT_FIGURES } from '../../reports/figures/index.ts';
import { figuresOf } from '../../reports/report-figures.ts';
import { EXAMPLES } from './examples/index.ts';
import { checkpoint, contrastSet, geometry, withResults } from './synthetic.ts';
import { temporaryFolder } from './temporary.ts';

const set = contrastSet(temporaryFolder(), 30);
const extra = [EXAMPLES.cause, EXAMPLES.mdl, EXAMPLES.tunnel];
const plain = checkpoint('shortcut', set);
const report = { ...plain, results: [...plain.results, ...extra] };

describe('the registry of figures', () => {
  test('of one checkpoint the page shows what each result gives by itself, and the pairs', async () => {
    const { main, extra: more, further, missing } = await figuresOf({ checkpoints: [report], set });
    const alone = report.results.flatMap((result) =>
      figuresOfResult(result, { checkpoint: report.name, suffix: '' }).map(({ name, caption }) => [name, caption]),
    );
    const shown = [...main, ...more, ...further].map(({ name, caption }) => [name, caption]);
    const sorted = (list: string[][]): string[][] => [...list].sort(([a], [b]) => (a < b ? -1 : 1));
    expect(sorted(shown.filter(([name]) => name !== 'contact-sheet'))).toEqual(sorted(alone));
    expect(alone.map(([name]) => name)).toContain('layer-cosines-last');
    expect(missing).toEqual([]);
  });

  test('what findings cite comes first, other readings of it last, what none cites between', async () => {
    const both = withResults(report, 'geometry', [geometry('shortcut', 'patches:1'), geometry('shortcut')]);
    const { main, extra: more, further } = await figuresOf({ checkpoints: [both], set });
    const names = (figures: typeof main): string => figures.map(({ name }) => name).join(' ');
    expect(names(main)).toMatch(
      /^accuracy height-share-last .* probe-accuracy-balanced-last .*delta-pca contact-sheet$/,
    );
    expect(names(more)).toMatch(/^steering-dose-distance .*mdl-bits .*tunnel/);
    expect(names(further)).toMatch(/^height-share-patches-1 .*probe-accuracy-balanced-patches/);
  });

  test('several checkpoints are drawn together where a figure takes them, else each by itself', async () => {
    const other = { ...checkpoint('balanced', set), results: [...checkpoint('balanced', set).results, ...extra] };
    const { main, extra: more } = await figuresOf({ checkpoints: [report, other], set });
    expect(main.map(({ name }) => name)).toContain('slopes');
    expect(main.find(({ name }) => name === 'accuracy')!.panels).toBe(2);
    for (const base of ['steering-dose-distance', 'mdl-compression'])
      for (const suffix of ['-1', '-2']) expect(more.map(({ name }) => name)).toContain(base + suffix);
  });

  test('a damaged result is refused, with whose it is', async () => {
    const damaged = { ...plain, results: [...plain.results, { ...EXAMPLES.mdl, layers: 'none' }] };
    await expect(figuresOf({ checkpoints: [damaged], set })).rejects.toMatchObject({
      code: 'invalid-result',
      where: 'a result of llava-tiny-shortcut',
    });
  });

  test('its keys are what the schemas say', () => {
    for (const [analysis, { schema }] of Object.entries(RESULT_FIGURES)) {
      const { shape } = schema as unknown as { shape: { analysis: ZodType } };
      expect(shape.analysis.safeParse(analysis).success, analysis).toBe(true);
    }
  });
});
