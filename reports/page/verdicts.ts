/** The first thing on the page: a card for each finding of each checkpoint, with its sentence, reason and evidence. */
import type { Evidence, Finding } from '../../core/artifacts/results/finding.ts';
import { withInterval } from '../../core/numbers.ts';
import { escapeMarkup } from '../escape.ts';
import type { CheckpointReport } from '../input.ts';
import { capital } from '../words.ts';

const SIGN: Record<Finding['verdict'], string> = {
  shortcut: '\u2715',
  biased: '!',
  clear: '\u2713',
  inconclusive: '?',
};

/** The verdict as a word with its sign, for the top of a card: markup. */
export function verdictWord({ id, verdict, direction }: Pick<Finding, 'id' | 'verdict' | 'direction'>): string {
  return `<span aria-hidden="true">${SIGN[verdict]}</span> ${escapeMarkup(id)}: ${verdict}${direction === 'reversed' ? ' (reversed)' : ''}`;
}

/** One card a finding; a checkpoint without any has a card that says so. */
export function verdictCards({ name, findings }: Pick<CheckpointReport, 'name' | 'findings'>): string[] {
  if (findings.length === 0)
    return [
      `<article class="verdict">\n<h3>${escapeMarkup(name)}</h3>\n<p>No finding applies to its results.</p>\n</article>`,
    ];
  return findings.map((finding) => {
    const whose = escapeMarkup(findings.length === 1 ? name : `${name}, ${finding.id}`);
    return `<article class="verdict ${finding.verdict}">
<h3>${escapeMarkup(name)}</h3>
<p class="word">${verdictWord(finding)}</p>
<p class="sentence">${escapeMarkup(capital(finding.sentence))}.</p>
<p class="note">${escapeMarkup(capital(finding.reason))}</p>
${evidenceFold(finding.evidence, whose)}
</article>`;
  });
}

function evidenceFold(evidence: readonly Evidence[], whose: string): string {
  if (evidence.length === 0) return '';
  const rows = evidence.map(
    ({ measure, layer, n, ...estimate }) =>
      `<tr><th scope="row">${escapeMarkup(measure)}</th><td>${escapeMarkup(layer ?? '')}</td><td class="n">${escapeMarkup(withInterval(estimate))}</td><td class="n">${n}</td></tr>`,
  );
  const head =
    '<tr><th scope="col">Measure</th><th scope="col">Layer</th><th scope="col" class="n">Value [95 %]</th><th scope="col" class="n">n</th></tr>';
  return `<details><summary>Evidence<span class="away"> for ${whose}</span></summary><div class="scroll" tabindex="0" role="region" aria-label="Evidence for ${whose}"><table><thead>${head}</thead><tbody>${rows.join('')}</tbody></table></div></details>`;
}
