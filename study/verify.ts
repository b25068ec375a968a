/**
 * For reviewers: every number of a run computed again from what lies in its folder, and everything that differs from
 * what is stored. No checkpoint is needed, but where `cause` or `sweep` kept nothing of what the checkpoint gave: such
 * results are named, or computed with the checkpoint at hand.
 *
 * Checked are the pairs, the decoded pixels, the ids of states and answers, the bytes of states (where the run recorded
 * them), every result, and the report, drawn again.
 */
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative, sep } from 'node:path';
import { z } from 'zod';
import {
  hasContrastSet,
  pixelHash,
  readContrastSetHeader,
  readContrastSet,
  readPixels,
} from '../contrast-sets/index.ts';
import { answerSchema, type Answer } from '../core/artifacts/answers.ts';
import type { ContrastSet } from '../core/artifacts/contrast-set.ts';
import type { HiddenStates } from '../core/artifacts/hidden-states.ts';
import { causeSchema } from '../core/artifacts/results/cause.ts';
import { correspondenceSchema } from '../core/artifacts/results/correspondence.ts';
import { messageOf, PlumblineError } from '../core/errors.ts';
import { hashFile } from '../core/formats/hash.ts';
import { shardFile, shardRows } from '../core/formats/hidden-states.ts';
import { readJson } from '../core/formats/json.ts';
import { parseJsonl, readJsonl } from '../core/formats/jsonl.ts';
import { readSafetensorsHeader } from '../core/formats/safetensors.ts';
import type { OnProgress } from '../core/progress.ts';
import { VERSION } from '../core/version.ts';
import { ANSWERS_FILE, checkpointHash, openHiddenStates, type Checkpoint } from '../extractors/index.ts';
import { writeReport, type CheckpointReport } from '../reports/index.ts';
import { analyse } from './analyse.ts';
import { analyseCell } from './config/analyse-cell.ts';
import { reportOf, type PlannedReport } from './config/report.ts';
import { needsStates } from './config/run.ts';
import { storedStudySchema, type Study } from './config/schema.ts';
import { reportTexts, withExtras } from './report.ts';
import { openCheckpoints } from './open-checkpoints.ts';
import {
  openRun,
  resultNames,
  STUDY_FILE,
  studyRecordSchema,
  sweptCells,
  type RunCell,
  type RunContents,
} from './run-contents.ts';
import { readResult, type stored } from './run-folder.ts';
import { readSweep, SWEEP_FILE, type SweepRecord, type SweptResult } from './sweep.ts';
import { valuesApart, type Apart } from './values-apart.ts';
import { recomputeCause } from './verify/cause.ts';
import { NotKept } from './verify/not-kept.ts';
import { recomputeSweep, verifySweepRecord } from './verify/sweep.ts';

export interface VerifyOptions {
  readonly run: string;
  /**
   * Largest difference of two numbers that counts as none, relative to the larger one (absolute below 1); defaults to
   * *0*. Another machine or thread count sums in another order.
   */
  readonly tolerance?: number;
  /** Draw the report again and compare its files; defaults to *true*. */
  readonly report?: boolean;
  /**
   * Folders of the run's checkpoints, told by their hash: they give what a result was computed from and the run doesn't
   * keep. Defaults to *none*.
   */
  readonly checkpoints?: readonly string[];
  readonly onProgress?: OnProgress;
  readonly signal?: AbortSignal;
}

export interface Difference {
  /** File inside the run folder. */
  readonly file: string;
  /** Place in it, e.g. `cells[3].accuracy.value`; empty for the file as a whole. */
  readonly place: string;
  /** What is wrong, with the stored and the computed value. */
  readonly what: string;
}

export interface Verification {
  readonly run: string;
  readonly differences: readonly Difference[];
  /** What was compared, by kind. */
  readonly checked: {
    readonly pictures: number;
    readonly states: number;
    readonly answers: number;
    readonly results: number;
    readonly numbers: number;
    readonly reportFiles: number;
  };
  /** Largest relative difference between a stored number and the computed one. */
  readonly largest: number;
  /** Results that were not computed again, and why: they don't count as verified. */
  readonly notRecomputed: readonly { readonly file: string; readonly because: string }[];
  /** What else could not be checked, and why. */
  readonly unchecked: readonly string[];
}

/**
 * Verifies a finished run.
 * @throws {PlumblineError} `not-a-run`, `other-version` (numbers of another version of this program need not agree)
 */
export async function verify({
  run: path,
  tolerance = 0,
  report = true,
  checkpoints = [],
  onProgress,
  signal,
}: VerifyOptions): Promise<Verification> {
  const contents = await openRun(path);
  if (contents.plumbline !== VERSION) {
    throw new PlumblineError(
      'other-version',
      `this run was made by plumbline ${contents.plumbline}, this is ${VERSION}`,
      {
        where: contents.run.path,
        hint: `verify it with the version that made it: npx plumbline@${contents.plumbline} verify …`,
      },
    );
  }
  const known = new Map<string, Checkpoint>();
  for (const checkpoint of checkpoints.length === 0 ? [] : await openCheckpoints(checkpoints))
    known.set(await checkpointHash(checkpoint, signal), checkpoint);
  return new Verifier(contents, known, tolerance, onProgress, signal).verify(report);
}

class Verifier {
  private readonly contents: RunContents;
  /** Checkpoints at hand, by their hash. */
  private readonly checkpoints: ReadonlyMap<string, Checkpoint>;
  private readonly tolerance: number;
  private readonly onProgress: OnProgress | undefined;
  private readonly signal: AbortSignal | undefined;
  private readonly differences: Difference[] = [];
  private readonly unchecked: string[] = [];
  private readonly notRecomputed: { file: string; because: string }[] = [];
  private readonly checked = { pictures: 0, states: 0, answers: 0, results: 0, numbers: 0, reportFiles: 0 };
  private readonly computed = new Set<string>();
  private largest = 0;

  constructor(
    contents: RunContents,
    checkpoints: ReadonlyMap<string, Checkpoint>,
    tolerance: number,
    onProgress?: OnProgress,
    signal?: AbortSignal,
  ) {
    this.contents = contents;
    this.checkpoints = checkpoints;
    this.tolerance = tolerance;
    this.onProgress = onProgress;
    this.signal = signal;
  }

  async verify(report: boolean): Promise<Verification> {
    const { run, made } = this.contents;
    const swept = existsSync(join(run.path, SWEEP_FILE))
      ? await this.attempt(join(run.path, SWEEP_FILE), () => readSweep(run.path))
      : null;
    const cells = [
      ...new Map(
        [...this.contents.cells, ...(swept === null ? [] : sweptCells(swept))].map((cell) => [placeOf(cell), cell]),
      ).values(),
    ];
    await this.recordedFiles();
    const sets = new Map<string, ContrastSet>();
    for (const { set } of new Map(cells.map((cell) => [cell.set.folder, cell])).values()) {
      const read = await this.set(set);
      if (read !== null) sets.set(set.folder, read);
    }
    const study = made === 'study' ? await readJson(join(run.path, STUDY_FILE), studyRecordSchema) : null;
    const config = study === null ? null : storedStudySchema.parse(study.config);
    const reports = new Map<string, CheckpointReport[]>();
    for (const cell of this.contents.cells) {
      const set = sets.get(cell.set.folder);
      if (set === undefined || made === 'sweep') continue;
      const found = await this.cell(cell, set, config);
      if (found !== null) reports.set(cell.set.folder, [...(reports.get(cell.set.folder) ?? []), found]);
    }
    const correspondences = await this.results(cells, sets);
    if (swept !== null) await this.sweep(swept, correspondences);
    if (report) {
      for (const [folder, checkpoints] of reports) {
        const planned =
          study === null
            ? await this.diagnosis(checkpoints)
            : reportOf({ study: config!, folder, checkpoints, command: study.command, run });
        if (planned !== null) await this.report(planned, sets.get(folder)!);
      }
    }
    return {
      run: run.path,
      differences: this.differences,
      checked: this.checked,
      largest: this.largest,
      notRecomputed: this.notRecomputed,
      unchecked: this.unchecked,
    };
  }

  private differs(path: string, place: string, what: string): void {
    this.differences.push({ file: this.inRun(path), place, what });
  }

  private inRun(path: string): string {
    return relative(this.contents.run.path, path).split(sep).join('/');
  }

  /** Runs a check; what it throws is a difference of that file. */
  private async attempt<T>(path: string, check: () => Promise<T>): Promise<T | null> {
    try {
      return await check();
    } catch (error) {
      if (!(error instanceof PlumblineError) || error.code === 'interrupted') throw error;
      this.differs(error.where?.startsWith(this.contents.run.path) ? error.where : path, '', messageOf(error));
      return null;
    }
  }

  /** The bytes of states and answers. Results are compared value by value instead. */
  private async recordedFiles(): Promise<void> {
    const { files, run, made } = this.contents;
    if (files === null) {
      if (made !== 'sweep')
        this.unchecked.push(
          'hashes of states and answers: this run recorded none, they are checked through the numbers alone',
        );
      return;
    }
    for (const [file, hash] of Object.entries(files)) {
      if (file.startsWith('results/')) continue;
      const path = join(run.path, file);
      if (!existsSync(path)) {
        if (!ofCommand(file)) this.differs(path, '', 'is missing');
        continue;
      }
      if ((await hashFile(path, this.signal)) !== hash)
        this.differs(path, '', 'its bytes are not those that the run recorded');
      this.checked.states++;
    }
  }

  private async set({ folder, hash }: RunCell['set']): Promise<ContrastSet | null> {
    const { made, setDirectory } = this.contents;
    const directory = setDirectory(folder);
    if (!hasContrastSet(directory)) {
      if (made === 'sweep')
        this.unchecked.push(`the set ${folder}: a sweep keeps none in its run, and there is none at ${directory}`);
      else this.differs(directory, '', 'the set is missing');
      return null;
    }
    const { imageHashes } = (await this.attempt(join(directory, 'set.json'), () =>
      readContrastSetHeader(directory),
    )) ?? { imageHashes: {} };
    const pictures = Object.entries(imageHashes);
    for (const [image, expected] of pictures) {
      this.signal?.throwIfAborted();
      const path = join(directory, image);
      await this.attempt(path, async () => {
        if (pixelHash(await readPixels(path)) !== expected)
          this.differs(path, '', 'its pixels are not those that set.json was written with');
      });
      this.checked.pictures++;
      this.onProgress?.({
        stage: `verify ${folder}`,
        done: this.checked.pictures,
        total: pictures.length,
        unit: 'pictures',
      });
    }
    const set = await this.attempt(join(directory, 'pairs.jsonl'), () => readContrastSet(directory));
    if (set !== null && set.header.hash !== hash)
      this.differs(
        join(directory, 'set.json'),
        'hash',
        `is ${set.header.hash.slice(0, 12)}…, the run used ${hash.slice(0, 12)}…`,
      );
    return set;
  }

  private async cell(cell: RunCell, set: ContrastSet, study: Study | null): Promise<CheckpointReport | null> {
    const { run, cells } = this.contents;
    const directory = run.states(cell.checkpoint.name, cell.set.folder);
    if (study !== null && !(needsStates(study, cell.set.folder) && existsSync(directory))) return null;
    const states = await this.attempt(join(directory, 'states.json'), () => openHiddenStates(directory));
    if (states === null) return null;
    for (const what of ['checkpoint', 'set'] as const) {
      if (states.header[what].hash !== cell[what].hash)
        this.differs(
          join(directory, 'states.json'),
          `${what}.hash`,
          `is ${states.header[what].hash.slice(0, 12)}…, the run recorded ${cell[what].hash.slice(0, 12)}…`,
        );
    }
    const answers = await this.answers(directory, states);
    if (answers === undefined) return null;
    const context = { run, keep: this.keep, onProgress: this.onProgress, signal: this.signal };
    return this.attempt(directory, async () => {
      if (study !== null) return (await analyseCell({ ...context, cell, cells, study })).report;
      return analyse({
        ...context,
        setFolder: cell.set.folder,
        set,
        states,
        answers,
        seed: (await run.readRecord()).seed,
      });
    });
  }

  /** `answers.jsonl` against the copy that the shards carry. */
  private async answers(
    directory: string,
    { header, items }: HiddenStates,
  ): Promise<readonly Answer[] | null | undefined> {
    const file = join(directory, ANSWERS_FILE);
    if (!existsSync(file)) return null;
    const answers = await this.attempt(file, () => readJsonl(file, answerSchema));
    if (answers === null) return undefined;
    const known = new Set(items);
    const stranger = answers.find(({ item }) => !known.has(item));
    if (stranger !== undefined) this.differs(file, stranger.item, 'no item of the states has this id');
    const copies = new Map<string, Answer>();
    for (const i of shardRows(header).keys()) {
      const path = join(directory, shardFile(i));
      const head = await this.attempt(path, () => readSafetensorsHeader(path));
      const lines = head?.metadata['plumbline.answers'];
      if (lines !== undefined)
        for (const answer of parseJsonl(lines, answerSchema, path)) copies.set(answer.item, answer);
    }
    for (const answer of answers) {
      this.checked.answers++;
      const copy = copies.get(answer.item);
      if (copy !== undefined) this.compare(file, answer.item, answer, copy, 'the shard holds');
    }
    return answers.length === 0 ? null : answers;
  }

  /** Computes a result anew and compares it with the stored one. */
  private readonly keep: typeof stored = async (path, _schema, provenance, compute) => {
    this.computed.add(path);
    const result = { ...(await compute()), provenance };
    const previous = await this.attempt(path, () => readJson(path, anyJson));
    if (previous !== null) this.compare(path, '', previous, JSON.parse(JSON.stringify(result)), 'computed');
    this.checked.results++;
    return result;
  };

  private compare(path: string, place: string, found: unknown, expected: unknown, by: string): void {
    const { apart, numbers, largest } = valuesApart(found, expected, this.tolerance);
    this.checked.numbers += numbers;
    this.largest = Math.max(this.largest, largest);
    for (const entry of apart) this.differs(path, [place, entry.place].filter(Boolean).join(': '), describe(entry, by));
  }

  /**
   * Results that nothing has computed yet: those of commands that run a checkpoint. Returns the correspondences as they
   * are stored.
   */
  private async results(cells: readonly RunCell[], sets: ReadonlyMap<string, ContrastSet>): Promise<SweptResult[]> {
    const { run, files } = this.contents;
    const correspondences: SweptResult[] = [];
    for (const cell of cells) {
      const [checkpoint, set] = [cell.checkpoint.name, cell.set.folder];
      for (const name of (await this.attempt(join(run.path, 'results', checkpoint, set), () =>
        resultNames(run, cell),
      )) ?? []) {
        const path = run.result(checkpoint, set, name);
        if (this.computed.has(path)) continue;
        const because = await this.recompute(name, path, cell, sets.get(set), (result) =>
          correspondences.push({ checkpoint, set, result }),
        );
        if (because === null) continue;
        const hash = files?.[this.inRun(path)];
        const same = hash !== undefined && (await hashFile(path)) === hash;
        if (hash !== undefined && !same) this.differs(path, '', 'its bytes are not those that the run recorded');
        this.notRecomputed.push({
          file: this.inRun(path),
          because: `${because}${same ? '; its bytes are those that the run recorded' : ''}`,
        });
      }
    }
    return correspondences;
  }

  /** Computes a result of `cause` or `sweep` again; returns why it couldn't. */
  private async recompute(
    name: string,
    path: string,
    cell: RunCell,
    set: ContrastSet | undefined,
    onCorrespondence: (result: SweptResult['result']) => void,
  ): Promise<string | null> {
    const { run } = this.contents;
    const checkpoint = this.checkpoints.get(cell.checkpoint.hash) ?? null;
    const common = {
      run,
      cell,
      checkpoint,
      compare: (file: string, kept: object, expected: object): void =>
        this.compare(file, '', kept, expected, 'computed'),
      onProgress: this.onProgress,
      signal: this.signal,
    };
    try {
      if (name === 'correspondence') {
        const stored = await this.attempt(path, () => readResult(path, correspondenceSchema));
        if (stored === null) return 'it can\u2019t be read';
        onCorrespondence(stored);
        if (set === undefined) return 'its set is missing';
        const result = await this.attempt(path, () => recomputeSweep({ ...common, set, stored }));
        return result === null ? 'what it was computed from can\u2019t be read' : this.recomputed(path, stored, result);
      }
      if (!name.startsWith('cause-')) return 'no analysis of this run makes it';
      const stored = await this.attempt(path, () => readResult(path, causeSchema));
      if (stored === null) return 'it can\u2019t be read';
      if (set === undefined) return 'its set is missing';
      const result = await this.attempt(path, async () => {
        const directory = run.states(cell.checkpoint.name, cell.set.folder);
        const states = await openHiddenStates(directory);
        const answers = await readJsonl(join(directory, ANSWERS_FILE), answerSchema);
        return recomputeCause({
          ...common,
          set,
          states,
          answers,
          stored,
          readAnswers: (folder, kept) => this.answers(folder, kept),
        });
      });
      return result === null ? 'what it was computed from can\u2019t be read' : this.recomputed(path, stored, result);
    } catch (error) {
      if (!(error instanceof NotKept)) throw error;
      return `${error.message}${this.checkpoints.size > 0 && checkpoint === null ? ', and none of the checkpoints given has its hash' : ''}`;
    }
  }

  private recomputed(path: string, stored: object, result: object): null {
    this.computed.add(path);
    this.compare(path, '', JSON.parse(JSON.stringify(stored)), JSON.parse(JSON.stringify(result)), 'computed');
    this.checked.results++;
    return null;
  }

  /** The record and table of a sweep sum up its results. */
  private async sweep(record: SweepRecord, results: readonly SweptResult[]): Promise<void> {
    const expected = sweptCells(record).map(({ checkpoint, set }) =>
      results.find((entry) => entry.checkpoint === checkpoint.name && entry.set === set.folder),
    );
    const found = expected.filter((entry) => entry !== undefined);
    if (found.length < expected.length)
      return this.differs(
        join(this.contents.run.path, SWEEP_FILE),
        'best',
        `${expected.length - found.length} of its ${expected.length} results are missing`,
      );
    await verifySweepRecord({
      run: this.contents.run,
      record,
      results: found,
      compare: (file, kept, computed) => this.compare(file, '', kept, computed, 'the results give'),
      differs: (file, place, what) => this.differs(file, place, what),
    });
  }

  private async diagnosis(checkpoints: readonly CheckpointReport[]): Promise<PlannedReport> {
    const { run } = this.contents;
    const record = await run.readRecord();
    return {
      directory: run.report,
      ...reportTexts(record, checkpoints),
      checkpoints: await withExtras(run, record.set.folder, checkpoints),
    };
  }

  /** Draws a report again from the computed results, elsewhere, and compares every file. */
  private async report({ directory, ...input }: PlannedReport, set: ContrastSet): Promise<void> {
    const folder = await mkdtemp(join(tmpdir(), 'plumbline-verify-'));
    try {
      await writeReport({ ...input, set, directory: folder, onProgress: this.onProgress, signal: this.signal });
      const [own, stored] = [await filesUnder(folder), await filesUnder(directory)];
      for (const file of new Set([...own, ...stored])) {
        const path = join(directory, file);
        this.checked.reportFiles++;
        if (!stored.includes(file)) this.differs(path, '', 'is missing from the report');
        else if (!own.includes(file)) this.differs(path, '', 'is no part of this report');
        else if (!(await readFile(path)).equals(await readFile(join(folder, file))))
          this.differs(path, '', 'is not what the computed results give when drawn again');
      }
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
}

const anyJson = z.looseObject({});
/** What `cause` and `sweep` keep of a checkpoint: large, and without it the result is named as not computed again. */
const ofCommand = (file: string): boolean =>
  file.startsWith('interventions/') || (file.startsWith('states/') && file.split('/').length > 4);
const placeOf = ({ checkpoint, set }: RunCell): string => JSON.stringify([checkpoint.name, set.folder]);

async function filesUnder(folder: string): Promise<string[]> {
  if (!existsSync(folder)) return [];
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .sort();
}

function describe({ found, expected }: Apart, by: string): string {
  const text = (value: unknown): string => (value === undefined ? 'nothing' : JSON.stringify(value)).slice(0, 120);
  return `stored is ${text(found)}, ${by} ${text(expected)}`;
}
