/** What a report is made of: the findings and results of one or more checkpoints on one contrast set. */
import type { Answer } from '../core/artifacts/answers.ts';
import type { ContrastSet } from '../core/artifacts/contrast-set.ts';
import type { Finding } from '../core/artifacts/results/finding.ts';
import type { AnyResult, MaybeStamped } from '../core/artifacts/results/types.ts';

export interface CheckpointReport {
  /** Unique within the report. */
  readonly name: string;
  /** In the order of the report. */
  readonly findings: readonly MaybeStamped<Finding>[];
  /** Results of any analyses as they were written; `resultsOf` and `resultOf` pick those of one. */
  readonly results: readonly AnyResult[];
  readonly answers?: ReadonlyMap<string, Answer> | readonly Answer[];
}

export interface ReportInput {
  readonly title: string;
  /** The command line that made the run, for the methods section. */
  readonly command?: string;
  readonly checkpoints: readonly CheckpointReport[];
  readonly set: ContrastSet;
}

/** Items' answers by id. */
export function answersById(answers: CheckpointReport['answers']): ReadonlyMap<string, Answer> {
  if (answers === undefined) return new Map();
  return Array.isArray(answers)
    ? new Map((answers as readonly Answer[]).map((answer) => [answer.item, answer]))
    : (answers as ReadonlyMap<string, Answer>);
}
