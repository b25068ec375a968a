/** The report as one HTML file that works offline: verdicts, figures, pictures, tables, methods. */
import type { Tile } from '../figures/contact-tiles.ts';
import type { ReportInput } from '../input.ts';
import type { Drawing } from '../render.ts';
import type { Table } from '../tables/table.ts';
import { figureBlocks } from './figures.ts';
import { escapeMarkup } from '../escape.ts';
import { packed, scriptHash } from './html.ts';
import { libraries } from './libraries.ts';
import { methodsSection } from './methods.ts';
import type { PicturesBehind } from './pictures.ts';
import { PAGE_SCRIPT } from './script.ts';
import { pageStyle } from './style.ts';
import { htmlTable } from './table.ts';
import { tileGrid } from './tiles.ts';
import { verdictCard } from './verdicts.ts';

export interface PageParts {
  readonly main: readonly Drawing[];
  readonly extra?: readonly Drawing[];
  readonly further: readonly Drawing[];
  readonly tables: readonly Table[];
  readonly tiles: readonly Tile[];
  /** What could not be drawn, and why. */
  readonly missing: readonly string[];
  /** Pictures behind the points of scatters. */
  readonly behind?: PicturesBehind | undefined;
}

/** The complete document. Scripts run by hash alone; every text from results and sets is escaped. */
export function reportPage(input: ReportInput, { main, extra = [], further, tables, tiles, missing, behind }: PageParts): string {
  // The page shows the contact sheet as a grid with real text instead.
  const sheet = main.find(({ figure }) => figure.name === 'contact-sheet')?.figure;
  const shown = main.filter(({ figure }) => figure !== sheet);
  const blocks = figureBlocks([...shown, ...extra, ...further]);
  const [first, more, rest] = [blocks.html.slice(0, shown.length), blocks.html.slice(shown.length, shown.length + extra.length), blocks.html.slice(shown.length + extra.length)];
  const scripts = [...libraries(), PAGE_SCRIPT];
  const policy = `default-src 'none'; script-src ${scripts.map(scriptHash).join(' ')}; style-src 'unsafe-inline'; img-src data: blob:; font-src data:; base-uri 'none'; form-action 'none'`;
  const sections: { id: string; heading: string; html: string }[] = [
    { id: 'evidence', heading: 'Evidence', html: `<div class="figures">\n${first.join('\n')}\n</div>${missing.length === 0 ? '' : `<p class="note">Not drawn: ${escapeMarkup(missing.join('; '))}.</p>`}` },
    ...(sheet === undefined ? [] : [{ id: 'pairs', heading: 'Pairs and answers', html: `${tileGrid(tiles)}\n<p class="note">${escapeMarkup(sheet.caption)}</p>` }]),
    ...(more.length === 0 ? [] : [{ id: 'more', heading: 'Interventions, lenses and other analyses', html: `<div class="figures">\n${more.join('\n')}\n</div>` }]),
    ...(rest.length === 0 ? [] : [{ id: 'further', heading: 'Further readings', html: `<div class="figures">\n${rest.join('\n')}\n</div>` }]),
    { id: 'tables', heading: 'Tables', html: tables.map((table) => `<details><summary>${escapeMarkup(table.title)}</summary>${htmlTable(table)}</details>`).join('\n') },
    { id: 'methods', heading: 'Methods and provenance', html: methodsSection(input) },
  ];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="plumbline">
<title>${escapeMarkup(input.title)}</title>
<style>
${pageStyle()}
</style>
</head>
<body>
<a class="skip" href="#main">Skip to the verdict</a>
<header>
<h1>${escapeMarkup(input.title)}</h1>
<p class="lead">Does the checkpoint know depth, or does it read far off up? ${input.set.header.counts.scenes} scenes of the set \u201c${escapeMarkup(input.set.header.name)}\u201d.</p>
<nav aria-label="Sections"><ul>${sections.map(({ id, heading }) => `<li><a href="#${id}">${heading}</a></li>`).join('')}</ul></nav>
</header>
<main id="main">
<h2 id="verdict">Verdict</h2>
<div class="verdicts">
${input.checkpoints.map(verdictCard).join('\n')}
</div>
${sections.map(({ id, heading, html }) => `<section aria-labelledby="${id}"><h2 id="${id}">${heading}</h2>\n${html}\n</section>`).join('\n')}
</main>
<script type="text/plain" id="data">${packed(blocks.data)}</script>
${behind === undefined ? '' : `<script type="text/plain" id="pictures">${packed(behind)}</script>\n`}${scripts.map((code) => `<script>${code}</script>`).join('\n')}
</body>
</html>
`;
}
