/**
 * Turns the files of a benchmark into a contrast set on disk: good rows become pairs, bad rows are named, and
 * `import.json` beside the set tells what came of it.
 */
import { basename, join, parse } from 'node:path';
import { z } from 'zod';
import { conditionFor } from '../../core/artifacts/contrast-set.ts';
import { PlumblineError } from '../../core/errors.ts';
import { writeJsonAtomic } from '../../core/formats/atomic.ts';
import { hashFile } from '../../core/formats/hash.ts';
import { readJson } from '../../core/formats/json.ts';
import type { OnProgress } from '../../core/progress.ts';
import { buildSet, type FinishedSet, type SceneOutput } from '../build.ts';
import type { Importer, ImportInput } from './importer.ts';
import { PictureStore } from './pictures.ts';

export const IMPORT_REPORT = 'import.json';
/** Bad rows that are listed; all are counted. */
const LISTED = 1000;

const reportSchema = z.object({
  importer: z.string(),
  /** Rows of the files, good and bad. */
  rows: z.number().int(),
  pairs: z.number().int(),
  bad: z.number().int(),
  badRows: z.array(z.object({ where: z.string(), problem: z.string() })),
  /** Axis → condition → pairs. */
  counts: z.record(z.string(), z.record(z.string(), z.number().int())),
});
export type ImportReport = z.infer<typeof reportSchema>;

export interface ImportSetOptions extends Partial<
  Pick<ImportInput, 'images' | 'depth' | 'inverseDepth' | 'boxes' | 'seed'>
> {
  readonly importer: Importer;
  readonly files: readonly string[];
  /** Folder of the set; made when missing. */
  readonly directory: string;
  /** Defaults to *the importer's name and the first file's*. */
  readonly name?: string;
  readonly onProgress?: OnProgress;
  readonly signal?: AbortSignal;
}

export interface ImportedSet extends FinishedSet {
  readonly report: ImportReport;
}

/**
 * Imports a set, or returns the one that the same files gave before. Rows are read one at a time; pictures are kept as
 * they come (JPEG, PNG, WebP).
 * @throws PlumblineError `no-files`, `no-rows` when no row gives a pair; what `buildSet` and the importer throw
 */
export async function importSet({
  importer,
  files,
  directory,
  name,
  images,
  depth,
  inverseDepth,
  boxes,
  seed = 0,
  onProgress,
  signal,
}: ImportSetOptions): Promise<ImportedSet> {
  if (files.length === 0)
    throw new PlumblineError('no-files', 'nothing to import', {
      hint: `name the files of ${importer.name}`,
    });
  const sources: { name: string; hash: string }[] = [];
  for (const file of files) sources.push({ name: basename(file), hash: await hashFile(file, signal) });
  const report: ImportReport = { importer: importer.name, rows: 0, pairs: 0, bad: 0, badRows: [], counts: {} };
  try {
    const set = await buildSet(
      {
        directory,
        name: name ?? `${importer.name}-${parse(files[0]).name}`,
        generator: importer.name,
        generatorVersion: importer.version,
        origin: 'imported',
        seed,
        parameters: { files: sources, boxes, ...(inverseDepth === true && { inverseDepth }) },
        ...(onProgress && { onProgress: (progress) => onProgress({ ...progress, stage: 'import', unit: 'rows' }) }),
        signal,
      },
      (folder) => rowsOf(importer, { files, images, depth, inverseDepth, boxes, seed }, folder, report),
    );
    return { ...set, report: report.rows > 0 ? report : await readJson(join(directory, IMPORT_REPORT), reportSchema) };
  } catch (error) {
    if (!(error instanceof PlumblineError) || error.code !== 'no-pairs') throw error;
    const [first] = report.badRows;
    throw new PlumblineError(
      'no-rows',
      `none of ${report.rows} rows gives a pair${first === undefined ? '' : `; the first: ${first.problem}`}`,
      {
        where: first?.where ?? files.join(', '),
        hint: 'check that the files belong to this importer, and --images and --depth',
      },
    );
  }
}

async function* rowsOf(
  importer: Importer,
  options: Omit<ImportInput, 'pictures' | 'claim'>,
  folder: string,
  report: ImportReport,
): AsyncGenerator<SceneOutput> {
  const pictures = new PictureStore(folder);
  const ids = new Set<string>();
  const claim = (id: string): string => {
    if (ids.has(id)) throw new PlumblineError('duplicate-id', `the id ${JSON.stringify(id)} occurs twice`);
    ids.add(id);
    return id;
  };
  for await (const row of importer.read({ ...options, pictures, claim })) {
    report.rows += row.rows ?? 1;
    if ('problem' in row) {
      pictures.drop();
      report.bad++;
      if (report.badRows.length < LISTED) report.badRows.push({ where: row.where, problem: row.problem });
      continue;
    }
    const written = await pictures.commit();
    report.pairs += row.pairs.length;
    for (const { axis, conditions } of row.pairs) {
      const condition = conditionFor({ conditions });
      const counts = (report.counts[axis] ??= {});
      counts[condition] = (counts[condition] ?? 0) + 1;
    }
    yield { pairs: row.pairs, images: written };
  }
  // In the hidden folder: it is moved into place with the set.
  await writeJsonAtomic(join(folder, IMPORT_REPORT), report);
}
