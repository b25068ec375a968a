/** The page of a comparison, opened in headless Chromium. Skipped where none is installed. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { writeComparison } from '../../reports/index.ts';
import { comparisonTables } from '../../study/compare/tables.ts';
import { drawAll, hasChromium, HOSTILE, launch, openPage, seriousViolations } from './chromium.ts';
import { comparisonOf } from './comparison-example.ts';
import { EXAMPLES } from './examples/index.ts';
import { contrastSet } from './synthetic.ts';
import { temporaryFolder } from './temporary.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

describe.skipIf(!hasChromium)('the page of a comparison in Chromium', () => {
  const folder = temporaryFolder();
  let browser: Browser;
  let address: string;
  beforeAll(async () => {
    const set = contrastSet(join(folder, 'set'), 60);
    const comparison = await comparisonOf(
      set,
      [
        { name: 'step-1000', kind: 'balanced', step: 1000 },
        { name: 'step-2000', kind: 'balanced', step: 2000 },
        { name: `step-4000 ${HOSTILE}`, kind: 'shortcut', step: 4000 },
        { name: 'step-8000', kind: 'shortcut', step: 8000 },
      ],
      [EXAMPLES.compare as never],
    );
    const { html } = await writeComparison({
      directory: join(folder, 'compare'),
      comparison,
      tables: comparisonTables(comparison),
      command: HOSTILE,
    });
    address = pathToFileURL(html).href;
    browser = await launch();
  });
  afterAll(() => browser?.close());

  test('every figure is drawn live, nothing is complained of, nothing is fetched, no text runs', async () => {
    const { page, context, complaints, requests } = await openPage(browser, address);
    const states = await drawAll(page);
    // 4 pairs, slopes, dots, 4 measures side by side, 3 of trends, 1 of layers.
    expect(states).toEqual(Array.from({ length: 14 }, () => 'live'));
    expect(complaints).toEqual([]);
    expect(requests.filter((url) => url !== address && !url.startsWith('data:'))).toEqual([]);
    expect(await page.evaluate('window.broken')).toBeUndefined();
    for (const heading of [
      'What changed',
      'Side by side',
      'Over the series',
      'Differences layer by layer',
      'Methods and provenance',
    ])
      expect(await page.getByRole('heading', { level: 2, name: heading, exact: true }).count(), heading).toBe(1);
    await page.locator('figure > details summary').first().click();
    await expect.poll(() => page.locator('figure > details').first().locator('td').count()).toBeGreaterThan(50);
    await context.close();
  });

  test.each(['light', 'dark'] as const)(
    'axe finds no serious violation in the %s scheme, folds open',
    async (colorScheme) => {
      const { page, context } = await openPage(browser, address, { colorScheme });
      await drawAll(page);
      await page.evaluate(
        'for (const folds of ["figure > details", "section > details"]) document.querySelector(folds).open = true',
      );
      expect(await seriousViolations(page)).toEqual([]);
      await context.close();
    },
  );

  test('fits a narrow screen; without scripts each figure is a picture or says where it is', async () => {
    const { page, context } = await openPage(browser, address, {
      viewport: { width: 360, height: 740 },
      javaScriptEnabled: false,
    });
    expect((await page.locator('.plot svg').count()) + (await page.locator('.plot noscript').count())).toBe(14);
    await context.close();
    const narrow = await openPage(browser, address, { viewport: { width: 360, height: 740 } });
    expect(await narrow.page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360);
    await narrow.context.close();
  });
});
