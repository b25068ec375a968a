/** The record of a run that was never executed: for tests of what reads one. */
import { VERSION } from '../../core/version.ts';
import { storedStudySchema } from '../../study/config/schema.ts';
import type { RunCell, RunRecord } from '../../study/record.ts';

/** A study that diagnoses some cells, as a finished run records it. */
export function recordOf(out: string, cells: readonly RunCell[], seed = 0): RunRecord {
  const checkpoints = [...new Map(cells.map(({ checkpoint }) => [checkpoint.name, checkpoint])).values()];
  const sets = [...new Set(cells.map(({ set }) => set.folder))];
  const study = storedStudySchema.parse({
    version: 1,
    out,
    seed,
    checkpoints: checkpoints.map(({ name }) => name),
    sets: sets.map((name) => ({ name, folder: name })),
    analyses: [{ name: 'diagnose' }],
  });
  return {
    format: 'plumbline-run',
    version: 2,
    plumbline: VERSION,
    node: '',
    platform: '',
    studies: [
      { preset: null, command: 'x', started: '', seconds: 0, device: 'cpu', study, cells: [...cells], skipped: [] },
    ],
    checkpoints: checkpoints.map((checkpoint) => ({ ...checkpoint, path: checkpoint.name })),
    files: {},
    timings: [],
  };
}
