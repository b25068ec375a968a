/** Methods and provenance of a comparison. */
import { basename } from 'node:path';
import { definitionList, definitionsOf } from '../page/methods.ts';
import type { ComparisonInput } from './input.ts';

const OF_COMPARISONS: readonly (readonly [string, string])[] = [
  [
    'Difference',
    'The later checkpoint minus the earlier one. Where both read the same set it is paired: answers item by item, with a standard error clustered over scenes; height share, VD-EI and coherence scene by scene at one layer, with the delete-one-scene jackknife. Otherwise the two intervals are taken as independent (Newcombe).',
  ],
  [
    'Better, worse, open',
    'Better or worse: the whole 95 % interval of the difference lies on one side of no change and, where there is a p-value, that is below .05 after adjusting for all measures. Open: it doesn\u2019t. Coherence has no better side: a shortcut is coherent, too.',
  ],
  ['p (Holm)', 'Two-sided, of no difference; adjusted over the measures of one pair that have a p-value.'],
  [
    'Ranking',
    'By the first of counter accuracy, counter probe accuracy and height share that all checkpoints have. Neighbours whose difference isn\u2019t told from 0 share a rank.',
  ],
];
const OF_SERIES = [
  'Trend',
  'Theil\u2013Sen slope of the measure over the steps, with its interval over checkpoints; p-values adjusted by Holm over the measures.',
] as const;

export function comparisonMethods({
  comparison: { plumbline, checkpoints, runs, training, unpaired },
  command,
}: ComparisonInput): string {
  const facts: (readonly [string, string])[] = [
    ['plumbline', plumbline],
    ...(command === undefined ? [] : [['Command', command] as const]),
    ...(unpaired === null ? [] : [['Pairing', unpaired] as const]),
    ...runs.map(
      ({ run, plumbline: version, platform, command: made, seed, set }) =>
        [
          `Run ${basename(run)}`,
          `plumbline ${version} on ${platform}, seed ${seed}, set ${set.name} (hash ${set.hash}): ${made}`,
        ] as const,
    ),
    ...checkpoints.map(
      ({ name, run, hash, step }) =>
        [
          `Checkpoint ${name}`,
          `hash ${hash}, in run ${basename(run)}${step === null ? '' : `, step ${step}`}`,
        ] as const,
    ),
  ];
  const definitions = definitionsOf(checkpoints.flatMap(({ findings }) => findings));
  return `${definitionList([...OF_COMPARISONS, ...(training === null ? [] : [OF_SERIES]), ...definitions])}\n<h3>Provenance</h3>\n${definitionList(facts)}`;
}
