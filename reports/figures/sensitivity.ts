/** Which moves the answer more, words or pixels (methods §3)? */
import type { SensitivityLens } from '../../core/artifacts/results/lenses.ts';
import { decimal, withInterval } from '../../core/numbers.ts';
import type { Figure } from '../figure.ts';
import { sampleNote } from '../forms/sample-note.ts';
import { seriesStyles } from '../theme.ts';
import { dotsFigure } from '../forms/dots.ts';
import type { ResultContext } from '../forms/of-result.ts';

const WORDS = { stay: 'the answer should stay', flip: 'the answer should flip' } as const;

export function sensitivityFigure({ shifts, wordShare }: SensitivityLens, context: ResultContext): Figure | null {
  const shown = shifts.filter(({ shift }) => shift.value !== null);
  if (shown.length === 0) return null;
  const most = Math.max(...shown.flatMap(({ shift: { value, interval } }) => [value ?? 0, interval?.[1] ?? 0])) * 1.05;
  return dotsFigure({
    context,
    base: 'sensitivity',
    title: 'What moves the answer',
    subtitle: `${context.checkpoint}, word share ${decimal(wordShare.value)}`,
    caption:
      `Mean change of the log-odds of the right answer between the two sides of a pair, by what differs between them. ${sampleNote(
        shown.map(({ shift }) => shift),
        'pairs',
      )}. Share of words in the movement that should not be: ${withInterval(wordShare)} (.5: both alike). ` +
      'Were shortcuts absent, pairs whose answer should stay would have nearly 0 (the line), and pairs whose answer should flip would move far, by words and by pixels.',
    description: `${context.checkpoint}: ${shown.map(({ changed, should, shift, flipped }) => `${changed} changed, ${WORDS[should]}: ${decimal(shift.value)} log-odds, ${decimal(flipped.value)} flipped`).join('; ')}.`,
    categories: [...new Set(shown.map(({ changed }) => `${changed} changed`))],
    series: seriesStyles([WORDS.stay, WORDS.flip]).filter(({ name }) =>
      shown.some(({ should }) => WORDS[should] === name),
    ),
    dots: shown.map(({ changed, should, shift }) => ({
      category: `${changed} changed`,
      series: WORDS[should],
      estimate: shift,
    })),
    line: 0,
    xTitle: 'mean change of the log-odds',
    xDomain: [0, most],
    labels: { category: 'Changed', series: 'Answer', value: 'Change of log-odds' },
  });
}
