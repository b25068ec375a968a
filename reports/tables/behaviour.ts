/** Behaviour by axis and condition, and the gaps. */
import { CUE_NAMES, CUES } from '../../core/artifacts/cues.ts';
import { ofCue, type BehaviourResult } from '../../core/artifacts/results.ts';
import { sampleNote } from '../forms/sample-note.ts';
import type { Of } from '../shown.ts';
import type { Table } from './table.ts';

const OTHER_CUES = CUE_NAMES.filter((cue) => cue !== 'height');

/**
 * Accuracy and mean probability of the right answer, a row an axis and condition; `null` when no checkpoint has
 * answers.
 */
export function behaviourTable(results: readonly Of<BehaviourResult>[]): Table | null {
  const cells = results.flatMap(({ name, result }) => ofCue(result.cells).map((cell) => ({ name, ...cell })));
  if (cells.length === 0) return null;
  return {
    name: 'behaviour',
    title: 'Accuracy of the answers',
    columns: [
      { key: 'checkpoint', label: 'Checkpoint', type: 'text' },
      { key: 'axis', label: 'Axis', type: 'text' },
      { key: 'condition', label: 'Condition', type: 'text' },
      { key: 'accuracy', label: 'Accuracy', type: 'estimate' },
      { key: 'probability', label: 'p(right)', type: 'estimate' },
      { key: 'n', label: 'Items', type: 'integer' },
      { key: 'scenes', label: 'Scenes', type: 'integer' },
      { key: 'n_eff', label: 'Effective n', type: 'integer' },
    ],
    rows: cells.map(({ name, axis, condition, accuracy, probability, nEff }) => [
      name,
      axis,
      condition,
      accuracy,
      probability,
      accuracy.n,
      accuracy.groups,
      nEff,
    ]),
    note: `${sampleNote(
      cells.map(({ accuracy }) => accuracy),
      'items',
    )}. Chance is .50.`,
  };
}

/** Consistent minus counter accuracy per axis, and the height weight; `null` when no checkpoint has answers. */
export function gapsTable(results: readonly Of<BehaviourResult>[]): Table | null {
  const rows = results.flatMap(({ name, result: { gaps, weights } }) => [
    ...ofCue(gaps).map(({ axis, gap }) => [name, 'gap', axis, gap] as const),
    ...ofCue(weights).map(({ axis, weight }) => [name, CUES.height.weightName, axis, weight] as const),
    ...OTHER_CUES.flatMap((cue) => [
      ...ofCue(gaps, cue).map(({ axis, gap }) => [name, `gap, ${cue}`, axis, gap] as const),
      ...ofCue(weights, cue).map(({ axis, weight }) => [name, CUES[cue].weightName, axis, weight] as const),
    ]),
  ]);
  if (rows.length === 0) return null;
  return {
    name: 'gaps',
    title: 'Accuracy gaps and height weight',
    columns: [
      { key: 'checkpoint', label: 'Checkpoint', type: 'text' },
      { key: 'measure', label: 'Measure', type: 'text' },
      { key: 'axis', label: 'Axis', type: 'text' },
      { key: 'value', label: 'Value', type: 'estimate' },
    ],
    rows,
    note: 'Gap: accuracy on consistent minus accuracy on counter scenes. Height weight: share of the sign of the height difference in the logit margin, against the sign of the depth difference. 95 % intervals.',
  };
}
