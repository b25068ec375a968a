/**
 * The key of a figure: each series as it is drawn (line, dash and marker together), which Vega's own legends can't do.
 */
import { SIZE, type SeriesStyle } from '../theme.ts';
import { textWidth } from '../fonts.ts';

const SAMPLE = 17;
const GAP = 3;
const BETWEEN = 9;
const LINE = 10;

/**
 * A view whose entries flow over as many lines as they need within `width` points; it takes no more room than they do.
 */
export function keyView(
  series: readonly SeriesStyle[],
  width: number,
  { lines = true }: { lines?: boolean } = {},
): object {
  const sample = lines ? SAMPLE : 6;
  let [x, y] = [0, 0];
  const entries = series.map(({ name, color, dash, shape, width: strokeWidth }) => {
    const extent = sample + GAP + textWidth(name, SIZE.small);
    if (x > 0 && x + extent > width) [x, y] = [0, y + LINE];
    const entry = {
      name,
      color,
      dash,
      shape: shape ?? '',
      strokeWidth,
      x,
      end: x + sample,
      middle: x + sample / 2,
      text: x + sample + GAP,
      y: y + LINE / 2,
    };
    x += extent + BETWEEN;
    return entry;
  });
  const at = (field: string): object => ({ field, type: 'quantitative', scale: null, axis: null });
  const raw = (field: string): object => ({ field, type: 'nominal', scale: null, legend: null });
  const line = {
    mark: { type: 'rule' },
    encoding: {
      x: at('x'),
      x2: { field: 'end' },
      y: at('y'),
      color: raw('color'),
      strokeDash: raw('dash'),
      strokeWidth: { field: 'strokeWidth', type: 'quantitative', scale: null, legend: null },
    },
  };
  return {
    width: 1,
    height: y + LINE,
    data: { values: entries },
    layer: [
      ...(lines ? [line] : []),
      {
        transform: [{ filter: "datum.shape !== ''" }],
        mark: { type: 'point', filled: true, opacity: 1, size: 16 },
        encoding: { x: at('middle'), y: at('y'), color: raw('color'), shape: raw('shape') },
      },
      {
        mark: { type: 'text', align: 'left', baseline: 'middle' },
        encoding: { x: at('text'), y: at('y'), text: { field: 'name', type: 'nominal' } },
      },
    ],
  };
}
