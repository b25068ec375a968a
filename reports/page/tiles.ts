/** The contact sheet as a grid of pictures with real text. */
import { answerText } from '../figures/contact-sheet.ts';
import type { Tile } from '../contact-tiles.ts';
import { escapeMarkup } from '../escape.ts';

/** A list a condition. */
export function tileGrid(tiles: readonly Tile[]): string {
  const conditions = [...new Set(tiles.map(({ condition }) => condition))];
  return conditions
    .map(
      (condition) =>
        `<h3>${condition} scenes</h3>\n<ul class="tiles">\n${tiles
          .filter((tile) => tile.condition === condition)
          .map(tileItem)
          .join('\n')}\n</ul>`,
    )
    .join('\n');
}

function tileItem({ item, picture, width, height, answers }: Tile): string {
  const named = item.objects.map(({ name }) => name);
  const said = answers.map(
    (answer) =>
      `<p class="${answer.right ? 'right' : 'wrong'}"><span aria-hidden="true">${answer.right ? '\u2713' : '\u2715'}</span> ${escapeMarkup(answer.checkpoint)}: ${escapeMarkup(answerText(answer))}<span class="away"> (${answer.right ? 'right' : 'wrong'})</span></p>`,
  );
  return `<li><img src="${picture}" width="${width}" height="${height}" loading="lazy" alt="Picture with ${escapeMarkup(named.join(' and '))}"><p>${escapeMarkup(item.question)}</p><p>right answer: <strong>${escapeMarkup(item.answer)}</strong></p>${said.join('')}</li>`;
}
