/** Dose–response of steering: how many answers turn over as the push grows, by direction (methods §6). */
import { CAUSE_DIRECTIONS, type CauseDirection, type CauseResult } from '../../core/artifacts/results/cause.ts';
import { percent } from '../../core/numbers.ts';
import type { Figure } from '../figure.ts';
import { sampleNote } from '../forms/sample-note.ts';
import { REFERENCE_STYLE, seriesStyles, type SeriesStyle } from '../theme.ts';
import { ticksAt } from '../forms/layout.ts';
import { curvesFigure, type ResultContext } from '../forms/of-result.ts';

const NAMES: Record<CauseDirection, string> = {
  answer: 'answer',
  depth: 'depth part',
  height: 'height part',
  vertical: 'vertical axis',
  random: 'random (control)',
};
const STYLES: Record<CauseDirection, SeriesStyle> = Object.fromEntries(
  CAUSE_DIRECTIONS.map((direction, i) => [
    direction,
    direction === 'random'
      ? { ...REFERENCE_STYLE.control, name: NAMES.random }
      : seriesStyles(CAUSE_DIRECTIONS.map((name) => NAMES[name]))[i],
  ]),
) as Record<CauseDirection, SeriesStyle>;
const SHARES = { yTitle: 'answers flipped', yDomain: [0, 1] as const, yAxis: ticksAt(0, 0.25, 0.5, 0.75, 1) };

/** At the picked layer, on the scenes that did not pick it; `null` without one. */
export function steeringDoseFigure(result: CauseResult, context: ResultContext): Figure | null {
  const rows = result.steering.filter(({ half }) => half === 'reported');
  if (rows.length === 0) return null;
  const alphas = [...new Set(rows.map(({ alpha }) => alpha))].sort((a, b) => a - b);
  const most = (direction: CauseDirection): string =>
    percent(rows.find((row) => row.direction === direction && row.alpha === alphas[alphas.length - 1])?.flipped.value);
  return curvesFigure({
    context,
    base: `steering-dose-${result.axis}`,
    title: `Steering the ${result.axis} answers`,
    subtitle: `${context.checkpoint}, at ${rows[0].layer}`,
    caption:
      `Share of ${result.axis} answers that change sign when each item is pushed against its own answer by \u03b1\u00b7\u2016h\u2016 along a direction, on the scenes that did not pick the layer. ${sampleNote(
        rows.map(({ flipped }) => flipped),
        'items',
      )}. ` +
      'The control is a random direction of equal length: what any disturbance does. Were the shortcut absent, the depth part would turn distance answers and the height part and the vertical axis would do no more than the control.',
    description: `${context.checkpoint}: at \u03b1 = ${alphas[alphas.length - 1]}, ${CAUSE_DIRECTIONS.map((direction) => `${NAMES[direction]} flips ${most(direction)}`).join(', ')}.`,
    columns: [''],
    xs: alphas.map(String),
    x: { title: 'strength \u03b1', log: true },
    series: [
      STYLES.random,
      ...CAUSE_DIRECTIONS.filter((direction) => direction !== 'random').map((direction) => STYLES[direction]),
    ],
    points: rows.map(({ direction, alpha, flipped }) => ({
      column: '',
      x: String(alpha),
      series: NAMES[direction],
      estimate: flipped,
    })),
    ...SHARES,
    panelHeight: 90,
    labels: { x: '\u03b1', series: 'Direction', value: 'Flipped' },
  });
}

/** By layer at the strength that picks one, on the picking half. */
export function steeringLayersFigure(result: CauseResult, context: ResultContext): Figure | null {
  const rows = result.steering.filter(({ half }) => half === 'picking');
  if (rows.length === 0) return null;
  return curvesFigure({
    context,
    base: `steering-layers-${result.axis}`,
    title: `Steering the ${result.axis} answers, by layer`,
    subtitle: `${context.checkpoint}, \u03b1 = ${rows[0].alpha}`,
    caption:
      `Share of ${result.axis} answers that change sign when pushed along the answer direction of each layer, on the half of the scenes that picks the layer. ${sampleNote(
        rows.map(({ flipped }) => flipped),
        'items',
      )}. ` +
      'The control is a random direction of equal length. Where the relation is not used the curve stays on the control; whether what is used is the shortcut, the parts of the direction tell: were it absent, the height part would be without effect.',
    description: `${context.checkpoint}: ${result.choice.layer === null ? 'no layer picked' : `${result.choice.layer} picked`}; ${result.choice.reason}.`,
    columns: [''],
    xs: result.layers,
    series: [STYLES.random, STYLES.answer],
    points: rows.map(({ layer, direction, flipped }) => ({
      column: '',
      x: layer,
      series: NAMES[direction],
      estimate: flipped,
    })),
    ...SHARES,
    panelHeight: 80,
    labels: { x: 'Layer', series: 'Direction', value: 'Flipped' },
  });
}
