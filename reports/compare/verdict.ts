/**
 * The first thing on a comparison's page: the ranking, what got worse, what changed between each pair, and each
 * checkpoint's own verdict.
 */
import type { RunComparison } from '../../core/artifacts/results/run-comparison.ts';
import { withInterval } from '../../core/numbers.ts';
import { escapeMarkup } from '../escape.ts';
import { verdictWord } from '../page/verdicts.ts';
import { capital } from '../words.ts';
import { pairsOf, rankingSentence, worseSentences } from './words.ts';

export function comparisonVerdict(comparison: RunComparison): string {
  const { checkpoints, differences, ranking, unpaired } = comparison;
  const order =
    ranking === null
      ? ''
      : `<ol>${ranking.order.map(({ rank, checkpoint, value, apart }) => `<li value="${rank}">${escapeMarkup(checkpoint)}: ${escapeMarkup(withInterval(value))}${apart === false ? ' <span class="note">(not told from the one before)</span>' : ''}</li>`).join('')}</ol>`;
  return `<div class="verdicts">
<article class="verdict">
<h3>Ranking${ranking === null ? '' : ` by ${escapeMarkup(ranking.measure)}`}</h3>
<p class="sentence">${escapeMarkup(capital(rankingSentence(comparison)))}.</p>
${order}
${worseSentences(comparison)
  .map((sentence) => `<p>${escapeMarkup(capital(sentence))}.</p>`)
  .join('\n')}
${unpaired === null ? '' : `<p class="note">Not paired: ${escapeMarkup(unpaired)}.</p>`}
</article>
${pairsOf(differences)
  .map(({ a, b }) =>
    pairCard(
      a,
      b,
      differences.filter((row) => row.a === a && row.b === b),
    ),
  )
  .join('\n')}
</div>
<h3>Each checkpoint by itself</h3>
<div class="verdicts">
${checkpoints.map(checkpointCard).join('\n')}
</div>`;
}

function pairCard(a: string, b: string, rows: RunComparison['differences']): string {
  const of = (change: (typeof rows)[number]['change']): typeof rows => rows.filter((row) => row.change === change);
  const list = (change: 'worse' | 'better'): string => {
    const changed = of(change);
    if (changed.length === 0) return '';
    return `<p class="word ${change === 'worse' ? 'wrong' : 'right'}"><span aria-hidden="true">${change === 'worse' ? '\u25bc' : '\u25b2'}</span> ${change}</p><ul>${changed.map(({ measure, difference, paired }) => `<li>${escapeMarkup(measure)}: ${escapeMarkup(withInterval(difference))}${paired ? '' : ' <span class="note">(not paired)</span>'}</li>`).join('')}</ul>`;
  };
  const [better, worse, open, undirected] = (['better', 'worse', 'open', 'undirected'] as const).map(
    (change) => of(change).length,
  );
  return `<article class="verdict${worse > 0 ? ' shortcut' : better > 0 ? ' clear' : ' inconclusive'}">
<h3>${escapeMarkup(b)} against ${escapeMarkup(a)}</h3>
<p>${better} measures better, ${worse} worse, ${open} open${undirected === 0 ? '' : `; ${undirected} where neither way is better`}.</p>
${list('worse')}${list('better')}
</article>`;
}

/** A card a checkpoint, with the word and sentence of each of its findings. */
function checkpointCard({ name, findings, step, layer }: RunComparison['checkpoints'][number]): string {
  const said = findings.map(
    (finding) => `<p class="word">${verdictWord(finding)}</p>\n<p>${escapeMarkup(capital(finding.sentence))}.</p>`,
  );
  const notes = [
    ...(step === null ? [] : [`step ${step}`]),
    layer === null ? 'no layer picked' : `layer picked: ${escapeMarkup(layer)}`,
  ];
  return `<article class="verdict ${findings[0]?.verdict ?? ''}">
<h3>${escapeMarkup(name)}</h3>
${said.join('\n')}
<p class="note">${notes.join('; ')}</p>
</article>`;
}
