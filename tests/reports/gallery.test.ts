import { existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { conditionFor, type ContrastSetHeader, type Item, type Pair } from '../../core/artifacts/contrast-set.ts';
import { changedWords } from '../../reports/gallery/card.ts';
import { selectPairs } from '../../reports/gallery/select.ts';
import { writeGallery } from '../../reports/index.ts';
import { hasChromium, HOSTILE, launch, openPage, seriousViolations, type OpenedPage } from './chromium.ts';
import { temporaryFolder } from './temporary.ts';

const folder = temporaryFolder();

const item = (id: string, changes: Partial<Item> = {}): Item => ({
  item: id,
  images: ['images/0.png'],
  question: 'Compared to the red box, is the blue box far or close from you?',
  options: ['far', 'close'],
  answer: 'far',
  objects: [
    { name: 'red box', box: [10, 60, 20, 20], depth: 2 },
    { name: 'blue box', box: [60, 10, 30, 20], depth: 4 },
  ],
  ...changes,
});
const pair = (id: string, changes: Partial<Pair> = {}): Pair => {
  const first = item(`${id}:0`);
  return {
    id,
    group: id,
    axis: 'distance',
    kind: 'question-swap',
    conditions: { height: 'consistent' },
    first,
    second: item(`${id}:1`, {
      question: 'Compared to the blue box, is the red box far or close from you?',
      answer: 'close',
      objects: [...first.objects].reverse(),
    }),
    nuisance: {},
    ...changes,
  };
};

const frames = Array.from({ length: 24 }, (_, i) => `images/${i % 4}.png`);
const PAIRS: readonly Pair[] = [
  ...Array.from({ length: 20 }, (_, i) =>
    pair(`p${i}`, { conditions: { height: i % 4 === 0 ? 'counter' : 'consistent' } }),
  ),
  pair('left', {
    axis: 'horizontal',
    conditions: {},
    first: item('left:0', { difficulty: 0.1 }),
    second: item('left:1', { answer: 'close', difficulty: 0.1 }),
  }),
  pair('hard', {
    first: item('hard:0', { difficulty: 0.9 }),
    second: item('hard:1', { answer: 'close', difficulty: 0.9 }),
  }),
  pair('clip', {
    axis: 'order',
    conditions: {},
    kind: 'perturbation',
    first: item('clip:0', { images: frames, media: 'clip', variant: { manipulation: 'ordered' } }),
    second: item('clip:1', { images: [...frames].reverse(), media: 'clip', variant: { manipulation: 'reversed' } }),
  }),
  pair('words', {
    axis: 'text',
    conditions: {},
    first: item('words:0', { images: [], question: 'A . .\n. B .\n\nIs A above B?', objects: [] }),
    second: item('words:1', { images: [], question: '. B .\nA . .\n\nIs A above B?', answer: 'close', objects: [] }),
  }),
  pair(HOSTILE, {
    axis: HOSTILE,
    conditions: {},
    first: item('hostile:0', {
      question: HOSTILE,
      options: [HOSTILE, 'b'],
      answer: HOSTILE,
      objects: [{ name: HOSTILE, box: [1, 1, 5, 5] }],
      variant: { [HOSTILE]: HOSTILE },
    }),
    second: item('hostile:1', {
      question: HOSTILE,
      options: [HOSTILE, 'b'],
      answer: 'b',
      objects: [],
      variant: { [HOSTILE]: 'x' },
    }),
  }),
];
const header = {
  name: `a set ${HOSTILE}`,
  counts: {
    scenes: PAIRS.length,
    pairs: PAIRS.length,
    items: 2 * PAIRS.length,
    images: 4,
    conditions: { height: { consistent: 17, counter: 5, none: 5 } },
  },
} as unknown as ContrastSetHeader;
const file = join(folder, 'gallery.html');

beforeAll(async () => {
  mkdirSync(join(folder, 'images'));
  for (let i = 0; i < 4; i++)
    await sharp({ create: { width: 100, height: 100, channels: 3, background: { r: 60 * i, g: 120, b: 90 } } })
      .png()
      .toFile(join(folder, `images/${i}.png`));
  const answers = PAIRS.slice(0, 10).flatMap(({ first, second }) =>
    [first, second].map(({ item: id }) => ({ item: id, scores: { far: 2, close: 0 } })),
  );
  expect(await writeGallery({ set: { directory: folder, header }, pairs: () => PAIRS, file, answers })).toBe(
    PAIRS.length,
  );
});

test('the choice: every kind of pair at least once, the limit kept, evenly over the file', async () => {
  const many = Array.from({ length: 3000 }, (_, i) =>
    pair(`n${i}`, {
      axis: ['horizontal', 'vertical', 'distance'][i % 3],
      conditions: { height: i < 1500 ? 'consistent' : 'counter' },
    }),
  );
  many.splice(700, 0, pair('rare', { kind: 'perturbation' }));
  const chosen = await selectPairs(() => many, 61);
  expect(chosen).toHaveLength(61);
  expect(chosen.filter(({ id }) => id === 'rare')).toHaveLength(1);
  for (const axis of ['horizontal', 'vertical', 'distance'])
    for (const condition of ['consistent', 'counter'])
      expect(
        chosen.filter((one) => one.id !== 'rare' && one.axis === axis && conditionFor(one) === condition),
      ).toHaveLength(10);
  const places = chosen
    .filter((one) => one.axis === 'vertical' && conditionFor(one) === 'counter')
    .map(({ id }) => Number(id.slice(1)));
  expect(Math.max(...places.slice(1).map((place, i) => place - places[i]))).toBeLessThanOrEqual(153);
  expect(await selectPairs(() => many, 3)).toHaveLength(3);
  expect(await selectPairs(() => many.slice(0, 5), 200)).toEqual(many.slice(0, 5));
});

test('the words in which two questions differ are marked, whatever their number', () => {
  expect(changedWords('is the red box far', 'is the cup far')).toEqual([
    'is the <mark>red</mark> <mark>box</mark> far',
    'is the <mark>cup</mark> far',
  ]);
  expect(changedWords('a <b>', 'a <b>')).toEqual(['a &lt;b&gt;', 'a &lt;b&gt;']);
});

test('a picture that many sides show is stored once, and a missing one is named', async () => {
  const html = readFileSync(file, 'utf8');
  // Four pictures, the first at two sizes.
  expect(html.match(/data:image\/jpeg/g)).toHaveLength(5);
  expect(statSync(file).size).toBeLessThan(200_000);
  await expect(
    writeGallery({
      set: { directory: folder, header },
      pairs: () => [pair('gone', { first: item('gone:0', { images: ['images/9.png'] }) })],
      file: join(folder, 'gone.html'),
    }),
  ).rejects.toMatchObject({ code: 'picture-unreadable', where: join(folder, 'images/9.png') });
  expect(existsSync(join(folder, 'gone.html'))).toBe(false);
});

test('the policy allows one script and one style by their hashes, and nothing from elsewhere', () => {
  const policy = /Content-Security-Policy" content="([^"]*)"/.exec(readFileSync(file, 'utf8'))![1];
  expect(policy).toMatch(
    /^default-src 'none'; script-src 'sha256-[^']+'; style-src 'sha256-[^']+'; img-src data:; font-src data:; base-uri 'none'; form-action 'none'$/,
  );
});

describe.skipIf(!hasChromium)('the gallery in Chromium', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(() => browser?.close());

  const open = (options: Parameters<typeof openPage>[2] = {}): Promise<OpenedPage> =>
    openPage(browser, pathToFileURL(file).href, options);
  const shown = (page: Page): Promise<string[]> =>
    page.evaluate<string[]>('[...document.querySelectorAll(".card:not([hidden])")].map((card) => card.dataset.id)');

  test('no text from a set runs, nothing is fetched, nothing is complained of', async () => {
    const { page, context, complaints, requests } = await open();
    await page.locator('.card').last().scrollIntoViewIfNeeded();
    await page.waitForTimeout(200);
    expect(await page.evaluate('window.broken')).toBeUndefined();
    expect(complaints).toEqual([]);
    expect(requests.filter((url) => !url.startsWith('data:') && !url.startsWith('file:'))).toEqual([]);
    expect(await page.locator('.card').last().locator('.question').first().innerText()).toBe(HOSTILE);
    expect(await shown(page)).toHaveLength(PAIRS.length);
    await context.close();
  });

  test('pictures are put in as they come near; boxes lie over their objects, the subject solid, the reference dashed', async () => {
    const { page, context } = await open({ viewport: { width: 1280, height: 400 } });
    expect(await page.evaluate('document.querySelectorAll("img[src]").length')).toBeLessThan(
      await page.evaluate<number>('document.querySelectorAll("img").length'),
    );
    const picture = page.locator('.picture').first();
    await expect
      .poll(() => picture.locator('img').evaluate((image: { naturalWidth: number }) => image.naturalWidth))
      .toBe(100);
    const [outer, box] = [(await picture.boundingBox())!, (await picture.locator('rect').nth(3).boundingBox())!];
    // The blue box, [60, 10, 30, 20] of 100, is asked about first; the outline stands a little outside.
    for (const [found, expected] of [
      [(box.x - outer.x) / outer.width, 0.6],
      [(box.y - outer.y) / outer.height, 0.1],
      [box.width / outer.width, 0.3],
      [box.height / outer.height, 0.2],
    ])
      expect(Math.abs(found - expected)).toBeLessThan(0.035);
    expect(
      await picture
        .locator('rect')
        .evaluateAll((all: { getAttribute(name: string): string | null }[]) =>
          all.map((rect) => rect.getAttribute('stroke-dasharray') !== null),
        ),
    ).toEqual([true, true, false, false]);
    expect(await page.locator('[data-id="clip"] .side').first().locator('img').count()).toBe(16);
    expect(await page.locator('[data-id="clip"]').textContent()).toContain('16 of 24 frames');
    await context.close();
  });

  test('the right option is marked, and so is what the checkpoint said', async () => {
    const { page, context } = await open();
    const card = page.locator('[data-id="p0"]');
    expect(await card.locator('.options .true').allTextContents()).toEqual(['✓ far (right)', '✓ close (right)']);
    expect(await card.locator('.said').allTextContents()).toEqual([
      '✓ said far (0.88), right',
      '✕ said far (0.88), wrong',
    ]);
    await context.close();
  });

  test('filters: within a group or, between groups and; by mouse and by number; 0 takes them off', async () => {
    const { page, context } = await open();
    const button = (group: string, value: string): ReturnType<Page['locator']> =>
      page.locator(`button[data-group="${group}"][data-value="${value}"]`);
    await button('condition', 'counter').click();
    expect(await shown(page)).toEqual(['p0', 'p4', 'p8', 'p12', 'p16']);
    await button('condition', 'none').click();
    expect(await page.locator('#status').innerText()).toBe('9 of 25 pairs');
    await button('axis', 'horizontal').click();
    expect(await shown(page)).toEqual(['left']);
    await page.keyboard.press('0');
    expect(await shown(page)).toHaveLength(PAIRS.length);
    await button('difficulty', 'hard').click();
    expect(await shown(page)).toEqual(['hard']);
    await page.keyboard.press('0');
    await button('manipulation', 'manipulation: reversed').click();
    expect(await shown(page)).toEqual(['clip']);
    await page.keyboard.press('0');
    await button('answers', 'one wrong').click();
    expect(await shown(page)).toHaveLength(10);
    await page.keyboard.press('0');
    // The first button is the first axis.
    await page.keyboard.press('1');
    expect(await page.locator('button[aria-pressed="true"]').first().getAttribute('data-value')).toBe('distance');
    expect((await shown(page)).length).toBe(21);
    await context.close();
  });

  test('keys move between the pairs that are shown, hide boxes and flag pairs', async () => {
    const { page, context } = await open();
    const focused = (): Promise<string> => page.evaluate<string>('document.activeElement.dataset.id');
    await page.locator('button[data-group="condition"][data-value="counter"]').click();
    for (const key of ['j', 'j', 'ArrowRight']) await page.keyboard.press(key);
    expect(await focused()).toBe('p8');
    await page.keyboard.press('x');
    await page.keyboard.press('k');
    expect(await focused()).toBe('p4');
    await page.keyboard.press('x');
    await page.locator('#flagged summary').click();
    expect(await page.locator('#flagged pre').innerText()).toBe('p4\np8');
    await page.keyboard.press('b');
    expect(await page.locator('[data-id="p0"] svg').first().isVisible()).toBe(false);
    await context.close();
  });

  test.each(['light', 'dark'] as const)(
    'axe finds no serious violation in the %s scheme',
    { timeout: 120_000 },
    async (colorScheme) => {
      const { page, context } = await open({ colorScheme });
      await page.keyboard.press('1');
      // The policy allows no further script: axe is run by the debugger.
      expect(await seriousViolations(page)).toEqual([]);
      await context.close();
    },
  );

  test('fits a phone, both sides still beside each other', async () => {
    const { page, context } = await open({ viewport: { width: 360, height: 740 } });
    expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360);
    const [left, right] = await Promise.all(
      [0, 1].map((i) => page.locator('[data-id="p0"] .side').nth(i).boundingBox()),
    );
    expect(right!.y).toBe(left!.y);
    await context.close();
  });
});
