/** Accuracy of the answers by axis and condition. */
import { AXES, CONDITIONS } from '../../core/artifacts/contrast-set.ts';
import { ofCue, type BehaviourResult } from '../../core/artifacts/results.ts';
import { decimal, interval, percent } from '../../core/numbers.ts';
import type { Figure } from '../figure.ts';
import { sampleNote } from '../forms/sample-note.ts';
import { CONDITION_STYLE, INK, REFERENCE_STYLE } from '../theme.ts';
import { facetSpec } from '../forms/facets.ts';
import { headings, marginFor, ticksAt, widthFor } from '../forms/layout.ts';

/** @param results behaviour of each checkpoint, in the order of the report */
export function accuracyFigure(
  results: readonly { readonly name: string; readonly result: BehaviourResult }[],
): Figure {
  const width = widthFor(results.length);
  const title = 'Accuracy by axis and condition';
  const shown = results.flatMap(({ result }) => ofCue(result.cells).map(({ accuracy }) => accuracy));
  const present = CONDITIONS.filter((condition) =>
    results.some(({ result }) => ofCue(result.cells).some((cell) => cell.condition === condition)),
  );
  const styles = present.map((condition) => CONDITION_STYLE[condition]);
  return {
    name: 'accuracy',
    title,
    caption:
      `Share of questions answered right, both question orders. ${sampleNote(shown, 'items')}. The line is chance. ` +
      'Were the shortcut absent, distance would be as accurate on counter scenes (the farther object lower in the picture) as on consistent ones; ' +
      'a checkpoint that reads far off up falls below chance there, while horizontal and vertical stay the same.',
    description: results
      .map(
        ({ name, result }) =>
          `${name}: ${AXES.map((axis) => `${axis} ${present.map((condition) => `${percent(ofCue(result.cells).find((cell) => cell.axis === axis && cell.condition === condition)?.accuracy.value)} on ${condition}`).join(', ')}`).join('; ')}.`,
      )
      .join(' '),
    width,
    panels: results.length,
    margin: marginFor(results.length, 34),
    spec: (panelWidth) => {
      const heading = headings(
        results.map(({ name }) => name),
        panelWidth,
      );
      const values = results.flatMap(({ result }, i) =>
        ofCue(result.cells).flatMap(({ axis, condition, accuracy: { value, interval: bounds } }) =>
          value === null
            ? []
            : [
                {
                  checkpoint: heading[i],
                  row: '',
                  axis,
                  condition,
                  value,
                  low: bounds?.[0] ?? null,
                  high: bounds?.[1] ?? null,
                  text: `${decimal(value)} ${interval(bounds)}`.trim(),
                },
              ],
        ),
      );
      const x = {
        field: 'axis',
        type: 'nominal',
        sort: AXES,
        scale: { paddingInner: 0.3, paddingOuter: 0.15 },
        axis: { title: null, labelAngle: 0, labelOverlap: false, ticks: false, labelPadding: 4 },
      };
      const xOffset = { field: 'condition', type: 'nominal', sort: present, scale: { type: 'point', padding: 0.5 } };
      const y = {
        field: 'value',
        type: 'quantitative',
        scale: { domain: [0, 1], nice: false },
        axis: { title: 'accuracy', ...ticksAt(0, 0.25, 0.5, 0.75, 1) },
      };
      const color = {
        field: 'condition',
        type: 'nominal',
        scale: { domain: present, range: styles.map((style) => style.color) },
        legend: null,
      };
      return facetSpec({
        title,
        columns: heading,
        rows: [''],
        key: [REFERENCE_STYLE.chance, ...styles.map((style) => ({ ...style, dash: [] }))],
        values,
        layer: [
          {
            mark: { type: 'rule', color: REFERENCE_STYLE.chance.color, strokeWidth: REFERENCE_STYLE.chance.width },
            encoding: { y: { datum: 0.5 } },
          },
          {
            transform: [{ filter: 'isValid(datum.low)' }],
            mark: { type: 'rule', strokeWidth: 1.2 },
            encoding: { x, xOffset, y: { ...y, field: 'low' }, y2: { field: 'high' }, color },
          },
          {
            mark: { type: 'point', filled: true, opacity: 1, size: 22, stroke: INK.paper, strokeWidth: 0.4 },
            encoding: {
              x,
              xOffset,
              y,
              color,
              shape: {
                field: 'condition',
                type: 'nominal',
                scale: { domain: present, range: styles.map(({ shape }) => shape) },
                legend: null,
              },
              tooltip: [{ field: 'axis' }, { field: 'condition' }, { field: 'text', title: 'accuracy' }],
            },
          },
        ],
        width,
        panelWidth,
        panelHeight: 100,
      });
    },
    table: {
      name: 'accuracy',
      title,
      columns: [
        { key: 'checkpoint', label: 'Checkpoint', type: 'text' },
        { key: 'axis', label: 'Axis', type: 'text' },
        { key: 'condition', label: 'Condition', type: 'text' },
        { key: 'accuracy', label: 'Accuracy', type: 'estimate' },
        { key: 'probability', label: 'p(right)', type: 'estimate' },
      ],
      rows: results.flatMap(({ name, result }) =>
        ofCue(result.cells).map(({ axis, condition, accuracy, probability }) => [
          name,
          axis,
          condition,
          accuracy,
          probability,
        ]),
      ),
    },
  };
}
