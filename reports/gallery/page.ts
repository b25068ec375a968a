/**
 * The gallery as one HTML file that works offline; script and style run by their hashes alone, and every text from a
 * set is escaped.
 */
import type { ContrastSetHeader } from '../../core/artifacts/contrast-set.ts';
import { escapeMarkup } from '../escape.ts';
import { pageHead, scriptHash } from '../page/html.ts';
import { card, type CardData } from './card.ts';
import { filterGroups, type FilterGroup } from './filters.ts';
import { GALLERY_SCRIPT } from './script.ts';
import { galleryStyle } from './style.ts';

/** Filters that have a number key. */
const NUMBERED = 9;

export interface GalleryParts {
  readonly header: ContrastSetHeader;
  readonly cards: readonly CardData[];
  /** Data addresses of the pictures, by index. */
  readonly pictures: readonly string[];
}

export function galleryPage({ header, cards, pictures }: GalleryParts): string {
  const style = `\n${galleryStyle()}\n`;
  const policy = `default-src 'none'; script-src ${scriptHash(GALLERY_SCRIPT)}; style-src ${scriptHash(style)}; img-src data:; font-src data:; base-uri 'none'; form-action 'none'`;
  const conditions = Object.entries(header.counts.conditions.height ?? {})
    .map(([condition, count]) => `${count} ${condition === 'none' ? 'without a condition' : condition}`)
    .join(', ');
  // Several pictures a side need room.
  const wide = cards.filter(({ sides }) => sides.some((side) => side.pictures.length > 1)).length * 2 > cards.length;
  let number = 0;
  const group = ({ name, values }: FilterGroup): string =>
    `<fieldset class="group"><legend>${escapeMarkup(name)}</legend>${values
      .map(({ value, count }) => {
        const key = ++number <= NUMBERED ? `<kbd aria-hidden="true">${number}</kbd>` : '';
        const shown = value.startsWith(`${name}: `) ? value.slice(name.length + 2) : value;
        return `<button type="button" aria-pressed="false" data-group="${escapeMarkup(name)}" data-value="${escapeMarkup(value)}">${key}${escapeMarkup(shown)} <span class="small">${count}</span></button>`;
      })
      .join('')}</fieldset>`;
  return `${pageHead({ title: `Gallery of ${header.name}`, policy, style })}
<body>
<header>
<h1>${escapeMarkup(header.name)}</h1>
<p class="lead">${cards.length} of ${header.counts.pairs} pairs from ${header.counts.scenes} scenes (${escapeMarkup(conditions)}).${pictures.length > 0 ? ' The object asked about is outlined solid, the one it is compared with dashed.' : ''}</p>
<p class="small keys">Keys: <kbd>j</kbd><kbd>k</kbd> or <kbd>\u2192</kbd><kbd>\u2190</kbd> next and previous pair, <kbd>1</kbd>\u2013<kbd>9</kbd> filters, <kbd>0</kbd> all, <kbd>b</kbd> boxes, <kbd>x</kbd> flag a pair that is wrong.</p>
<noscript><p>The pictures and filters need scripts.</p></noscript>
<div class="bar" role="group" aria-label="Filters">
<span id="status" role="status">${cards.length} pairs</span>
${filterGroups(cards.map(({ tags }) => tags))
  .map(group)
  .join('\n')}
<button type="button" id="clear"><kbd aria-hidden="true">0</kbd>all</button>
<button type="button" id="boxes" aria-pressed="true"><kbd aria-hidden="true">b</kbd>boxes</button>
</div>
<details id="flagged" hidden><summary></summary><pre></pre></details>
</header>
<main>
<ol class="cards${wide ? ' wide' : ''}">
${cards.map((data, i) => card(data, i + 1)).join('\n')}
</ol>
</main>
<script type="application/json" id="pictures">${JSON.stringify(pictures)}</script>
<script>${GALLERY_SCRIPT}</script>
</body>
</html>
`;
}
