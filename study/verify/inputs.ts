/** What results are computed from, checked by itself: recorded bytes, pictures, pairs, states and answers. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  hasContrastSet,
  pixelHash,
  readContrastSet,
  readContrastSetHeader,
  readPixels,
} from '../../contrast-sets/index.ts';
import { answerSchema, type Answer } from '../../core/artifacts/answers.ts';
import type { ContrastSet } from '../../core/artifacts/contrast-set.ts';
import type { HiddenStates } from '../../core/artifacts/hidden-states.ts';
import type { AnalysisInput } from '../../core/definitions/analysis.ts';
import { hashFile } from '../../core/formats/hash.ts';
import { shardFile, shardRows } from '../../core/formats/hidden-states.ts';
import { parseJsonl, readJsonl } from '../../core/formats/jsonl.ts';
import { readSafetensorsHeader } from '../../core/formats/safetensors.ts';
import type { OnProgress } from '../../core/progress.ts';
import { ANSWERS_FILE, openHiddenStates } from '../../extractors/index.ts';
import type { RunCell, RunContents } from '../record.ts';
import type { Ledger } from './ledger.ts';

interface Context {
  readonly onProgress?: OnProgress | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The bytes of states and answers. Results are compared value by value instead. */
export async function verifyFiles({ run, record }: RunContents, ledger: Ledger, { signal }: Context): Promise<void> {
  for (const [file, hash] of Object.entries(record.files)) {
    if (file.startsWith('results/')) continue;
    const path = join(run.path, file);
    if (!existsSync(path)) {
      if (!ofCheckpoint(file)) ledger.differs(path, '', 'is missing');
      continue;
    }
    if ((await hashFile(path, signal)) !== hash)
      ledger.differs(path, '', 'its bytes are not those that the run recorded');
    ledger.checked.states++;
  }
}

/**
 * What analyses that ask the checkpoint again keep of it: large, and without it the result is named as not computed
 * again.
 */
const ofCheckpoint = (file: string): boolean =>
  file.startsWith('interventions/') || (file.startsWith('states/') && file.split('/').length > 4);

/** The pictures and pairs of a set; null where it can't be read. */
export async function verifySet(
  { run }: RunContents,
  { folder, hash }: RunCell['set'],
  ledger: Ledger,
  { onProgress, signal }: Context,
): Promise<ContrastSet | null> {
  const directory = run.set(folder);
  if (!hasContrastSet(directory)) {
    ledger.differs(directory, '', 'the set is missing');
    return null;
  }
  const header = await ledger.attempt(join(directory, 'set.json'), () => readContrastSetHeader(directory));
  const pictures = Object.entries(header?.imageHashes ?? {});
  for (const [image, expected] of pictures) {
    signal?.throwIfAborted();
    const path = join(directory, image);
    await ledger.attempt(path, async () => {
      if (pixelHash(await readPixels(path)) !== expected)
        ledger.differs(path, '', 'its pixels are not those that set.json was written with');
    });
    ledger.checked.pictures++;
    const done = ledger.checked.pictures;
    onProgress?.({ stage: `verify ${folder}`, done, total: pictures.length, unit: 'pictures' });
  }
  const set = await ledger.attempt(join(directory, 'pairs.jsonl'), () => readContrastSet(directory));
  if (set !== null && set.header.hash !== hash) {
    const what = `is ${set.header.hash.slice(0, 12)}…, the run used ${hash.slice(0, 12)}…`;
    ledger.differs(join(directory, 'set.json'), 'hash', what);
  }
  return set;
}

/** States and answers of a cell; null where they can't be read. */
export async function verifyStates(
  { run }: RunContents,
  cell: RunCell,
  set: ContrastSet,
  ledger: Ledger,
): Promise<AnalysisInput | null> {
  const directory = run.states(cell.checkpoint.name, cell.set.folder);
  const file = join(directory, 'states.json');
  const states = await ledger.attempt(file, () => openHiddenStates(directory));
  if (states === null) return null;
  for (const what of ['checkpoint', 'set'] as const) {
    const [found, recorded] = [states.header[what].hash, cell[what].hash];
    if (found !== recorded)
      ledger.differs(file, `${what}.hash`, `is ${found.slice(0, 12)}…, the run recorded ${recorded.slice(0, 12)}…`);
  }
  const answers = await verifyAnswers(directory, states, ledger);
  return answers === undefined ? null : { set, states, answers };
}

/** `answers.jsonl` against the copy that the shards carry; null where there are none, undefined where unreadable. */
export async function verifyAnswers(
  directory: string,
  { header, items }: HiddenStates,
  ledger: Ledger,
): Promise<readonly Answer[] | null | undefined> {
  const file = join(directory, ANSWERS_FILE);
  if (!existsSync(file)) return null;
  const answers = await ledger.attempt(file, () => readJsonl(file, answerSchema));
  if (answers === null) return undefined;
  const known = new Set(items);
  const stranger = answers.find(({ item }) => !known.has(item));
  if (stranger !== undefined) ledger.differs(file, stranger.item, 'no item of the states has this id');
  const copies = new Map<string, Answer>();
  for (const i of shardRows(header).keys()) {
    const path = join(directory, shardFile(i));
    const head = await ledger.attempt(path, () => readSafetensorsHeader(path));
    const lines = head?.metadata['plumbline.answers'];
    if (lines !== undefined)
      for (const answer of parseJsonl(lines, answerSchema, path)) copies.set(answer.item, answer);
  }
  for (const answer of answers) {
    ledger.checked.answers++;
    const copy = copies.get(answer.item);
    if (copy !== undefined) ledger.compare(file, answer.item, answer, copy, 'the shard holds');
  }
  return answers.length === 0 ? null : answers;
}
