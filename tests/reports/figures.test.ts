// @module-tag slow
import { beforeAll, describe, expect, test } from 'vitest';
import { createCanvas, loadImage } from 'canvas';
import { AXES } from '../../core/artifacts/contrast-set.ts';
import { figuresOf, type FigureSet } from '../../reports/report-figures.ts';
import { chosen } from '../../reports/contact-tiles.ts';
import { mergeLayers, shortNames } from '../../reports/forms/layout.ts';
import type { Figure } from '../../reports/figure.ts';
import type { CheckpointReport } from '../../reports/input.ts';
import { drawFigure, type Drawing } from '../../reports/render.ts';
import { CONDITION_STYLE, REFERENCE_STYLE } from '../../reports/theme.ts';
import { ALL_LAYERS, checkpoint, contrastSet, estimate, geometry, probes, withResults } from './synthetic.ts';
import { overlaps, textsOf } from './scene.ts';
import { temporaryFolder } from './temporary.ts';

const set = contrastSet(temporaryFolder(), 60);
const hostile = '</script><script>alert("x")</script> \\ \' %5B';

const cases: Record<string, CheckpointReport[]> = {
  'one checkpoint': [checkpoint('shortcut', set)],
  'two checkpoints': [checkpoint('shortcut', set), checkpoint('balanced', set)],
  'three checkpoints, a long and a hostile name': [
    checkpoint('shortcut', set, 'an-organisation/a-checkpoint-with-a-rather-long-name-step-120000'),
    checkpoint('balanced', set, 'an-organisation/a-checkpoint-with-a-rather-long-name-step-240000'),
    checkpoint('balanced', set, hostile),
  ],
  'sixty layers': (['shortcut', 'balanced'] as const).map((kind) => {
    const layers = [
      ...ALL_LAYERS,
      ...Array.from({ length: 24 }, (_, i) => [`text.${i + 4}.attn`, `text.${i + 4}`]).flat(),
    ];
    return withResults(withResults(checkpoint(kind, set), 'geometry', [geometry(kind, 'last', layers)]), 'probes', [
      probes(kind, 'last', layers),
    ]);
  }),
};

interface Row {
  readonly [field: string]: unknown;
}
/** Every inline data row of a spec. */
function rowsOf(spec: unknown): Row[] {
  if (Array.isArray(spec)) return spec.flatMap(rowsOf);
  if (typeof spec !== 'object' || spec === null) return [];
  return Object.entries(spec).flatMap(([key, value]) =>
    key === 'values' && Array.isArray(value) && typeof value[0] === 'object' ? (value as Row[]) : rowsOf(value),
  );
}

describe.each(Object.entries(cases))('figures of %s', (_, checkpoints) => {
  let figures: FigureSet;
  let drawings: Drawing[];
  const warnings: string[] = [];
  beforeAll(async () => {
    figures = await figuresOf({ checkpoints, set });
    drawings = [];
    for (const figure of [...figures.main, ...figures.further])
      drawings.push(await drawFigure(figure, { onWarning: (message) => warnings.push(`${figure.name}: ${message}`) }));
  });

  test('Vega-Lite and Vega have nothing to say against any spec', () => {
    expect(warnings).toEqual([]);
    expect(figures.missing).toEqual([]);
    expect(drawings.length).toBeGreaterThanOrEqual(9);
  });

  test('no text lies on another and none is cut', async () => {
    for (const { figure, spec, size } of drawings) {
      const texts = await textsOf(spec);
      expect(overlaps(texts), figure.name).toEqual([]);
      const [left, right, top, bottom] = [
        Math.min(...texts.map((text) => text.left)),
        Math.max(...texts.map((text) => text.right)),
        Math.min(...texts.map((text) => text.top)),
        Math.max(...texts.map((text) => text.bottom)),
      ];
      // The scene may begin left of its origin; what counts is that the texts' extent fits the picture.
      expect(right - left, figure.name).toBeLessThanOrEqual(size[0]);
      expect(bottom - top, figure.name).toBeLessThanOrEqual(size[1]);
    }
  });

  test('the PNG has its physical width at 300 dpi and no ink on its border', async () => {
    for (const { figure, size, png } of drawings) {
      const bytes = Buffer.from(await png);
      const image = await loadImage(bytes);
      expect(image.width, figure.name).toBe(Math.round(figure.width * 300));
      expect(image.height, figure.name).toBe(Math.round((size[1] * 300) / 72));
      const density = bytes.indexOf('pHYs', 0, 'latin1');
      expect(bytes.readUInt32BE(density + 4), figure.name).toBe(11811);
      const canvas = createCanvas(image.width, image.height);
      const context = canvas.getContext('2d');
      context.drawImage(image, 0, 0);
      const border = [
        context.getImageData(0, 0, image.width, 2),
        context.getImageData(0, image.height - 2, image.width, 2),
        context.getImageData(0, 0, 2, image.height),
        context.getImageData(image.width - 2, 0, 2, image.height),
      ];
      expect(
        border.every(({ data }) => data.every((value) => value > 245)),
        figure.name,
      ).toBe(true);
    }
  });

  test('the SVG has the same width, a name and a description, and no script', () => {
    for (const { figure, svg } of drawings) {
      expect(svg).toContain(`width="${figure.width * 72}pt"`);
      expect(svg).toMatch(/^<svg [^>]*role="img"[^>]*><title>[^<]+<\/title><desc>[^<]+<\/desc>/);
      expect(svg).not.toMatch(/<script/i);
      expect(svg).toContain('Source Sans 3');
    }
  });

  test('captions say n, the interval and what absence of the shortcut would look like; descriptions name every checkpoint', () => {
    for (const { figure } of drawings) {
      expect(figure.caption, figure.name).toMatch(/n = \d|scenes\)/);
      expect(figure.caption, figure.name).toMatch(/interval/);
      expect(figure.caption, figure.name).toMatch(/absent|does not show a shortcut/);
      for (const { name } of checkpoints) expect(figure.description, figure.name).toContain(name);
    }
  });

  test('all numbers behind the marks are in the data table', () => {
    for (const { figure } of drawings) {
      expect(figure.table.rows.length, figure.name).toBeGreaterThan(0);
      for (const row of figure.table.rows) expect(row).toHaveLength(figure.table.columns.length);
    }
  });
});

describe('what the figures show', () => {
  let figures: Map<string, Figure>;
  let drawn: (name: string) => Row[];
  beforeAll(async () => {
    const { main, further } = await figuresOf({ checkpoints: cases['two checkpoints'], set });
    figures = new Map([...main, ...further].map((figure) => [figure.name, figure]));
    drawn = (name) => rowsOf(figures.get(name)!.spec(80));
  });

  test('accuracy: each cell of each checkpoint at its value, chance at one half', () => {
    const rows = drawn('accuracy').filter(({ axis }) => axis !== undefined);
    expect(rows).toHaveLength(18);
    expect(rows.find(({ axis, condition }) => axis === 'distance' && condition === 'counter')).toMatchObject({
      value: 0.09,
    });
    expect(JSON.stringify(figures.get('accuracy')!.spec(80))).toContain('"y":{"datum":0.5}');
  });

  test('probes: chance, control, box height and both conditions at every layer of every axis', () => {
    for (const name of ['probe-accuracy-balanced-last', 'probe-accuracy-balanced-patches']) {
      const rows = drawn(name).filter(({ role }) => role === 'curve');
      const layers = new Set(rows.map(({ layer }) => layer));
      for (const series of [
        REFERENCE_STYLE.chance,
        REFERENCE_STYLE.control,
        REFERENCE_STYLE.boxConsistent,
        REFERENCE_STYLE.boxCounter,
        CONDITION_STYLE.consistent,
        CONDITION_STYLE.counter,
      ]) {
        expect(
          rows.filter((row) => row.series === series.name),
          `${name}: ${series.name}`,
        ).toHaveLength(2 * AXES.length * layers.size);
      }
    }
  });

  test('coherence draws its null, height share its picked layer with the held-out value', () => {
    expect(drawn('coherence-last').filter(({ series }) => series === REFERENCE_STYLE.null.name).length).toBeGreaterThan(
      0,
    );
    const picks = drawn('height-share-last').filter(({ role }) => role === 'pick');
    expect(picks.map(({ layer }) => layer)).toEqual(['text.3', 'text.3']);
    for (const { low, high, value } of picks)
      expect(Number(low) <= Number(value) && Number(value) <= Number(high)).toBe(true);
  });

  test('checkpoints share their scales: no panel resolves its own', () => {
    for (const figure of figures.values())
      expect(JSON.stringify(figure.spec(80)), figure.name).not.toContain('"independent"');
  });

  test('within a figure no two series look the same without colour', () => {
    for (const figure of figures.values()) {
      const entries = drawn(figure.name).filter(({ dash }) => dash !== undefined);
      const looks = entries.map(({ dash, shape, strokeWidth }) => JSON.stringify([dash, shape, strokeWidth]));
      expect(new Set(looks).size, figure.name).toBe(looks.length);
    }
  });

  test('the plane of the deltas is scaled, with above up and left left', () => {
    const rows = drawn('delta-pca').filter(({ role }) => role === 'mean');
    expect(rows).toHaveLength(2 * 2 * 3);
    for (const row of rows) if (row.axis === 'vertical') expect(Number(row.y)).toBeGreaterThan(0);
    for (const row of rows) if (row.axis === 'horizontal') expect(Number(row.x)).toBeLessThan(0);
  });

  test('same input, same bytes', async () => {
    for (const name of ['accuracy', 'height-share-last', 'contact-sheet']) {
      const [a, b] = [await drawFigure(figures.get(name)!), await drawFigure(figures.get(name)!)];
      expect(a.svg).toBe(b.svg);
      expect(Buffer.from(await a.png).equals(Buffer.from(await b.png))).toBe(true);
    }
  });
});

describe('incomplete results', () => {
  test('without answers there is no accuracy figure, and the report says so', async () => {
    const { main, missing } = await figuresOf({
      checkpoints: [withResults(checkpoint('balanced', set), 'behaviour', [])],
      set,
    });
    expect(main.map((figure) => figure.name)).not.toContain('accuracy');
    expect(missing).toEqual(['accuracy by axis and condition: no checkpoint has answers']);
  });

  test('values that could not be computed leave a gap, not a zero', async () => {
    const result = geometry('shortcut');
    const gap = {
      ...result,
      layers: result.layers.map((layer, i) => (i === 2 ? { ...layer, cueShare: estimate(null) } : layer)),
    };
    const { main } = await figuresOf({
      checkpoints: [withResults(checkpoint('shortcut', set), 'geometry', [gap])],
      set,
    });
    const rows = rowsOf(main.find(({ name }) => name === 'height-share-last')!.spec(80)).filter(
      ({ role }) => role === 'curve',
    );
    expect(rows.map(({ layer }) => layer)).not.toContain(result.layers[2].layer);
    expect(rows.length).toBeGreaterThan(0);
  });

  test('a checkpoint without a height share keeps its panel; without any the figure is left out', async () => {
    const result = geometry('balanced');
    const empty = { ...result, layers: result.layers.map((layer) => ({ ...layer, cueShare: estimate(null) })) };
    const one = await figuresOf({
      checkpoints: [checkpoint('shortcut', set), withResults(checkpoint('balanced', set), 'geometry', [empty])],
      set,
    });
    const texts = await textsOf(one.main.find(({ name }) => name === 'height-share-last')!.spec(90));
    expect(texts.map(({ text }) => text)).toEqual(
      expect.arrayContaining(['llava-tiny-shortcut', 'llava-tiny-balanced']),
    );
    const none = await figuresOf({ checkpoints: [withResults(checkpoint('balanced', set), 'geometry', [empty])], set });
    expect(none.main.some(({ name }) => name.startsWith('height-share'))).toBe(false);
    expect(none.missing.join()).toContain('height share');
  });

  test('no picked layer: no heatmap, no mark, and the reason in words', async () => {
    const result = geometry('shortcut');
    const none = {
      ...result,
      choice: { ...result.choice, layer: null, reported: null, reason: 'no axis rises above its null' },
    };
    const { main, missing } = await figuresOf({
      checkpoints: [withResults(checkpoint('shortcut', set), 'geometry', [none])],
      set,
    });
    expect(main.some(({ name }) => name.startsWith('cosines'))).toBe(false);
    expect(missing).toEqual(['cosines, question swaps at the last prompt token: no layer was picked']);
    expect(main.find(({ name }) => name === 'height-share-last')!.description).toContain(
      'no axis rises above its null',
    );
  });

  test('missing pictures cost the contact sheet, not the report', async () => {
    const { main, missing } = await figuresOf({
      checkpoints: [checkpoint('shortcut', set)],
      set: { ...set, directory: '/nowhere' },
    });
    expect(main.some(({ name }) => name === 'contact-sheet')).toBe(false);
    expect(missing[0]).toContain('contact sheet');
  });
});

describe('contact sheet', () => {
  const item = { options: ['far', 'close'], answer: 'far' };
  test('the answer is the option with the higher score, its probability the softmax; a tie is wrong', () => {
    expect(chosen(item, { item: 'i', scores: { far: 1, close: 0 } })).toEqual({
      option: 'far',
      probability: 1 / (1 + Math.exp(-1)),
      right: true,
    });
    expect(chosen(item, { item: 'i', scores: { far: -900, close: 900 } })).toEqual({
      option: 'close',
      probability: 1,
      right: false,
    });
    expect(chosen(item, { item: 'i', scores: { far: 2, close: 2 } })!.right).toBe(false);
    expect(chosen(item, { item: 'i', scores: {} })).toBeNull();
  });

  test('pairs are chosen without regard to the answers', async () => {
    const tiles = async (kind: 'shortcut' | 'balanced'): Promise<string[]> =>
      (await figuresOf({ checkpoints: [checkpoint(kind, set)], set })).tiles.map(({ pair }) => pair);
    expect(await tiles('shortcut')).toEqual(await tiles('balanced'));
  });
});

describe('names of checkpoints', () => {
  test('lose what they share, by whole words, and stay distinct', () => {
    expect(shortNames(['llava-tiny-shortcut', 'llava-tiny-balanced'])).toEqual(['\u2026shortcut', '\u2026balanced']);
    expect(shortNames(['org/a-step-10', 'org/a-step-100'])).toEqual(['\u202610', '\u2026100']);
    expect(shortNames(['alpha', 'alpine'])).toEqual(['alpha', 'alpine']);
    expect(shortNames(['one'])).toEqual(['one']);
    expect(shortNames(['a-', 'a-b'])).toEqual(['a-', 'a-b']);
  });
});

describe('layers of different checkpoints', () => {
  test('are merged once each, so that every checkpoint keeps its order', () => {
    const lists = [
      ['embed', '0', '1', '2', 'out'],
      ['embed', '0', '0.attn', '1', '2', '3', 'out'],
      ['projector', 'embed', 'out'],
    ];
    const merged = mergeLayers(lists);
    expect(new Set(merged)).toEqual(new Set(lists.flat()));
    expect(merged).toHaveLength(new Set(merged).size);
    for (const list of lists) expect(merged.filter((layer) => list.includes(layer))).toEqual(list);
  });
});
