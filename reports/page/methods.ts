/** Methods and provenance: what the numbers mean and what they were made from. */
import type { Finding } from '../../core/artifacts/results/finding.ts';
import { resultsOf } from '../../core/artifacts/results/types.ts';
import type { Provenance } from '../../core/artifacts/results.ts';
import { VERSION } from '../../core/version.ts';
import type { CheckpointReport, ReportInput } from '../input.ts';
import { escapeMarkup } from '../escape.ts';
import { listed } from '../words.ts';

type Definition = readonly [string, string];

const CONDITION: Definition = [
  'Condition',
  'Consistent: the farther object is higher in the picture, as perspective has it. Counter: it is lower. Ambiguous: the centres differ by less than 5 % of the height.',
];
const MEASURES: readonly Definition[] = [
  [
    'Height share',
    'The mean sign-corrected distance delta is split into the part that consistent and counter scenes share (depth) and the part that turns around between them (height); the share is height\u2019s squared norm over the sum of both, corrected for noise.',
  ],
  ['Coherence', 'Mean pairwise cosine of the sign-corrected deltas of an axis, pairs of one scene left out.'],
  [
    'VD-EI',
    'Entanglement of the vertical and distance axes: the paper\u2019s mean of four signed cosines of category means (\u201cWhy Far Looks Up\u201d, arXiv 2605.30161), or the cosine of the two axes.',
  ],
  [
    'Probe',
    'L2-regularised logistic regression on standardised hidden states, folds by scene, strength chosen inside the training folds. Control task: a fixed random label for each word pair; selectivity is task minus control accuracy.',
  ],
  [
    'Intervals',
    'All 95 %; the scene is the unit. Proportions: Wilson on the effective sample size; gap: Newcombe; cosines and shares: delete-one-group jackknife.',
  ],
];

/** What the words of a report mean; the rules of verdicts are the findings' own, one entry where all share it. */
export function definitionsOf(findings: readonly Pick<Finding, 'id' | 'caption'>[]): Definition[] {
  const captions = [...new Set(findings.map(({ caption }) => caption))];
  const rules = captions.map((caption): Definition => {
    const ids = [...new Set(findings.filter((finding) => finding.caption === caption).map(({ id }) => id))];
    return [captions.length === 1 ? 'Verdict' : `Verdict, ${listed(ids)}`, caption];
  });
  return [CONDITION, ...rules, ...MEASURES];
}

function provenanceOf({ results, findings }: CheckpointReport): Provenance | undefined {
  return [...results, ...findings].find(({ provenance }) => provenance !== undefined)?.provenance;
}

/** Terms with their texts, both escaped. */
export function definitionList(entries: readonly Definition[]): string {
  return `<dl>${entries.map(([term, text]) => `<dt>${escapeMarkup(term)}</dt><dd>${escapeMarkup(text)}</dd>`).join('\n')}</dl>`;
}

export function methodsSection({ checkpoints, command, set: { header } }: ReportInput): string {
  const stamps = checkpoints.map((checkpoint) => ({ name: checkpoint.name, stamp: provenanceOf(checkpoint) }));
  const conditions = Object.entries(header.counts.conditions.height ?? {})
    .map(([condition, count]) => `${count} ${condition}`)
    .join(', ');
  const facts: Definition[] = [
    ['plumbline', [...new Set(stamps.map(({ stamp }) => stamp?.plumbline ?? VERSION))].join(', ')],
    ...(command === undefined ? [] : [['Command', command] as const]),
    [
      'Contrast set',
      `${header.name} (generator ${header.generator}, version ${header.generatorVersion}, seed ${header.seed}): ${header.counts.scenes} scenes (${conditions}), ${header.counts.pairs} pairs, ${header.counts.items} items, ${header.counts.images} pictures`,
    ],
    ['Set hash', header.hash],
    ['Set parameters', JSON.stringify(header.parameters)],
    ['Allowed depth cues', header.allowedDepthCues.join(', ')],
    ...stamps.flatMap(({ name, stamp }) =>
      stamp === undefined
        ? []
        : [[`Checkpoint ${name}`, `hash ${stamp.checkpoint.hash}; analysis seed ${stamp.seed}`] as const],
    ),
    ...checkpoints.flatMap(({ name, results }) =>
      resultsOf({ results }, 'geometry').flatMap(({ selection, kind, choice, warnings }) => [
        [`Layer choice, ${name}, ${selection}, ${kind}`, `${choice.layer ?? 'none'}: ${choice.reason}`] as const,
        ...warnings.map((warning) => [`Warning, ${name}, ${selection}, ${kind}`, warning] as const),
      ]),
    ),
  ];
  const definitions = definitionsOf(checkpoints.flatMap(({ findings }) => findings));
  return `${definitionList(definitions)}\n<h3>Provenance</h3>\n${definitionList(facts)}`;
}
