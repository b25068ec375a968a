import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writeReport } from '../../reports/index.ts';
import { drawAll, hasChromium, HOSTILE, launch, openPage, seriousViolations, type OpenedPage } from './chromium.ts';
import { EXAMPLES } from './examples/index.ts';
import { checkpoint, contrastSet } from './synthetic.ts';
import { temporaryFolder } from './temporary.ts';

describe.skipIf(!hasChromium)('the page in Chromium', () => {
  const folder = temporaryFolder();
  let browser: Browser;
  let address: string;
  beforeAll(async () => {
    const set = contrastSet(join(folder, 'set'), 60);
    const other = checkpoint('balanced', set, HOSTILE);
    const { html } = await writeReport({
      directory: join(folder, 'report'),
      title: `Is far up? ${HOSTILE}`,
      command: HOSTILE,
      checkpoints: [
        checkpoint('shortcut', set),
        { ...other, results: [...other.results, EXAMPLES.cause, EXAMPLES.frames, EXAMPLES.tunnel] },
      ],
      set,
    });
    address = pathToFileURL(html).href;
    browser = await launch();
  });
  afterAll(() => browser?.close());

  const open = (options?: Parameters<Browser['newContext']>[0]): Promise<OpenedPage> =>
    openPage(browser, address, options);

  test('every figure is drawn live, nothing is complained of, nothing is fetched, no text runs', async () => {
    const { page, context, complaints, requests } = await open();
    const states = await drawAll(page);
    expect(states.length).toBeGreaterThanOrEqual(8);
    expect(new Set(states)).toEqual(new Set(['live']));
    expect(complaints).toEqual([]);
    expect(requests.filter((url) => url !== address && !url.startsWith('data:'))).toEqual([]);
    expect(await page.evaluate('window.broken')).toBeUndefined();
    expect(
      await page.evaluate<boolean>(
        'Promise.all([...document.querySelectorAll(".tiles img")].map((image) => image.decode())).then((all) => all.length > 0)',
      ),
    ).toBe(true);
    await context.close();
  });

  test('live figures have marks and answer to the pointer', async () => {
    const { page, context } = await open();
    await drawAll(page);
    const marks = await page.evaluate<number[]>(
      '[...document.querySelectorAll(".plot")].map((plot) => plot.querySelectorAll("svg path, svg line").length)',
    );
    for (const count of marks) expect(count).toBeGreaterThan(10);
    const point = page.locator('[data-figure="accuracy"] svg .mark-symbol path').last();
    await point.hover();
    await expect.poll(() => page.locator('#vg-tooltip-element').innerText()).toContain('accuracy');
    await context.close();
  });

  test('the layer slider works by keyboard, says the layer, and changes the picture', async () => {
    const { page, context, complaints } = await open();
    await drawAll(page);
    const name = 'layer-cosines-last';
    const cells = (): Promise<string> => page.locator(`[data-figure="${name}"] svg.marks`).innerHTML();
    const slider = page.locator(`#slider-${name}`);
    const [before, layer] = [await cells(), await slider.getAttribute('aria-valuetext')];
    await slider.focus();
    await page.keyboard.press('Home');
    await expect.poll(cells).not.toBe(before);
    expect(await slider.getAttribute('aria-valuetext')).not.toBe(layer);
    expect(await page.locator(`[data-figure="${name}"] + .slider output`).innerText()).toBe('text.embed');
    expect(complaints).toEqual([]);
    await context.close();
  });

  test('a brush over the scatter shows the pictures behind its points, by pointer and by keyboard', async () => {
    const { page, context, complaints } = await open();
    await drawAll(page);
    const [brush, picture] = [page.locator('#brush-delta-pca'), page.locator('[data-figure="delta-pca"] svg.marks')];
    await picture.scrollIntoViewIfNeeded();
    expect(await brush.locator('img').count()).toBe(0);
    // Over a panel's whole area: the second checkpoint's counter scenes, right and below.
    const panels = await page.evaluate<
      { x: number; y: number; width: number; height: number }[]
    >(`[...document.querySelectorAll('[data-figure="delta-pca"] svg.marks path.background')]
      .map((path) => path.getBoundingClientRect()).filter(({ width, height }) => width > 60 && Math.abs(width - height) < 2).map(({ x, y, width, height }) => ({ x, y, width, height }))`);
    const last = panels[panels.length - 1];
    await page.mouse.move(last.x + 3, last.y + 3);
    await page.mouse.down();
    await page.mouse.move(last.x + last.width / 2, last.y + last.height / 2, { steps: 4 });
    await page.mouse.move(last.x + last.width - 3, last.y + last.height - 3, { steps: 4 });
    await page.mouse.up();
    const status = brush.getByRole('status');
    await expect.poll(() => status.innerText()).toMatch(/counter scenes: 60 points in the area, 20 pictures/);
    expect(await brush.locator('img').count()).toBe(20);
    expect(
      await page.evaluate<boolean>(
        'Promise.all([...document.querySelectorAll(".behind img")].map((image) => image.decode())).then((all) => all.length > 0)',
      ),
    ).toBe(true);

    await brush.locator('select').focus();
    await page.keyboard.press('Home');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Home');
    await expect.poll(() => status.innerText()).toMatch(/consistent scenes: \d+ points/);
    expect(await seriousViolations(page, '#brush-delta-pca')).toEqual([]);
    expect(complaints).toEqual([]);
    await context.close();
  });

  test('further results of the run have a section of their own', async () => {
    const { page, context } = await open();
    expect(await page.getByRole('heading', { name: 'Interventions, lenses and other analyses' }).count()).toBe(1);
    expect(await page.locator('[data-figure="steering-dose-distance-2"]').count()).toBe(1);
    await context.close();
  });

  test('without scripts each figure is a static picture or says where it is', async () => {
    const { page, context } = await open({ javaScriptEnabled: false });
    const plots = await page.locator('.plot').count();
    expect(await page.locator('.plot svg').count()).toBeGreaterThanOrEqual(6);
    expect((await page.locator('.plot svg').count()) + (await page.locator('.plot noscript').count())).toBe(plots);
    await context.close();
  });

  test.each(['light', 'dark'] as const)(
    'axe finds no serious violation in the %s scheme, one of each fold open',
    { timeout: 180_000 },
    async (colorScheme) => {
      const { page, context } = await open({ colorScheme });
      await drawAll(page);
      await page.evaluate(
        'for (const folds of ["figure > details", "section > details", ".verdict details"]) document.querySelector(folds).open = true',
      );
      expect(await seriousViolations(page)).toEqual([]);
      await context.close();
    },
  );

  test('works by keyboard: the skip link, sections, data tables', async () => {
    const { page, context } = await open();
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Skip to the verdict');
    await page.locator('figure > details summary').first().focus();
    await page.keyboard.press('Enter');
    await expect.poll(() => page.locator('figure > details').first().locator('td').count()).toBeGreaterThan(10);
    await context.close();
  });

  test('fits a narrow screen', async () => {
    const { page, context } = await open({ viewport: { width: 360, height: 740 } });
    expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360);
    await context.close();
  });
});
