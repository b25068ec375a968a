import type { AnyAnalysis } from '../core/definitions/analysis.ts';
import type { ReadSelection } from '../core/artifacts/hidden-states.ts';
import { hashValue } from '../core/formats/hash.ts';
import { VERSION } from '../core/version.ts';

export interface AnalysisKeyParts {
  readonly definition: Pick<AnyAnalysis, 'name' | 'version'>;
  /** With defaults filled in. */
  readonly options: object;
  readonly seed: number;
  readonly selection: ReadSelection;
  /** Null for all that hold the selection. */
  readonly layers: readonly string[] | null;
  /** Content keys of everything that is read: states, sets, answers, results that the analysis uses, in order. */
  readonly inputs: readonly unknown[];
}

/** Content key of a result: equal where nothing that its numbers depend on differs. */
export function analysisKey({ definition, options, seed, selection, layers, inputs }: AnalysisKeyParts): string {
  const { name, version } = definition;
  return hashValue({ plumbline: VERSION, name, version, options, seed, selection, layers, inputs });
}
