/** A comparison as tables. */
import type { RunComparison } from '../../core/artifacts/results/run-comparison.ts';
import type { Column, Table } from '../../reports/index.ts';

const text = (key: string, label = key): Column => ({ key, label, type: 'text' });
const number = (key: string, label = key): Column => ({ key, label, type: 'number' });
const estimate = (key: string, label = key): Column => ({ key, label, type: 'estimate' });

/** Tables of measures, differences and ranking, of trends where there are steps, and of every layer. */
export function comparisonTables({
  checkpoints,
  measures,
  differences,
  ranking,
  training,
  curves,
  unpaired,
}: RunComparison): Table[] {
  const names = checkpoints.map(({ name }) => name);
  const tables: Table[] = [
    {
      name: 'measures',
      title: 'Checkpoints side by side',
      columns: [text('measure'), text('better'), ...names.map((name) => estimate(name))],
      rows: measures.map(({ measure, better, values }) => [
        measure,
        better === 'zero' ? 'near 0' : (better ?? ''),
        ...names.map((name) => values.find(({ checkpoint }) => checkpoint === name)?.value ?? null),
      ]),
      ...(unpaired === null ? {} : { note: unpaired }),
    },
    {
      name: 'differences',
      title: 'Differences',
      columns: [
        text('measure'),
        text('from'),
        text('to'),
        estimate('difference'),
        text('by'),
        number('p'),
        number('adjusted', 'p (Holm)'),
        text('change'),
      ],
      rows: differences.map(({ measure, a, b, difference, paired, p, adjusted, change }) => [
        measure,
        a,
        b,
        difference,
        paired ? 'paired' : 'independent',
        p,
        adjusted,
        change,
      ]),
    },
  ];
  if (ranking !== null) {
    tables.push({
      name: 'ranking',
      title: `Ranking by ${ranking.measure}`,
      columns: [
        { key: 'rank', label: 'rank', type: 'integer' },
        text('checkpoint'),
        estimate('value', ranking.measure),
        estimate('difference', 'to the one before'),
      ],
      rows: ranking.order.map(({ rank, checkpoint, value, difference }) => [rank, checkpoint, value, difference]),
      note: 'Neighbours whose difference is not told from 0 share a rank.',
    });
  }
  if (training !== null) {
    tables.push({
      name: 'training',
      title: 'Trends over the steps',
      columns: [
        text('measure'),
        estimate('slope', 'per step'),
        estimate('total', 'first to last'),
        number('p'),
        number('adjusted', 'p (Holm)'),
      ],
      rows: training.measures.map(({ measure, slope, total, p, adjusted }) => [measure, slope, total, p, adjusted]),
    });
  }
  tables.push({
    name: 'curves',
    title: 'Layer by layer',
    columns: [text('measure'), text('axis'), text('condition'), text('checkpoint'), text('layer'), estimate('value')],
    rows: curves.flatMap(({ measure, axis, condition, checkpoints: own }) =>
      own.flatMap(({ checkpoint, layers }) =>
        layers.map(({ layer, value }) => [measure, axis ?? '', condition, checkpoint, layer, value]),
      ),
    ),
  });
  return tables;
}
