/** The frame that pages share: one HTML file that works offline, its scripts allowed by hash alone, its data packed. */
import { escapeMarkup } from '../escape.ts';
import type { FigureData } from './figures.ts';
import { packed, pageHead, scriptHash } from './html.ts';
import { libraries } from './libraries.ts';
import type { PicturesBehind } from './pictures.ts';
import { PAGE_SCRIPT } from './script.ts';
import { pageStyle } from './style.ts';

export interface PageSection {
  readonly id: string;
  readonly heading: string;
  /** Markup: every text from outside is escaped by whoever made it. */
  readonly html: string;
}

export interface PageDocument {
  /** Plain text. */
  readonly title: string;
  readonly lead: string;
  /** What the page says first, under the heading `Verdict`: markup. */
  readonly verdict: string;
  readonly sections: readonly PageSection[];
  readonly figures: FigureData;
  /** Pictures behind the points of scatters. */
  readonly behind?: PicturesBehind | undefined;
}

/** The complete document. */
export function pageDocument({ title, lead, verdict, sections, figures, behind }: PageDocument): string {
  const scripts = [...libraries(), PAGE_SCRIPT];
  const policy = `default-src 'none'; script-src ${scripts.map(scriptHash).join(' ')}; style-src 'unsafe-inline'; img-src data: blob:; font-src data:; base-uri 'none'; form-action 'none'`;
  return `${pageHead({ title, policy, style: `\n${pageStyle()}\n` })}
<body>
<a class="skip" href="#main">Skip to the verdict</a>
<header>
<h1>${escapeMarkup(title)}</h1>
<p class="lead">${escapeMarkup(lead)}</p>
<nav aria-label="Sections"><ul>${sections.map(({ id, heading }) => `<li><a href="#${id}">${heading}</a></li>`).join('')}</ul></nav>
</header>
<main id="main">
<h2 id="verdict">Verdict</h2>
${verdict}
${sections.map(({ id, heading, html }) => `<section aria-labelledby="${id}"><h2 id="${id}">${heading}</h2>\n${html}\n</section>`).join('\n')}
</main>
<script type="text/plain" id="data">${packed(figures)}</script>
${behind === undefined ? '' : `<script type="text/plain" id="pictures">${packed(behind)}</script>\n`}${scripts.map((code) => `<script>${code}</script>`).join('\n')}
</body>
</html>
`;
}
