/** The first thing on the page: a sentence a checkpoint, its reason and evidence. */
import type { Finding } from '../../core/artifacts/results.ts';
import { decimal, interval, MISSING } from '../../core/numbers.ts';
import type { CheckpointReport } from '../input.ts';
import { verdictSentence } from '../sentence.ts';
import { escapeMarkup } from '../escape.ts';

const SIGN: Record<Finding['verdict'], string> = {
  shortcut: '\u2715',
  biased: '!',
  clear: '\u2713',
  inconclusive: '?',
};

export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** The verdict as a word with its sign, for the top of a card: markup. */
export function verdictWord({ id, verdict, direction }: Pick<Finding, 'id' | 'verdict' | 'direction'>): string {
  return `<span aria-hidden="true">${SIGN[verdict]}</span> ${escapeMarkup(id)}: ${verdict}${direction === 'reversed' ? ' (reversed)' : ''}`;
}

export function verdictCard(checkpoint: CheckpointReport): string {
  const { name, finding } = checkpoint;
  const evidence = finding.evidence.map(({ measure, layer, value, interval: bounds, n }) => {
    const number = value === null ? MISSING : `${decimal(value)} ${interval(bounds)}`.trim();
    return `<tr><th scope="row">${escapeMarkup(measure)}</th><td>${escapeMarkup(layer ?? '')}</td><td class="n">${escapeMarkup(number)}</td><td class="n">${n}</td></tr>`;
  });
  return `<article class="verdict ${finding.verdict}">
<h3>${escapeMarkup(name)}</h3>
<p class="word">${verdictWord(finding)}</p>
<p class="sentence">${escapeMarkup(capital(verdictSentence(checkpoint)))}.</p>
<p class="note">${escapeMarkup(capital(finding.reason))}</p>
${evidence.length === 0 ? '' : `<details><summary>Evidence<span class="away"> for ${escapeMarkup(name)}</span></summary><div class="scroll" tabindex="0" role="region" aria-label="Evidence for ${escapeMarkup(name)}"><table><thead><tr><th scope="col">Measure</th><th scope="col">Layer</th><th scope="col" class="n">Value [95 %]</th><th scope="col" class="n">n</th></tr></thead><tbody>${evidence.join('')}</tbody></table></div></details>`}
</article>`;
}
