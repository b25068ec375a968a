/** What a report is made of: the results of one or more checkpoints on one contrast set. */
import type { Answer } from '../core/artifacts/answers.ts';
import type { ContrastSet } from '../core/artifacts/contrast-set.ts';
import type {
  BehaviourResult,
  Finding,
  GeometryResult,
  PcaResult,
  ProbesResult,
  Provenance,
} from '../core/artifacts/results.ts';

/** A result, with its provenance where it was read from a run folder. */
type MaybeStamped<T> = T & { readonly provenance?: Provenance };

export interface CheckpointReport {
  /** Unique within the report. */
  readonly name: string;
  readonly finding: Finding;
  readonly behaviour?: MaybeStamped<BehaviourResult>;
  /**
   * One a selection and kind of pair; figures come for each, the first named by `primaryGeometry` before the others.
   */
  readonly geometry: readonly MaybeStamped<GeometryResult>[];
  readonly pca?: MaybeStamped<PcaResult>;
  /** One a selection. */
  readonly probes: readonly MaybeStamped<ProbesResult>[];
  readonly answers?: ReadonlyMap<string, Answer> | readonly Answer[];
  /** Further results as they were written (of cause, lenses, other probes), in the order of the report. */
  readonly extras?: readonly object[];
}

export interface ReportInput {
  readonly title: string;
  /** The command line that made the run, for the methods section. */
  readonly command?: string;
  readonly checkpoints: readonly CheckpointReport[];
  readonly set: ContrastSet;
}

/** The reading that the verdict sentence cites: question swaps at the last prompt token, else the first there is. */
export function primaryGeometry(checkpoint: Pick<CheckpointReport, 'geometry'>): GeometryResult | undefined {
  return (
    checkpoint.geometry.find(({ selection, kind }) => selection === 'last' && kind === 'question-swap') ??
    checkpoint.geometry[0]
  );
}

/** The probes that go with it: the last prompt token, else the first there are. */
export function primaryProbes(checkpoint: Pick<CheckpointReport, 'probes'>): ProbesResult | undefined {
  return checkpoint.probes.find(({ selection }) => selection === 'last') ?? checkpoint.probes[0];
}

/** Items' answers by id. */
export function answersById(answers: CheckpointReport['answers']): ReadonlyMap<string, Answer> {
  if (answers === undefined) return new Map();
  return Array.isArray(answers)
    ? new Map((answers as readonly Answer[]).map((answer) => [answer.item, answer]))
    : (answers as ReadonlyMap<string, Answer>);
}
