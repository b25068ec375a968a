/** The font that ships with the project: registered with the canvas by file, inlined into the page, named in SVG. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createCanvas, GlobalFonts, type SKRSContext2D } from 'canvas';

/** Source Sans 3 (Adobe, OFL 1.1): open shapes and even figures, legible at 6 pt. */
export const FONT_FAMILY = 'Source Sans 3';
/** The font comes in files by script; a canvas looks for a letter along the families of a stack, never in a second file of one family. */
const SUBSETS = { latin: FONT_FAMILY, 'latin-ext': `${FONT_FAMILY} Latin Ext`, greek: `${FONT_FAMILY} Greek`, cyrillic: `${FONT_FAMILY} Cyrillic` } as const;
/** As named in specs and SVG: machines without the font fall back. */
export const FONT_STACK = `${Object.values(SUBSETS).map((family) => `"${family}"`).join(', ')}, "Source Sans Pro", Helvetica, Arial, sans-serif`;

const WEIGHTS = [400, 600] as const;

const require = createRequire(import.meta.url);
const fileOf = (subset: string, weight: number): string => require.resolve(`@fontsource/source-sans-3/files/source-sans-3-${subset}-${weight}-normal.woff2`);

let registered = false;

/** Makes the font known to every canvas of this process; later calls do nothing. */
export function registerFonts(): void {
  if (registered) return;
  registered = true;
  for (const [subset, family] of Object.entries(SUBSETS)) for (const weight of WEIGHTS) GlobalFonts.registerFromPath(fileOf(subset, weight), family);
}

/** `@font-face` rules with the Latin and Greek subsets inlined, for the offline page. */
export function fontFaceCss(): string {
  return (['latin', 'greek'] as const).flatMap((subset) => WEIGHTS.map((weight) => ({ subset, weight }))).map(({ subset, weight }) => {
    const data = readFileSync(fileOf(subset, weight)).toString('base64');
    return `@font-face{font-family:"${SUBSETS[subset]}";font-style:normal;font-weight:${weight};font-display:swap;src:url(data:font/woff2;base64,${data}) format("woff2")}`;
  }).join('\n');
}

let context: SKRSContext2D | undefined;
const widths = new Map<string, number>();

/** Width of `text` in the shipped font, in the unit of `size`. */
export function textWidth(text: string, size: number, weight: 400 | 600 = 400): number {
  // Labels come again and again, and a canvas takes long over each.
  const key = `${weight} ${size} ${text}`;
  let width = widths.get(key);
  if (width !== undefined) return width;
  registerFonts();
  context ??= createCanvas(1, 1).getContext('2d');
  context.font = `${weight} ${size}px ${FONT_STACK}`;
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
  const elided = (kept: number): string => `${letters.slice(0, Math.floor(kept / 2)).join('')}\u2026${letters.slice(letters.length - Math.ceil(kept / 2)).join('')}`;
  // The most letters that fit; two at least, or none.
  let [fits, tooMany] = [1, letters.length];
  while (tooMany - fits > 1) {
    const kept = (fits + tooMany) >> 1;
    if (textWidth(elided(kept), size, weight) <= limit) fits = kept;
    else tooMany = kept;
  }
  return fits > 1 ? elided(fits) : '\u2026';
}
