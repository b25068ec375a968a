/** The figures of a study's results, drawn anew when one of them, or how they are drawn, has changed. */
import { join } from 'node:path';
import { z } from 'zod';
import { PlumblineError } from '../../core/errors.ts';
import { writeJsonAtomic } from '../../core/formats/atomic.ts';
import { hashValue } from '../../core/formats/hash.ts';
import { readJson } from '../../core/formats/json.ts';
import type { OnProgress } from '../../core/progress.ts';
import { VERSION } from '../../core/version.ts';
import type { Study } from '../config/schema.ts';
import { drawResults } from '../figures.ts';
import { hashesOf, type RunCell } from '../record.ts';
import type { RunFolder } from '../run-folder.ts';

/** Draws every result of some cells into `figures/`. */
export async function drawStudyFigures(
  study: Study,
  run: RunFolder,
  cells: readonly RunCell[],
  context: { readonly onProgress?: OnProgress | undefined; readonly signal?: AbortSignal | undefined },
): Promise<void> {
  const out = join(run.path, 'figures');
  const options = typeof study.figures === 'boolean' ? {} : study.figures;
  const files = await hashesOf(run, cells, context.signal);
  const results = Object.entries(files).filter(([file]) => file.startsWith('results/'));
  const key = hashValue({ plumbline: VERSION, options, results });
  const index = join(out, 'drawn.json');
  const drawn = await readJson(index, z.object({ key: z.string() })).catch(() => null);
  if (drawn?.key === key) return;
  try {
    await drawResults({ results: [join(run.path, 'results')], out, ...options, ...context });
  } catch (error) {
    // Results may all be undefined on a small set; that is no reason to lose the study.
    if (!(error instanceof PlumblineError && error.code === 'no-results')) throw error;
  }
  await writeJsonAtomic(index, { key });
}
