/** Pages in headless Chromium: opened with everything they complain of or fetch, every figure drawn, axe asked. */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { expect } from 'vitest';

const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) =>
  existsSync(path),
);
if (executablePath === undefined)
  console.warn('pages in a browser: skipped, no Chromium on this machine (apt-get install chromium)');
export const hasChromium = executablePath !== undefined;

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const args = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Text that would run, or mark up, wherever it isn't escaped; `window.broken` tells. */
export const HOSTILE = '</script><script>window.broken = true</script><img src=x onerror="window.broken = true">"';

export const launch = (): Promise<Browser> => chromium.launch({ executablePath: executablePath!, args });

export interface OpenedPage {
  readonly page: Page;
  readonly context: BrowserContext;
  /** What the console said, and errors. */
  readonly complaints: string[];
  /** Addresses asked for. */
  readonly requests: string[];
}

export async function openPage(
  browser: Browser,
  address: string,
  options: Parameters<Browser['newContext']>[0] = {},
): Promise<OpenedPage> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  const [complaints, requests] = [[] as string[], [] as string[]];
  page.on('console', (message) => complaints.push(`${message.type()}: ${message.text()}`));
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (request) => requests.push(request.url()));
  await page.goto(address, { timeout: 60_000 });
  return { page, context, complaints, requests };
}

/** Scrolls past every figure; the state of each, `live` or `static`. */
export async function drawAll(page: Page): Promise<(string | null)[]> {
  const plots = await page.locator('.plot').all();
  for (const plot of plots) {
    await plot.scrollIntoViewIfNeeded();
    await expect.poll(() => plot.getAttribute('data-state'), { timeout: 20_000 }).not.toBeNull();
  }
  return Promise.all(plots.map((plot) => plot.getAttribute('data-state')));
}

interface Violation {
  readonly id: string;
  readonly impact: string;
  readonly nodes: readonly { readonly html: string }[];
}

/** Violations that axe calls serious or critical, inside `selector` or anywhere. */
export async function seriousViolations(page: Page, selector = 'html'): Promise<string[]> {
  const violations = await page.evaluate<Violation[]>(
    `${axe}; axe.run(${JSON.stringify(selector)}).then(({ violations }) => violations.map(({ id, impact, nodes }) => ({ id, impact, nodes: nodes.map(({ html }) => ({ html })) })))`,
  );
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes[0].html}`);
}
