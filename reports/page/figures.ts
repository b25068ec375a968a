/** Figures in the page: static picture, caption, description and data. */
import type { TopLevelSpec } from 'vega-lite';
import type { Drawing } from '../render.ts';
import { WIDTHS } from '../theme.ts';
import { escapeMarkup } from '../escape.ts';
import { htmlTable } from './table.ts';

/**
 * Static pictures beyond so many bytes are left to the script, which draws them from their specs, or the page would
 * outgrow 3 MB.
 */
const STATIC_BUDGET = 900_000;

/** What the page's script needs, by figure name. */
export interface FigureData {
  readonly specs: Readonly<Record<string, TopLevelSpec>>;
  /** HTML of the data tables. */
  readonly tables: Readonly<Record<string, string>>;
}

/** The figures as HTML. A page-wide budget of static pictures is spent in order. */
export function figureBlocks(drawings: readonly Drawing[]): { html: string[]; data: FigureData } {
  let left = STATIC_BUDGET;
  const html = drawings.map((drawing) => {
    const svg = pageSvg(drawing);
    left -= svg.length;
    return block(drawing, left >= 0 ? svg : null);
  });
  const specs = Object.fromEntries(drawings.map(({ figure, spec }) => [figure.name, spec]));
  const tables = Object.fromEntries(
    drawings.map(({ figure: { name, title, table } }) => [name, htmlTable(table, `Data of ${title} (${name})`)]),
  );
  return { html, data: { specs, tables } };
}

function block({ figure, size }: Drawing, svg: string | null): string {
  const { name, title, caption, description, width } = figure;
  const plot =
    svg === null
      ? `<div class="plot" data-figure="${name}" data-empty style="aspect-ratio:${size[0]}/${size[1]}"><noscript>This picture is drawn by a script; it is also in figures/${name}.svg beside this page.</noscript></div>`
      : `<div class="plot" data-figure="${name}">${svg}</div>`;
  return `<figure id="figure-${name}"${width > WIDTHS.column ? ' class="wide"' : ''}>
<h3 class="away" id="title-${name}">${escapeMarkup(title)}</h3>
${plot}
<figcaption>${escapeMarkup(caption)}</figcaption>
<details><summary>Description and data<span class="away"> of ${escapeMarkup(title)} (${name})</span></summary>
<p class="note" id="description-${name}">${escapeMarkup(description)}</p>
<div data-table="${name}"><noscript>The data are in figures/${name}.csv beside this page.</noscript></div>
</details>
</figure>`;
}

/**
 * The drawn SVG for a page with many: ids made unique, roles of its parts dropped (the picture has one name and one
 * description).
 */
function pageSvg({ figure: { name }, svg, size: [width, height] }: Drawing): string {
  const inner = svg.slice(svg.indexOf('>') + 1).replace(/^<title>.*?<\/title><desc>.*?<\/desc>/s, '');
  const body = inner
    .replace(/ (?:role|aria-[a-z]+|class)="[^"]*"/g, '')
    .replace(/ id="([^"]+)"/g, ` id="${name}-$1"`)
    .replace(/url\(#([^)]+)\)/g, `url(#${name}-$1)`);
  return `<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-labelledby="title-${name}" aria-describedby="description-${name}" viewBox="0 0 ${width} ${height}">${body}`;
}
