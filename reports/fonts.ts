/** The fonts that ship with the project: registered with the canvas by file, inlined into the page, named in SVG. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createCanvas, GlobalFonts, type SKRSContext2D } from 'canvas';

/**
 * Both under the OFL 1.1 and legible at 6 pt: Source Sans by Adobe, and STIX Two, whose letters are those of Times, for
 * papers that are set in it.
 */
const FAMILIES = { sans: 'Source Sans 3', serif: 'STIX Two Text' } as const;
export type FontName = 'sans' | 'serif';
export const FONT_NAMES = Object.keys(FAMILIES) as FontName[];
const FALLBACKS: Record<FontName, string> = {
  sans: '"Source Sans Pro", Helvetica, Arial, sans-serif',
  serif: '"Times New Roman", Times, serif',
};

/**
 * The font comes in files by script; a canvas looks for a letter along the families of a stack, never in a second file
 * of one family.
 */
const SUBSETS = { latin: '', 'latin-ext': ' Latin Ext', greek: ' Greek', cyrillic: ' Cyrillic' } as const;
const stackOf = (font: FontName): string =>
  `${Object.values(SUBSETS)
    .map((suffix) => `"${FAMILIES[font]}${suffix}"`)
    .join(', ')}, ${FALLBACKS[font]}`;
const STACKS: Record<FontName, string> = { sans: stackOf('sans'), serif: stackOf('serif') };
/** As named in the theme and in pages: machines without the font fall back. */
export const FONT_STACK = STACKS.sans;

const WEIGHTS = [400, 600] as const;

const require = createRequire(import.meta.url);
function fileOf(font: FontName, subset: string, weight: number): string {
  const name = FAMILIES[font].toLowerCase().replaceAll(' ', '-');
  return require.resolve(`@fontsource/${name}/files/${name}-${subset}-${weight}-normal.woff2`);
}

const registered = new Set<FontName>();

/** Makes the current font known to every canvas of this process; later calls do nothing. */
export function registerFonts(): void {
  const font = currentFont();
  if (registered.has(font)) return;
  registered.add(font);
  for (const [subset, suffix] of Object.entries(SUBSETS))
    for (const weight of WEIGHTS)
      GlobalFonts.registerFromPath(fileOf(font, subset, weight), `${FAMILIES[font]}${suffix}`);
}

const chosen = new AsyncLocalStorage<FontName>();
const currentFont = (): FontName => chosen.getStore() ?? 'sans';

/** Runs `body`, in which figures are laid out and drawn in that font. */
export function inFont<T>(font: FontName, body: () => T): T {
  return chosen.run(font, body);
}

/** A spec's configuration in the current font. */
export function withCurrentFont<T extends object>(config: T): T {
  const font = currentFont();
  return font === 'sans'
    ? config
    : (JSON.parse(JSON.stringify(config).replaceAll(JSON.stringify(STACKS.sans), JSON.stringify(STACKS[font]))) as T);
}

/** `@font-face` rules with the Latin and Greek subsets inlined, for the offline page. */
export function fontFaceCss(): string {
  return (['latin', 'greek'] as const)
    .flatMap((subset) => WEIGHTS.map((weight) => ({ subset, weight })))
    .map(({ subset, weight }) => {
      const data = readFileSync(fileOf('sans', subset, weight)).toString('base64');
      return `@font-face{font-family:"${FAMILIES.sans}${SUBSETS[subset]}";font-style:normal;font-weight:${weight};font-display:swap;src:url(data:font/woff2;base64,${data}) format("woff2")}`;
    })
    .join('\n');
}

let context: SKRSContext2D | undefined;
const widths = new Map<string, number>();

/** Width of `text` in the current font, in the unit of `size`. */
export function textWidth(text: string, size: number, weight: 400 | 600 = 400): number {
  // Labels come again and again, and a canvas takes long over each.
  const font = currentFont();
  const key = `${font} ${weight} ${size} ${text}`;
  let width = widths.get(key);
  if (width !== undefined) return width;
  registerFonts();
  context ??= createCanvas(1, 1).getContext('2d');
  context.font = `${weight} ${size}px ${STACKS[font]}`;
  width = context.measureText(text).width;
  if (widths.size >= MOST_WIDTHS) widths.clear();
  widths.set(key, width);
  return width;
}

const MOST_WIDTHS = 20_000;

/** `text`, its middle replaced by an ellipsis where it would be wider than `limit`: names differ at their ends. */
export function elideText(text: string, limit: number, size: number, weight: 400 | 600 = 400): string {
  if (textWidth(text, size, weight) <= limit) return text;
  const letters = [...text];
  const elided = (kept: number): string =>
    `${letters.slice(0, Math.floor(kept / 2)).join('')}\u2026${letters.slice(letters.length - Math.ceil(kept / 2)).join('')}`;
  // The most letters that fit; two at least, or none.
  let [fits, tooMany] = [1, letters.length];
  while (tooMany - fits > 1) {
    const kept = (fits + tooMany) >> 1;
    if (textWidth(elided(kept), size, weight) <= limit) fits = kept;
    else tooMany = kept;
  }
  return fits > 1 ? elided(fits) : '\u2026';
}
