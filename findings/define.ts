/**
 * What a finding is: a question about what an axis's answers are read off, put to the results of one checkpoint on one
 * set. One file defines one; what it says goes with its result, so that reports, tables, comparisons and gates print it
 * and know none by name.
 */
import type { Axis } from '../core/artifacts/contrast-set.ts';
import type { Cue } from '../core/artifacts/cues.ts';
import type { Evidence, Finding } from '../core/artifacts/results/finding.ts';

/** The verdict, and the clause that decided. */
export type Decision = Pick<Finding, 'verdict' | 'direction' | 'reason'>;

/** @typeParam C what the rule looks at */
export interface FindingParts<C> {
  /** Name of the finding and of its result file, `finding-ID.json`. */
  readonly id: string;
  /** Raised when a verdict or a number of its evidence would come out differently. */
  readonly version: number;
  /** In a few words, as in a title: `Is far up?`. */
  readonly question: string;
  /** The axis that is asked about. */
  readonly axis: Axis;
  /** What its answers may be read off instead. */
  readonly cue: Cue;
  /** What the rule looks at; null where the results hold nothing of it, and then there is no finding. */
  cells(results: readonly object[]): C | null;
  rule(cells: C): Decision;
  /** The verdict in one sentence without a full stop, with the numbers that it rests on. */
  sentence(decision: Decision, cells: C): string;
  /** The rule in words. */
  readonly caption: string;
  /** The numbers that the verdict rests on, and what stands beside it. */
  evidence(cells: C): readonly Evidence[];
}

export interface FindingDefinition extends Pick<FindingParts<never>, 'id' | 'version' | 'question' | 'axis' | 'cue'> {
  /** Whether the results hold what the finding is about. */
  appliesTo(results: readonly object[]): boolean;
  /** Judges the results of one checkpoint on one set; call it only where it applies. */
  judge(input: { readonly results: readonly object[] }): Finding;
}

export function defineFinding<C>(parts: FindingParts<C>): FindingDefinition {
  const { id, version, question, axis, cue, caption } = parts;
  return {
    id,
    version,
    question,
    axis,
    cue,
    appliesTo: (results) => parts.cells(results) !== null,
    judge({ results }) {
      const cells = parts.cells(results);
      if (cells === null) throw new Error(`the finding ${id} does not apply to these results`);
      const decision = parts.rule(cells);
      const sentence = parts.sentence(decision, cells);
      const evidence = [...parts.evidence(cells)];
      return { analysis: 'finding', version: 1, id, axis, cue, question, ...decision, sentence, caption, evidence };
    },
  };
}
