/** Height share by layer, the picked layer marked. */
import type { GeometryResult } from '../../core/artifacts/results.ts';
import { withInterval } from '../../core/numbers.ts';
import type { Figure } from '../figure.ts';
import { sampleNote } from '../forms/sample-note.ts';
import { OKABE_ITO, type SeriesStyle } from '../theme.ts';
import { marginFor, mergeLayers, ticksAt, widthFor } from '../forms/layout.ts';
import { readingName, readingSuffix, type Reading } from '../forms/reading.ts';
import { sweepSpec } from '../forms/sweep.ts';

const SHARE: SeriesStyle = {
  name: 'height share, all scenes',
  color: OKABE_ITO.purple,
  dash: [],
  shape: 'circle',
  width: 1.2,
};

/** ‖O‖² / (‖O‖² + ‖E‖²) of the mean distance delta (methods §2); `null` when no layer of any checkpoint has one. */
export function heightShareFigure(reading: Reading<GeometryResult>): Figure | null {
  const { results } = reading;
  if (results.every(({ result }) => result.layers.every(({ cueShare }) => cueShare.value === null))) return null;
  const layers = mergeLayers(results.map(({ result }) => result.layers.map(({ layer }) => layer)));
  const width = widthFor(results.length);
  const title = 'Height share of the distance axis by layer';
  return {
    name: `height-share-${readingSuffix(reading)}`,
    title,
    caption:
      `How much of the mean distance delta is height in the picture and how much is depth, ${readingName(reading)}: 1 is pure height, 0 pure depth. ` +
      `${sampleNote(
        results.flatMap(({ result }) => result.layers.map(({ cueShare }) => cueShare)),
        'pairs',
      )}. ` +
      'The cross is the picked layer on the half of the scenes that did not pick it. Layers whose distance delta does not rise above its noise have no value. ' +
      'Were the shortcut absent, the curve would fall towards 0 where the distance axis forms.',
    description: results.map(({ name, result }) => `${name}: ${atPick(result)}.`).join(' '),
    width,
    panels: results.length,
    margin: marginFor(results.length, 43),
    spec: (panelWidth) =>
      sweepSpec(
        {
          title,
          subtitle: readingName(reading),
          checkpoints: results.map(({ name }) => name),
          rows: [''],
          layers,
          series: [SHARE],
          points: results.flatMap(({ name, result }) =>
            result.layers.map(({ layer, cueShare }) => ({
              checkpoint: name,
              row: '',
              layer,
              series: SHARE.name,
              estimate: cueShare,
            })),
          ),
          picks: results.flatMap(({ name, result: { choice } }) =>
            choice.layer === null
              ? []
              : [{ checkpoint: name, row: '', layer: choice.layer, estimate: choice.reported?.cueShare ?? null }],
          ),
          pickName: 'picked layer, held-out half',
          yTitle: 'height share',
          yDomain: [0, 1],
          yAxis: {
            ...ticksAt(0, 0.25, 0.5, 0.75, 1),
            labelExpr: "datum.value === 0 ? 'depth 0' : datum.value === 1 ? 'height 1' : format(datum.value, '.2~f')",
          },
          width,
          panelHeight: 80,
        },
        panelWidth,
      ),
    table: {
      name: `height-share-${readingSuffix(reading)}`,
      title: 'Height share by layer',
      columns: [
        { key: 'checkpoint', label: 'Checkpoint', type: 'text' },
        { key: 'layer', label: 'Layer', type: 'text' },
        { key: 'scenes', label: 'Scenes', type: 'text' },
        { key: 'height_share', label: 'Height share', type: 'estimate' },
        { key: 'height_vertical_cosine', label: 'cos(O, vertical)', type: 'estimate' },
      ],
      rows: results.flatMap(({ name, result }) => [
        ...result.layers.map(({ layer, cueShare, cueCosine }) => [name, layer, 'all', cueShare, cueCosine]),
        ...(result.choice.reported
          ? [
              [
                name,
                result.choice.reported.layer,
                'held-out half (picked layer)',
                result.choice.reported.cueShare,
                result.choice.reported.cueCosine,
              ],
            ]
          : []),
      ]),
    },
  };
}

function atPick({ choice }: GeometryResult): string {
  if (choice.layer === null) return `no layer was picked (${choice.reason})`;
  const share = choice.reported?.cueShare;
  return share && share.value !== null
    ? `height share ${withInterval(share)} at the picked layer ${choice.layer}`
    : `no height share at the picked layer ${choice.layer}`;
}
