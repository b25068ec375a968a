/** The content key of a result: everything that its numbers depend on. */
import type { AnyAnalysis } from '../core/definitions/analysis.ts';
import { hashValue } from '../core/formats/hash.ts';
import { VERSION } from '../core/version.ts';

/**
 * sha-256 of an analysis with its version, of what it was asked, and of what it read.
 * @param inputs content keys of states, answers, sets and other results, in a fixed order
 */
export function analysisKey({
  definition: { name, version },
  options,
  seed,
  selection,
  layers,
  inputs,
}: {
  readonly definition: Pick<AnyAnalysis, 'name' | 'version'>;
  readonly options: object;
  readonly seed: number;
  readonly selection: string | null;
  readonly layers: readonly string[] | null;
  readonly inputs: readonly unknown[];
}): string {
  return hashValue({ plumbline: VERSION, name, version, options, seed, selection, layers, inputs });
}
