/**
 * For reviewers: every number of a run computed again from what lies in its folder, and everything that differs from
 * what is stored. No checkpoint is needed, but where an analysis asked it again and kept nothing of what it gave: such
 * results are named, or computed with the checkpoint at hand.
 *
 * Checked are the pairs, the decoded pixels, the ids of states and answers, the bytes of states, every result, and the
 * report, drawn again.
 */
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative, sep } from 'node:path';
import { z } from 'zod';
import type { ContrastSet } from '../../core/artifacts/contrast-set.ts';
import type { Finding } from '../../core/artifacts/results/finding.ts';
import type { Stamped } from '../../core/artifacts/results.ts';
import type { AnalysisInput } from '../../core/definitions/analysis.ts';
import { PlumblineError } from '../../core/errors.ts';
import { hashFile } from '../../core/formats/hash.ts';
import { readJson } from '../../core/formats/json.ts';
import type { OnProgress } from '../../core/progress.ts';
import { VERSION } from '../../core/version.ts';
import { checkpointHash, type Checkpoint } from '../../extractors/index.ts';
import { writeReport } from '../../reports/index.ts';
import { ANALYSES } from '../analyses.ts';
import { runAnalysis } from '../execute/analysis.ts';
import { readCell } from '../execute/cell-results.ts';
import { besideOf, judge, noStates } from '../execute/executor.ts';
import { openCheckpoints } from '../open-checkpoints.ts';
import { cellKey, openRun, resultNames, type ExecutedStudy, type RunCell, type RunContents } from '../record.ts';
import { reportOf, reportsOf, type RunReport } from '../report.ts';
import { resultName, type AnalysisRequest } from '../request.ts';
import type { stored } from '../run-folder.ts';
import { isDiagnosed, requestsOn } from '../steps.ts';
import { readSwept, SWEEP_TABLE, sweepCsv } from '../sweep-table.ts';
import { verifyFiles, verifySet, verifyStates } from './inputs.ts';
import { KeptAccess } from './kept-access.ts';
import { Ledger, type Verification } from './ledger.ts';
import { NotKept } from './not-kept.ts';

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
  readonly checkpoints?: readonly string[] | undefined;
  readonly onProgress?: OnProgress;
  readonly signal?: AbortSignal;
}

/**
 * Verifies a finished run.
 * @throws {PlumblineError} `not-a-run`, `old-run`, `other-version` (numbers of another version of this program need not
 * agree)
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
  const { plumbline } = contents.record;
  if (plumbline !== VERSION) {
    throw new PlumblineError('other-version', `this run was made by plumbline ${plumbline}, this is ${VERSION}`, {
      where: contents.run.path,
      hint: `verify it with the version that made it: npx plumbline@${plumbline} verify …`,
    });
  }
  const known = new Map<string, Checkpoint>();
  for (const checkpoint of checkpoints.length === 0 ? [] : await openCheckpoints(checkpoints))
    known.set(await checkpointHash(checkpoint, signal), checkpoint);
  return new Verifier(contents, known, new Ledger(contents.run.path, tolerance), { onProgress, signal }).verify(report);
}

class Verifier {
  private readonly contents: RunContents;
  /** Checkpoints at hand, by their hash. */
  private readonly checkpoints: ReadonlyMap<string, Checkpoint>;
  private readonly ledger: Ledger;
  private readonly context: Pick<VerifyOptions, 'onProgress' | 'signal'>;
  private readonly sets = new Map<string, ContrastSet>();
  private readonly inputs = new Map<string, AnalysisInput>();
  /** Results computed again, by the path of their file; null for those that could not be. */
  private readonly computed = new Map<string, Stamped<object> | null>();

  constructor(
    contents: RunContents,
    checkpoints: ReadonlyMap<string, Checkpoint>,
    ledger: Ledger,
    context: Pick<VerifyOptions, 'onProgress' | 'signal'>,
  ) {
    this.contents = contents;
    this.checkpoints = checkpoints;
    this.ledger = ledger;
    this.context = context;
  }

  async verify(report: boolean): Promise<Verification> {
    const { contents, ledger, context } = this;
    const { record, cells } = contents;
    await verifyFiles(contents, ledger, context);
    for (const { set } of new Map(cells.map((cell) => [cell.set.folder, cell])).values()) {
      const read = await verifySet(contents, set, ledger, context);
      if (read !== null) this.sets.set(set.folder, read);
    }
    // Of two studies that wrote one result, the later one's lies there.
    for (const executed of [...record.studies].reverse())
      for (const cell of executed.cells) await this.cell(executed, cell);
    await this.strangers();
    await this.table();
    if (report) for (const drawn of reportsOf(contents.run, record)) await this.report(drawn);
    return ledger.result();
  }

  /** States and answers of a cell, opened and checked once. */
  private async input(cell: RunCell): Promise<AnalysisInput | null> {
    const known = this.inputs.get(cellKey(cell));
    if (known !== undefined) return known;
    const set = this.sets.get(cell.set.folder);
    const input = set === undefined ? null : await verifyStates(this.contents, cell, set, this.ledger);
    if (input !== null) this.inputs.set(cellKey(cell), input);
    return input;
  }

  private async cell(executed: ExecutedStudy, cell: RunCell): Promise<void> {
    const { study } = executed;
    const set = this.sets.get(cell.set.folder);
    const requests = requestsOn(study, cell.set.folder);
    let input: AnalysisInput | null = null;
    if (set !== undefined && requests.some(({ name }) => ANALYSES[name].reads !== 'patches'))
      input = await this.input(cell);
    const results: Stamped<object>[] = [];
    for (const request of requests) {
      this.context.signal?.throwIfAborted();
      const file = this.file(cell, request);
      const patches = ANALYSES[request.name].reads === 'patches';
      const own = patches && set !== undefined ? { set, states: noStates(cell), answers: null } : input;
      if (!this.computed.has(file)) this.computed.set(file, await this.result(executed, cell, request, own));
      const result = this.computed.get(file);
      if (result) results.push(result);
    }
    if (isDiagnosed(study, cell.set.folder) && input !== null)
      for (const finding of await judge(this.contents.run, cell, results, this.keep))
        this.computed.set(this.path(cell, `finding-${finding.id}`), finding);
  }

  private file(cell: RunCell, request: AnalysisRequest): string {
    return this.path(cell, resultName(request));
  }

  private path({ checkpoint, set }: RunCell, name: string): string {
    return this.contents.run.result(checkpoint.name, set.folder, name);
  }

  /** Computes one result again; null where it isn't there to be compared, or could not be computed. */
  private async result(
    { study, cells, device }: ExecutedStudy,
    cell: RunCell,
    request: AnalysisRequest,
    input: AnalysisInput | null,
  ): Promise<Stamped<object> | null> {
    const { contents, ledger, context } = this;
    const { run } = contents;
    const file = this.file(cell, request);
    if (input === null) {
      if (existsSync(file)) await this.notRecomputed(file, 'what it was computed from can\u2019t be read');
      return null;
    }
    const { reads, uses } = ANALYSES[request.name];
    const checkpoint = this.checkpoints.get(cell.checkpoint.hash) ?? null;
    const access = new KeptAccess({ run, cell, ...input, checkpoint, ledger, ...context });
    try {
      return await runAnalysis({
        request,
        input,
        others: reads === 'several' ? await this.others(cells, cell) : [],
        results: requestsOn(study, cell.set.folder)
          .filter(({ name }) => uses.includes(name))
          .flatMap((used) => this.computed.get(this.file(cell, used)) ?? []),
        checkpoint: reads === 'checkpoint' || reads === 'patches' ? access : null,
        seed: study.seed,
        beside: await besideOf(reads === 'patches' ? input.set : null, device),
        file,
        keep: this.keep,
        ...context,
      });
    } catch (error) {
      if (error instanceof NotKept) {
        const strange = this.checkpoints.size > 0 && checkpoint === null;
        const because = `${error.message}${strange ? ', and none of the checkpoints given has its hash' : ''}`;
        if (existsSync(file)) await this.notRecomputed(file, because);
        return null;
      }
      if (!(error instanceof PlumblineError) || error.code === 'interrupted') throw error;
      // What could not be made then can't be made now.
      if (existsSync(file)) ledger.differs(file, '', error.message);
      return null;
    } finally {
      await access.close();
    }
  }

  private async others(cells: readonly RunCell[], cell: RunCell): Promise<AnalysisInput[]> {
    const found: AnalysisInput[] = [];
    for (const other of cells) {
      const { run } = this.contents;
      if (cellKey(other) === cellKey(cell)) continue;
      if (!existsSync(join(run.states(other.checkpoint.name, other.set.folder), 'states.json'))) continue;
      const input = await this.input(other);
      if (input !== null) found.push(input);
    }
    return found;
  }

  /** Computes a result anew and compares it with the stored one. */
  private readonly keep: typeof stored = async (path, _schema, provenance, compute) => {
    const result = { ...(await compute()), provenance };
    const previous = await this.ledger.attempt(path, () => readJson(path, anyJson));
    if (previous !== null) this.ledger.compare(path, '', previous, JSON.parse(JSON.stringify(result)), 'computed');
    this.ledger.checked.results++;
    return result;
  };

  private async notRecomputed(path: string, because: string): Promise<void> {
    const file = this.ledger.inRun(path);
    const hash = this.contents.record.files[file];
    const same = hash !== undefined && (await hashFile(path)) === hash;
    if (hash !== undefined && !same) this.ledger.differs(path, '', 'its bytes are not those that the run recorded');
    const bytes = same ? '; its bytes are those that the run recorded' : '';
    this.ledger.notRecomputed.push({ file, because: `${because}${bytes}` });
  }

  /** Results that no study of the run makes. */
  private async strangers(): Promise<void> {
    const { run, cells } = this.contents;
    for (const cell of cells)
      for (const name of await resultNames(run, cell)) {
        const path = this.path(cell, name);
        if (!this.computed.has(path)) await this.notRecomputed(path, 'no analysis of this run makes it');
      }
  }

  /** The table of a sweep sums up its results. */
  private async table(): Promise<void> {
    const { run, cells } = this.contents;
    const swept = await this.ledger.attempt(run.path, () => readSwept(run, cells));
    if (swept === null || swept.length === 0) return;
    const table = join(run.path, SWEEP_TABLE);
    if (!existsSync(table)) return this.ledger.differs(table, '', 'is missing');
    const [kept, expected] = [(await readFile(table, 'utf8')).split('\r\n'), sweepCsv(swept).split('\r\n')];
    const line = expected.findIndex((text, i) => kept[i] !== text);
    if (line >= 0 || kept.length !== expected.length) {
      const place = `line ${(line < 0 ? expected.length : line) + 1}`;
      this.ledger.differs(table, place, 'is not what the results give');
    }
  }

  private async report({ executed, folder, directory }: RunReport): Promise<void> {
    const { run } = this.contents;
    const { study, command, cells } = executed;
    const set = this.sets.get(folder);
    const own = cells.filter((cell) => cell.set.folder === folder && this.inputs.has(cellKey(cell)));
    if (set === undefined || own.length === 0) return;
    const checkpoints = [];
    for (const cell of own) {
      const read = await this.ledger.attempt(run.path, () => readCell(run, cell));
      if (read !== null) checkpoints.push(this.recomputed(cell, read));
    }
    const { title } = reportOf({ study, folder, checkpoints, command, run });
    await this.drawnAgain(directory, { title, command, checkpoints, set });
  }

  /** A cell with the computed results in the place of the stored ones. */
  private recomputed(cell: RunCell, read: Awaited<ReturnType<typeof readCell>>): typeof read {
    const byName = new Map(
      [...this.computed].flatMap(([path, result]) => (result === null ? [] : [[path, result] as const])),
    );
    const findings = read.findings.map(
      (finding) => (byName.get(this.path(cell, `finding-${finding.id}`)) as Stamped<Finding> | undefined) ?? finding,
    );
    const computed = [...byName.values()] as unknown as typeof read.results;
    const results = read.results.map(
      (result) => computed.find(({ provenance }) => provenance?.key === result.provenance?.key) ?? result,
    );
    return { ...read, findings, results };
  }

  /** Draws a report again from the computed results, elsewhere, and compares every file. */
  private async drawnAgain(
    directory: string,
    input: Omit<Parameters<typeof writeReport>[0], 'directory'>,
  ): Promise<void> {
    const folder = await mkdtemp(join(tmpdir(), 'plumbline-verify-'));
    try {
      await writeReport({ ...input, directory: folder, ...this.context });
      const [own, kept] = [await filesUnder(folder), await filesUnder(directory)];
      for (const file of new Set([...own, ...kept])) {
        const path = join(directory, file);
        this.ledger.checked.reportFiles++;
        if (!kept.includes(file)) this.ledger.differs(path, '', 'is missing from the report');
        else if (!own.includes(file)) this.ledger.differs(path, '', 'is no part of this report');
        else if (!(await readFile(path)).equals(await readFile(join(folder, file))))
          this.ledger.differs(path, '', 'is not what the computed results give when drawn again');
      }
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
}

const anyJson = z.looseObject({});

async function filesUnder(folder: string): Promise<string[]> {
  if (!existsSync(folder)) return [];
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .sort();
}
