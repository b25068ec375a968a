/** Correspondence computed again from dense states, and the record and table of a sweep from its results. */
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { correspondence } from '../../analysis/index.ts';
import type { ContrastSet } from '../../core/artifacts/contrast-set.ts';
import type { CorrespondenceResult } from '../../core/artifacts/results/correspondence.ts';
import type { Stamped } from '../../core/artifacts/results.ts';
import { DENSE_FILE, openDensePatches } from '../../core/formats/dense-patches.ts';
import type { OnProgress } from '../../core/progress.ts';
import { VERSION } from '../../core/version.ts';
import { DEVICES, extractDense, type Checkpoint } from '../../extractors/index.ts';
import type { RunCell } from '../run-contents.ts';
import type { RunFolder } from '../run-folder.ts';
import {
  bestOf,
  denseFolder,
  hashOfViews,
  SWEEP_FILE,
  SWEEP_TABLE,
  sweepCsv,
  sweepKey,
  type SweepRecord,
  type SweptResult,
} from '../sweep.ts';
import { NotKept } from './not-kept.ts';

export interface SweepToVerify {
  readonly run: RunFolder;
  readonly cell: RunCell;
  readonly set: ContrastSet;
  /** The result as it is stored: its layers and seed say what was asked for. */
  readonly stored: Stamped<CorrespondenceResult>;
  /** Gives states that aren't kept. */
  readonly checkpoint: Checkpoint | null;
  /** Compares a kept value with the one expected. */
  readonly compare: (file: string, kept: object, expected: object) => void;
  readonly onProgress?: OnProgress | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The same result from kept dense states, or from the checkpoint.
 * @throws {NotKept} when the states are gone, as they are after a sweep without `--keep-states`, and there is no
 * checkpoint
 */
export async function recomputeSweep({
  run,
  cell,
  set,
  stored,
  checkpoint,
  compare,
  onProgress,
  signal,
}: SweepToVerify): Promise<Stamped<CorrespondenceResult>> {
  const { seed, key } = stored.provenance;
  const layers = stored.layers.map(({ layer }) => layer);
  const kept = denseFolder(run, cell.checkpoint.name, cell.set.folder);
  const there = existsSync(join(kept, DENSE_FILE));
  if (!there && checkpoint === null)
    throw new NotKept('the dense states are not kept (sweep --keep-states keeps them)');
  const scratch = there ? null : await mkdtemp(join(tmpdir(), 'plumbline-verify-sweep-'));
  try {
    const patches =
      scratch === null
        ? await openDensePatches(kept)
        : await extractDense({ checkpoint: checkpoint!, set, directory: scratch, layers, onProgress, signal });
    const { header } = patches;
    if (there)
      compare(
        join(kept, DENSE_FILE),
        { checkpoint: header.checkpoint.hash, set: header.set.hash },
        { checkpoint: cell.checkpoint.hash, set: cell.set.hash },
      );
    const result = await correspondence({ set, patches, seed, onProgress, signal });
    const views = await hashOfViews(set);
    const keys = [null, layers].flatMap((asked) =>
      DEVICES.map((device) =>
        sweepKey({ checkpoint: cell.checkpoint.hash, set: set.header.hash, views, layers: asked, seed, device }),
      ),
    );
    // Layers that were asked for and have another grid are not in the result: then the key can't be made again.
    const known = keys.includes(key) || header.otherGrids.length > 0;
    return {
      ...result,
      provenance: {
        plumbline: VERSION,
        seed,
        checkpoint: cell.checkpoint,
        set: { name: set.header.name, hash: set.header.hash },
        key: known ? key : keys[0],
      },
    };
  } finally {
    if (scratch !== null) await rm(scratch, { recursive: true, force: true });
  }
}

/** `sweep.json` and `sweep.csv` against the results that they sum up. */
export async function verifySweepRecord({
  run,
  record,
  results,
  compare,
  differs,
}: {
  run: RunFolder;
  record: SweepRecord;
  results: readonly SweptResult[];
  compare: (file: string, kept: object, expected: object) => void;
  differs: (file: string, place: string, what: string) => void;
}): Promise<void> {
  compare(join(run.path, SWEEP_FILE), { best: record.best }, { best: results.map(bestOf) });
  const table = join(run.path, SWEEP_TABLE);
  if (!existsSync(table)) return differs(table, '', 'is missing');
  const [kept, expected] = [(await readFile(table, 'utf8')).split('\r\n'), sweepCsv(results).split('\r\n')];
  const line = expected.findIndex((text, i) => kept[i] !== text);
  if (line >= 0 || kept.length !== expected.length)
    differs(table, `line ${(line < 0 ? expected.length : line) + 1}`, 'is not what the results give');
}
