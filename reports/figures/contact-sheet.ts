/**
 * A contact sheet: pictures of consistent and counter scenes, each with the question's subject, the truth and the
 * checkpoints' answers.
 */
import { decimal } from '../../core/numbers.ts';
import type { TopLevelSpec } from 'vega-lite';
import type { Axis } from '../../core/artifacts/contrast-set.ts';
import type { Figure } from '../figure.ts';
import { elideText, textWidth } from '../fonts.ts';
import { INK, OKABE_ITO, SIZE, THEME, WIDTHS } from '../theme.ts';
import { subjectOf, type Tile, type TileAnswer } from '../contact-tiles.ts';
import { SCHEMA } from '../forms/facets.ts';
import { shortNames } from '../forms/layout.ts';
import { capital } from '../words.ts';

const GAP = 7;
const LINE = 8.2;
const MARK = 8;
const CROSS = 'M-1,-0.6L-0.6,-1L0,-0.4L0.6,-1L1,-0.6L0.4,0L1,0.6L0.6,1L0,0.4L-0.6,1L-1,0.6L-0.4,0Z';

/** What is asked, in short. */
const QUESTIONS: Record<Axis, string> = {
  distance: 'compared to REFERENCE (dashed), is SUBJECT (solid) far or close?',
  vertical: 'is SUBJECT (solid) above or below REFERENCE (dashed)?',
  horizontal: 'is SUBJECT (solid) left or right of REFERENCE (dashed)?',
};

/** What a tile says about an answer. */
export function answerText({ option, probability }: Pick<TileAnswer, 'option' | 'probability'>): string {
  return `${option} ${decimal(probability)}`;
}

/** Six tiles a row, rows grouped by condition. */
export function contactSheetFigure(tiles: readonly Tile[], checkpoints: readonly string[]): Figure {
  const conditions = [...new Set(tiles.map(({ condition }) => condition))];
  const axes = [...new Set(tiles.map(({ axis }) => axis))];
  const title = 'Pairs and answers';
  return {
    name: 'contact-sheet',
    title,
    caption:
      `${axes.map((axis) => `${capital(axis)} questions \u201c${QUESTIONS[axis]}\u201d`).join(', ')} with the right answer and what each checkpoint answered (probability of that answer). ` +
      `n = ${tiles.length} scenes, taken evenly over the set, not by their answers; no interval. Were the shortcut absent, the counter rows (the farther object is lower in the picture) would hold as many right answers as the consistent ones.`,
    description: tiles
      .map(
        ({ condition, item, answers }) =>
          `${condition}: ${item.question} Right: ${item.answer}. ${answers.map((answer) => `${answer.checkpoint} says ${answer.option}${answer.right ? '' : ' (wrong)'}`).join(', ')}.`,
      )
      .join(' '),
    width: WIDTHS.double,
    panels: 1,
    margin: 5,
    spec: (total) => sheetSpec(title, tiles, conditions, checkpoints, total),
    table: {
      name: 'contact-sheet',
      title,
      columns: [
        { key: 'pair', label: 'Pair', type: 'text' },
        { key: 'condition', label: 'Condition', type: 'text' },
        { key: 'question', label: 'Question', type: 'text' },
        { key: 'right_answer', label: 'Right answer', type: 'text' },
        { key: 'checkpoint', label: 'Checkpoint', type: 'text' },
        { key: 'answer', label: 'Answer', type: 'text' },
        { key: 'probability', label: 'p', type: 'number' },
      ],
      rows: tiles.flatMap(({ pair, condition, item, answers }) =>
        answers.map(({ checkpoint, option, probability }) => [
          pair,
          condition,
          item.question,
          item.answer,
          checkpoint,
          option,
          probability,
        ]),
      ),
    },
  };
}

function sheetSpec(
  title: string,
  tiles: readonly Tile[],
  conditions: readonly string[],
  checkpoints: readonly string[],
  total: number,
): TopLevelSpec {
  const columns = 6;
  const size = (total - (columns - 1) * GAP) / columns;
  const tallest = Math.max(...tiles.map(({ width, height }) => (size * height) / width));
  const tileHeight = tallest + LINE * (2 + checkpoints.length) + GAP;
  const short = shortNames(checkpoints);
  const pictures: object[] = [];
  const texts: object[] = [];
  const marks: object[] = [];
  const text = (x: number, y: number, words: string, weight: 400 | 600 = 400): void => {
    texts.push({ x, y, text: elideText(words, size - (weight === 400 ? 0 : 1), SIZE.small, weight), weight });
  };
  let top = 0;
  for (const condition of conditions) {
    text(0, top + LINE / 2, `${condition} scenes`, 600);
    if (top === 0) {
      marks.push({ x: total - 62, y: LINE / 2, right: true }, { x: total - 31, y: LINE / 2, right: false });
      texts.push(
        { x: total - 57, y: LINE / 2, text: 'right', weight: 400 },
        { x: total - 26, y: LINE / 2, text: 'wrong', weight: 400 },
      );
    }
    top += LINE + 3;
    const row = tiles.filter((tile) => tile.condition === condition);
    row.forEach(({ axis, picture, width, height, item, answers }, i) => {
      const [x, y] = [(i % columns) * (size + GAP), top + Math.floor(i / columns) * tileHeight];
      pictures.push({ x, y, x2: x + size, y2: y + (size * height) / width, picture });
      let line = y + tallest + LINE * 0.8;
      text(x, line, `${subjectOf(item, axis)?.name ?? item.item}?`, 600);
      text(x, (line += LINE), `right answer: ${item.answer}`);
      for (const answer of answers) {
        line += LINE;
        const said = `: ${answerText(answer)}`;
        marks.push({ x: x + MARK / 2 - 1, y: line, right: answer.right });
        texts.push({
          x: x + MARK,
          y: line,
          text:
            elideText(
              short[checkpoints.indexOf(answer.checkpoint)],
              size - MARK - textWidth(said, SIZE.small),
              SIZE.small,
            ) + said,
          weight: 400,
        });
      }
    });
    top += Math.ceil(row.length / columns) * tileHeight;
  }
  const at = (field: string): object => ({ field, type: 'quantitative', scale: null, axis: null });
  const mark = (right: boolean, shape: string, color: string): object => ({
    data: { values: marks.filter((entry) => (entry as { right: boolean }).right === right) },
    mark: { type: 'point', filled: true, opacity: 1, shape, size: right ? 20 : 26, color },
    encoding: { x: at('x'), y: at('y') },
  });
  const words = (weight: 400 | 600): object => ({
    data: { values: texts.filter((entry) => (entry as { weight: number }).weight === weight) },
    mark: { type: 'text', align: 'left', baseline: 'middle', fontWeight: weight, color: INK.strong },
    encoding: { x: at('x'), y: at('y'), text: { field: 'text', type: 'nominal' } },
  });
  return {
    $schema: SCHEMA,
    config: THEME,
    title,
    width: total,
    height: top - GAP,
    layer: [
      {
        data: { values: pictures },
        mark: { type: 'image', aspect: false },
        encoding: {
          x: at('x'),
          y: at('y'),
          x2: { field: 'x2' },
          y2: { field: 'y2' },
          url: { field: 'picture', type: 'nominal' },
        },
      },
      words(400),
      words(600),
      mark(true, 'circle', OKABE_ITO.blue),
      mark(false, CROSS, OKABE_ITO.vermillion),
    ],
  } as unknown as TopLevelSpec;
}
