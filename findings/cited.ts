/** Which reading of a checkpoint's results a finding cites: decided here, for findings, reports and comparisons alike. */
import type { Cue } from '../core/artifacts/cues.ts';
import type { GeometryResult, ProbesResult } from '../core/artifacts/results.ts';
import { resultsOf } from '../core/artifacts/results/types.ts';

/** Question swaps at the last prompt token, else the first reading there is; of those that tell a cue's conditions apart. */
export function citedGeometry(results: readonly object[], cue: Cue = 'height'): GeometryResult | undefined {
  const geometry = resultsOf({ results }, 'geometry').filter((result) => result.cue === cue);
  return geometry.find(({ selection, kind }) => selection === 'last' && kind === 'question-swap') ?? geometry[0];
}

/** The probes that go with it: the last prompt token, else the first there are. */
export function citedProbes(results: readonly object[], cue: Cue = 'height'): ProbesResult | undefined {
  const probes = resultsOf({ results }, 'probes').filter((result) => result.cue === cue);
  return probes.find(({ selection }) => selection === 'last') ?? probes[0];
}

/** Everything that findings rest on: the behaviour, the cited geometry with the plane of its deltas, the cited probes. */
export function citedResults(results: readonly object[]): object[] {
  const geometry = citedGeometry(results);
  const planes = resultsOf({ results }, 'delta-pca').filter(
    ({ selection, kind }) => geometry === undefined || (selection === geometry.selection && kind === geometry.kind),
  );
  return [...resultsOf({ results }, 'behaviour'), geometry, citedProbes(results), ...planes].filter(
    (result) => result !== undefined,
  );
}
