import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll } from 'vitest';
import {
  checkSet,
  importSet,
  IMPORTERS,
  readContrastSet,
  type ImporterName,
  type ImportReport,
  type ImportSetOptions,
} from '../../../contrast-sets/index.ts';
import type { ContrastSet, Pair } from '../../../core/artifacts/contrast-set.ts';

/** What `tests/fixtures/benchmarks/make.py` wrote. */
export const FIXTURES = fileURLToPath(new URL('../../fixtures/benchmarks/', import.meta.url));

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'plumbline-import-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export interface Imported {
  readonly set: ContrastSet;
  readonly report: ImportReport;
  /** `FILE:LINE problem` of the rows left out, without the folder. */
  readonly problems: string[];
  /** The pair of an id. */
  readonly pair: (id: string) => Pair;
}

let count = 0;

/** Imports into a folder of its own, reads the set back and holds it against the set checker. */
export async function imported(
  folder: string,
  name: ImporterName,
  files: readonly string[],
  options: Partial<ImportSetOptions> = {},
): Promise<Imported> {
  const finished = await importSet({
    importer: IMPORTERS[name],
    files: files.map((file) => (file.startsWith('/') ? file : join(FIXTURES, file))),
    directory: join(folder, `${name}-${count++}`),
    ...options,
  });
  const { passed, results } = await checkSet(finished);
  if (!passed)
    throw new Error(
      results
        .filter(({ status }) => status === 'failed')
        .map(({ check, detail }) => `${check}: ${detail}`)
        .join('\n'),
    );
  const set = await readContrastSet(finished.directory);
  return {
    set,
    report: finished.report,
    problems: finished.report.badRows.map(({ where, problem }) => `${where.replaceAll(FIXTURES, '')} ${problem}`),
    pair: (id) => {
      const found = set.pairs.find((pair) => pair.id === id);
      if (found === undefined) throw new Error(`no pair ${id}: ${set.pairs.map((pair) => pair.id).join(', ')}`);
      return found;
    },
  };
}
