/** The report as one HTML file that works offline: verdicts, figures, pictures, tables, methods. */
import type { Tile } from '../contact-tiles.ts';
import type { ReportInput } from '../input.ts';
import { leadQuestion } from '../questions.ts';
import type { Drawing } from '../render.ts';
import type { Table } from '../tables/table.ts';
import { pageDocument, type PageSection } from './document.ts';
import { figureBlocks } from './figures.ts';
import { escapeMarkup } from '../escape.ts';
import { methodsSection } from './methods.ts';
import type { PicturesBehind } from './pictures.ts';
import { tableFolds } from './table.ts';
import { tileGrid } from './tiles.ts';
import { verdictCards } from './verdicts.ts';

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
export function reportPage(
  input: ReportInput,
  { main, extra = [], further, tables, tiles, missing, behind }: PageParts,
): string {
  // The page shows the contact sheet as a grid with real text instead.
  const sheet = main.find(({ figure }) => figure.name === 'contact-sheet')?.figure;
  const shown = main.filter(({ figure }) => figure !== sheet);
  const blocks = figureBlocks([...shown, ...extra, ...further]);
  const [first, more, rest] = [
    blocks.html.slice(0, shown.length),
    blocks.html.slice(shown.length, shown.length + extra.length),
    blocks.html.slice(shown.length + extra.length),
  ];
  const sections: PageSection[] = [
    {
      id: 'evidence',
      heading: 'Evidence',
      html: `<div class="figures">\n${first.join('\n')}\n</div>${missing.length === 0 ? '' : `<p class="note">Not drawn: ${escapeMarkup(missing.join('; '))}.</p>`}`,
    },
    ...(sheet === undefined
      ? []
      : [
          {
            id: 'pairs',
            heading: 'Pairs and answers',
            html: `${tileGrid(tiles)}\n<p class="note">${escapeMarkup(sheet.caption)}</p>`,
          },
        ]),
    ...(more.length === 0
      ? []
      : [
          {
            id: 'more',
            heading: 'Interventions, lenses and other analyses',
            html: `<div class="figures">\n${more.join('\n')}\n</div>`,
          },
        ]),
    ...(rest.length === 0
      ? []
      : [{ id: 'further', heading: 'Further readings', html: `<div class="figures">\n${rest.join('\n')}\n</div>` }]),
    { id: 'tables', heading: 'Tables', html: tableFolds(tables) },
    { id: 'methods', heading: 'Methods and provenance', html: methodsSection(input) },
  ];
  return pageDocument({
    title: input.title,
    lead: `${leadQuestion(input.checkpoints)} ${input.set.header.counts.scenes} scenes of the set \u201c${input.set.header.name}\u201d.`,
    verdict: `<div class="verdicts">\n${input.checkpoints.flatMap(verdictCards).join('\n')}\n</div>`,
    sections,
    figures: blocks.data,
    behind,
  });
}
