// @module-tag slow
/**
 * Golden figures: every kind of figure from a small result, its spec compared exactly and its SVG after rounding
 * numbers (text metrics differ in the last digits between machines). A figure that changed leaves `NAME-changed.svg`
 * beside its golden; `GOLDEN=write` accepts what is drawn now.
 */
import Ajv from 'ajv';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { bestLayersFigure } from '../../reports/figures/best-layers.ts';
import { figuresOfResult, RESULT_FIGURES } from '../../reports/figures/index.ts';
import { slopeChartFigure } from '../../reports/figures/slope-chart.ts';
import type { Figure } from '../../reports/figure.ts';
import { inFont } from '../../reports/fonts.ts';
import { drawFigure } from '../../reports/render.ts';
import { WIDTHS } from '../../reports/theme.ts';
import { comparisonOf } from './comparison-example.ts';
import { EXAMPLE_PICTURES, EXAMPLES } from './examples/index.ts';
import { overlaps, textsOf } from './scene.ts';
import { behaviour, contrastSet, estimate } from './synthetic.ts';
import { temporaryFolder } from './temporary.ts';

const folder = join(import.meta.dirname, 'golden');
const schema = JSON.parse(
  readFileSync(createRequire(import.meta.url).resolve('vega-lite/vega-lite-schema.json'), 'utf8'),
) as object;
const validate = new Ajv({ unknownFormats: ['color-hex'] }).compile(schema);
const context = { checkpoint: 'llava-tiny-shortcut', suffix: '', width: WIDTHS.column, pictures: EXAMPLE_PICTURES };

const best = ['tiny-a', 'tiny-b'].map((checkpoint, i) => ({
  checkpoint,
  set: 'views',
  layer: 'vision.3',
  measure: 'PCK@2',
  perPoint: estimate(0.7 - 0.3 * i),
  chance: 0.08,
  samePosition: estimate(0.24),
  rawRgb: estimate(0.19),
}));
/** Last digits of what is computed here differ between machines. */
const thousandths = (value: object): unknown =>
  JSON.parse(JSON.stringify(value), (_, entry: unknown) =>
    typeof entry === 'number' ? Math.round(entry * 1000) / 1000 : entry,
  );
const figures: Figure[] = [
  ...Object.values(EXAMPLES).flatMap((result) => figuresOfResult(result, context)),
  slopeChartFigure(
    [
      { name: 'step-1000', result: behaviour('balanced') },
      { name: 'step-9000', result: behaviour('shortcut') },
    ],
    context,
  )!,
  bestLayersFigure(best, context)!,
  ...figuresOfResult(
    thousandths(
      await comparisonOf(contrastSet(temporaryFolder(), 60), [
        { name: 'tiny-shortcut', kind: 'shortcut' },
        { name: 'tiny-balanced', kind: 'balanced' },
      ]),
    ),
    { ...context, suffix: '-compared' },
  ),
];

/** One decimal; a minus zero is a zero. */
const rounded = (svg: string): string =>
  svg.replace(/-?\d+\.\d+/g, (number) => String(Number(Number(number).toFixed(1)) || 0)).replace(/></g, '>\n<');

describe.each(figures.map((figure) => [figure.name, figure] as const))('%s', (name, figure) => {
  test('is drawn as its golden, by a valid spec, without a warning, overlapping or cut text', async () => {
    const warnings: string[] = [];
    const { spec, svg, size, png } = await drawFigure(figure, { onWarning: (message) => warnings.push(message) });
    await png;
    expect(warnings).toEqual([]);
    validate(spec);
    expect(validate.errors).toBeNull();
    const texts = await textsOf(spec);
    expect(overlaps(texts)).toEqual([]);
    expect(
      Math.max(...texts.map(({ right }) => right)) - Math.min(...texts.map(({ left }) => left)),
    ).toBeLessThanOrEqual(size[0]);

    const [specFile, svgFile, changed] = [`${name}.vl.json`, `${name}.svg`, `${name}-changed.svg`].map((file) =>
      join(folder, file),
    );
    const [nowSpec, nowSvg] = [`${JSON.stringify(spec, undefined, 1)}\n`, rounded(svg)];
    if (process.env.GOLDEN === 'write') {
      writeFileSync(specFile, nowSpec);
      writeFileSync(svgFile, nowSvg);
    }
    const same =
      existsSync(specFile) &&
      readFileSync(specFile, 'utf8') === nowSpec &&
      existsSync(svgFile) &&
      readFileSync(svgFile, 'utf8') === nowSvg;
    if (same) rmSync(changed, { force: true });
    else writeFileSync(changed, svg);
    expect(nowSpec).toBe(readFileSync(specFile, 'utf8'));
    expect(nowSvg).toBe(readFileSync(svgFile, 'utf8'));
  });

  test('says n, the interval and what absence of the shortcut would look like; every row of its data fills the columns', () => {
    expect(figure.caption).toMatch(/n = \d|scenes\)/);
    expect(figure.caption).toMatch(/interval/);
    expect(figure.caption).toMatch(/absent|absence/);
    expect(figure.description.length).toBeGreaterThan(20);
    expect(figure.table.rows.length).toBeGreaterThan(0);
    for (const row of figure.table.rows) expect(row).toHaveLength(figure.table.columns.length);
  });
});

test.each(figures.map((figure) => [figure.name, figure] as const))(
  '%s in the serif: letters of its own, no text overlapping or cut',
  (_, figure) =>
    inFont('serif', async () => {
      const { spec, svg, size } = await drawFigure(figure);
      expect(svg).toContain('STIX Two Text');
      expect(svg).not.toContain('Source Sans');
      const texts = await textsOf(spec);
      expect(overlaps(texts)).toEqual([]);
      expect(
        Math.max(...texts.map(({ right }) => right)) - Math.min(...texts.map(({ left }) => left)),
      ).toBeLessThanOrEqual(size[0]);
    }),
);

test('every result that can be drawn has an example, every golden a figure', () => {
  const shown = new Set(Object.values(EXAMPLES).map((result) => (result as { analysis: string }).analysis));
  const elsewhere = ['behaviour', 'geometry', 'delta-pca', 'probes', 'run-comparison'];
  expect(
    Object.keys(RESULT_FIGURES).filter((analysis) => !shown.has(analysis) && !elsewhere.includes(analysis)),
  ).toEqual([]);
  const names = new Set(figures.map(({ name }) => name));
  expect(
    readdirSync(folder).filter(
      (file) => !file.includes('-changed') && !names.has(file.replace(/\.(vl\.json|svg)$/, '')),
    ),
  ).toEqual([]);
  expect(names.size).toBe(figures.length);
});
