/** A comparison as one HTML file that works offline: the ranking and what changed, figures, tables, methods. */
import type { ComparisonFigures } from '../figures/run-comparison.ts';
import { pageDocument, type PageSection } from '../page/document.ts';
import { figureBlocks } from '../page/figures.ts';
import { tableFolds } from '../page/table.ts';
import type { Drawing } from '../render.ts';
import type { ComparisonInput } from './input.ts';
import { comparisonMethods } from './methods.ts';
import { comparisonVerdict } from './verdict.ts';
import { listed } from '../words.ts';

/** Drawings by the section that shows them. */
export type ComparisonDrawings = { readonly [Part in keyof ComparisonFigures]: readonly Drawing[] };

const PARTS: readonly (readonly [keyof ComparisonFigures, string, string])[] = [
  ['changes', 'differences', 'What changed'],
  ['sideBySide', 'side-by-side', 'Side by side'],
  ['series', 'series', 'Over the series'],
  ['layers', 'layers', 'Differences layer by layer'],
];

/** The complete document. Scripts run by hash alone; every text from runs is escaped. */
export function comparisonPage(input: ComparisonInput, drawings: ComparisonDrawings): string {
  const {
    comparison: { checkpoints, runs, training, paired },
    tables,
  } = input;
  const order = PARTS.flatMap(([part]) => drawings[part]);
  const blocks = figureBlocks(order);
  const sections = PARTS.flatMap(([part, id, heading]): PageSection[] =>
    drawings[part].length === 0
      ? []
      : [
          {
            id,
            heading,
            html: `<div class="figures">\n${drawings[part].map((drawing) => blocks.html[order.indexOf(drawing)]).join('\n')}\n</div>`,
          },
        ],
  );
  const sets = [...new Set(runs.map(({ set }) => set.name))];
  return pageDocument({
    title: comparisonTitle(input),
    lead: `${checkpoints.length} checkpoints${training === null ? '' : ` of a series, by their steps`}: which is better, what changed, and what got worse? ${paired ? `All read the set \u201c${sets[0]}\u201d, so differences are paired` : `They read different sets (${listed(sets)})`}.`,
    verdict: comparisonVerdict(input.comparison),
    sections: [
      ...sections,
      { id: 'tables', heading: 'Tables', html: tableFolds(tables) },
      { id: 'methods', heading: 'Methods and provenance', html: comparisonMethods(input) },
    ],
    figures: blocks.data,
  });
}

export function comparisonTitle({ comparison: { checkpoints } }: Pick<ComparisonInput, 'comparison'>): string {
  const names = checkpoints.map(({ name }) => name);
  return names.length > 3
    ? `${names[0]}, ${names[1]} and ${names.length - 2} more, compared`
    : `${listed(names)}, compared`;
}
