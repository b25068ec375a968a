/** Whether the report in a folder is already the one asked for. */
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { version as vegaVersion } from 'vega';
import { version as vegaLiteVersion } from 'vega-lite';
import { z } from 'zod';
import { sha256 } from '../core/formats/hash.ts';
import { readJson, stableJson } from '../core/formats/json.ts';
import { answersById, type ReportInput } from './input.ts';

/** Content key of a report: its results and its set. */
export async function reportKey({ title, command, checkpoints, set }: ReportInput): Promise<string> {
  const input = {
    title,
    command,
    set: set.header,
    checkpoints: checkpoints.map(({ answers, ...rest }) => ({ ...rest, answers: [...answersById(answers).values()] })),
  };
  return contentKey(input);
}

/** Content key of whatever a report is drawn from, this room's own code and the versions of what draws. */
export async function contentKey(input: object): Promise<string> {
  const canvas = (createRequire(import.meta.url)('canvas/package.json') as { version: string }).version;
  return sha256(
    [await ownCode(), vegaVersion, vegaLiteVersion, canvas, stableJson(JSON.parse(JSON.stringify(input)))].join('\n'),
  );
}

/** Hash over the files of this folder, so that a change to a figure draws it anew. */
async function ownCode(): Promise<string> {
  const folder = dirname(fileURLToPath(import.meta.url));
  const files = (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile() && /(?<!\.d)\.[jt]s$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));
  return sha256((await Promise.all(files.sort().map((file) => readFile(file, 'utf8')))).join('\n'));
}

const indexSchema = z.object({
  key: z.string(),
  missing: z.array(z.string()),
  figures: z.array(z.object({ files: z.array(z.string()) })),
  tables: z.array(z.object({ files: z.array(z.string()) })),
});

/**
 * Files of the complete report with this key, relative to the folder, or `null`. One with figures missing for want of
 * pictures is not reused.
 */
export async function reusable(
  directory: string,
  key: string,
): Promise<{ figures: string[]; tables: string[] } | null> {
  const index = await readJson(join(directory, 'report.json'), indexSchema).catch(() => null);
  if (index === null || index.key !== key || index.missing.some((entry) => entry.startsWith('contact sheet')))
    return null;
  const [figures, tables] = [index.figures.flatMap(({ files }) => files), index.tables.flatMap(({ files }) => files)];
  return ['index.html', ...figures, ...tables].every((file) => existsSync(join(directory, file)))
    ? { figures, tables }
    : null;
}
