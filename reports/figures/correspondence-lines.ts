/** Matches drawn over the two views that they connect. */
import type { TopLevelSpec } from 'vega-lite';
import type { CorrespondenceResult } from '../../core/artifacts/results/correspondence.ts';
import type { Figure } from '../figure.ts';
import { elideText } from '../fonts.ts';
import { INK, OKABE_ITO, SIZE, THEME, type SeriesStyle, WIDTHS } from '../theme.ts';
import { SCHEMA } from '../forms/facets.ts';
import { keyView } from '../forms/key.ts';
import { keyWidth, someOf } from '../forms/layout.ts';
import { figureOf, type ResultContext } from '../forms/of-result.ts';

/** Matches drawn a pair, evenly over the file: more would hide one another. */
const DRAWN = 12;
/** Pairs drawn, from the smallest to the largest viewpoint change. */
const PAIRS = 3;
const GAP = 8;
const RIGHT: SeriesStyle = { name: 'right match', color: OKABE_ITO.sky, dash: [], shape: 'circle', width: 1 };
const WRONG: SeriesStyle = { name: 'wrong match', color: OKABE_ITO.orange, dash: [3, 2], shape: 'diamond', width: 1 };

/** `null` without the pictures of any example. */
export function correspondenceLinesFigure(result: CorrespondenceResult, context: ResultContext): Figure | null {
  const { pictures } = context;
  const shown = result.examples.flatMap((example) => {
    const [a, b] = example.images.map((image) => pictures?.get(image));
    return a && b ? [{ ...example, pictures: [a, b] as const, drawn: someOf(example.matches, DRAWN) }] : [];
  });
  if (shown.length === 0) return null;
  const examples = someOf(
    [...shown].sort((a, b) => a.viewpoint - b.viewpoint),
    PAIRS,
  );
  const width = context.width ?? WIDTHS.column;
  const title = 'Matches between views';
  const subtitle = `${context.checkpoint}, ${examples[0].layer}`;
  const rights = examples.map(({ matches }) => matches.filter(({ correct }) => correct).length);
  return figureOf(
    {
      context,
      base: 'correspondence-lines',
      title,
      caption:
        `Points of the left view and the patch of the right view that is most similar to each. n = ${examples.map(({ matches, drawn }, i) => `${matches.length} matches, ${rights[i]} right, ${drawn.length} drawn`).join('; ')}; taken evenly, not by being right; no interval. A wrong match has a dashed line, diamonds, and a white line to where the point really is. ` +
        'Were matches made by a shortcut of position, absent any content, all lines would be level and of equal length.',
      description: `${context.checkpoint}: ${examples.map(({ pair, viewpoint, matches }, i) => `${pair} (${Math.round(viewpoint)}\u00b0): ${rights[i]} of ${matches.length} matches right`).join('; ')}.`,
    },
    {
      panels: 1,
      width,
      first: 5,
      spec: (total) => {
        const side = (total - GAP) / 2;
        const images: object[] = [];
        const lines: object[] = [];
        const ends: object[] = [];
        const misses: object[] = [];
        const texts: object[] = [];
        let top = 0;
        for (const {
          viewpoint,
          pictures: [a, b],
          drawn,
          matches,
          pair,
        } of examples) {
          const said = ` ${Math.round(viewpoint)}\u00b0, ${matches.filter(({ correct }) => correct).length} of ${matches.length} right`;
          texts.push({ x: 0, y: top + 4, text: `${elideText(pair, total - 90, SIZE.small)},${said}` });
          top += 11;
          const scale = [side / a.width, side / b.width];
          const height = Math.max(a.height * scale[0], b.height * scale[1]);
          images.push(
            { x: 0, y: top, x2: side, y2: top + a.height * scale[0], url: a.url },
            { x: side + GAP, y: top, x2: total, y2: top + b.height * scale[1], url: b.url },
          );
          const [left, right] = [
            ([x, y]: readonly [number, number]): [number, number] => [
              x * (side / result.picture.width),
              top + y * (side / result.picture.width),
            ],
            ([x, y]: readonly [number, number]): [number, number] => [
              side + GAP + x * (side / result.picture.width),
              top + y * (side / result.picture.width),
            ],
          ];
          for (const { from, to, truth, correct } of drawn) {
            const [[x, y], [x2, y2], [x3, y3]] = [left(from), right(to), right(truth)];
            const kind = correct ? RIGHT.name : WRONG.name;
            lines.push({ x, y, x2, y2, kind });
            ends.push({ x, y, kind }, { x: x2, y: y2, kind });
            if (!correct) misses.push({ x: x2, y: y2, x2: x3, y2: y3 });
          }
          top += height + 6;
        }
        const at = (field: string): object => ({ field, type: 'quantitative', scale: null, axis: null });
        const across = { x: at('x'), y: at('y'), x2: { field: 'x2' }, y2: { field: 'y2' } };
        const styles = [RIGHT, WRONG];
        const kindOf = (style: SeriesStyle): object[] => [{ filter: `datum.kind === '${style.name}'` }];
        return {
          $schema: SCHEMA,
          config: THEME,
          title: { text: title, subtitle: elideText(subtitle, keyWidth(width), SIZE.small) },
          spacing: 4,
          vconcat: [
            keyView(styles, keyWidth(width)),
            {
              width: total,
              height: top - 6,
              layer: [
                {
                  data: { values: images },
                  mark: { type: 'image', aspect: false },
                  encoding: { ...across, url: { field: 'url', type: 'nominal' } },
                },
                // A dark line under each keeps it visible on any picture.
                ...styles.flatMap((style) => [
                  {
                    data: { values: lines },
                    transform: kindOf(style),
                    mark: { type: 'rule', color: '#000001', strokeWidth: 2, opacity: 0.55 },
                    encoding: across,
                  },
                  {
                    data: { values: lines },
                    transform: kindOf(style),
                    mark: {
                      type: 'rule',
                      color: style.color,
                      strokeWidth: 1,
                      strokeDash: style.dash.length > 0 ? style.dash : [1, 0],
                    },
                    encoding: across,
                  },
                ]),
                {
                  data: { values: misses },
                  mark: { type: 'rule', color: '#000001', strokeWidth: 1.8, opacity: 0.55 },
                  encoding: across,
                },
                {
                  data: { values: misses },
                  mark: { type: 'rule', color: '#fefefe', strokeWidth: 0.8 },
                  encoding: across,
                },
                ...styles.map((style) => ({
                  data: { values: ends },
                  transform: kindOf(style),
                  mark: {
                    type: 'point',
                    filled: true,
                    opacity: 1,
                    color: style.color,
                    shape: style.shape,
                    size: 14,
                    stroke: '#000001',
                    strokeWidth: 0.4,
                  },
                  encoding: { x: at('x'), y: at('y') },
                })),
                {
                  data: { values: texts },
                  mark: { type: 'text', align: 'left', baseline: 'middle', color: INK.strong },
                  encoding: { x: at('x'), y: at('y'), text: { field: 'text', type: 'nominal' } },
                },
              ],
            },
          ],
        } as unknown as TopLevelSpec;
      },
      columns: [
        { key: 'pair', label: 'Pair', type: 'text' },
        { key: 'viewpoint', label: 'Viewpoint change (\u00b0)', type: 'number' },
        { key: 'right', label: 'Right', type: 'text' },
        { key: 'confidence', label: 'Confidence', type: 'number' },
        ...['from_x', 'from_y', 'to_x', 'to_y', 'truth_x', 'truth_y'].map((key) => ({
          key,
          label: key.replace('_', ' '),
          type: 'number' as const,
        })),
      ],
      rows: examples.flatMap(({ pair, viewpoint, matches }) =>
        matches.map(({ from, to, truth, correct, confidence }) => [
          pair,
          viewpoint,
          correct ? 'yes' : 'no',
          confidence,
          ...from,
          ...to,
          ...truth,
        ]),
      ),
    },
  );
}
