/** The release gate: rules over the measures of a run, absolute or against a baseline run on the same sets. */
import { PlumblineError, messageOf } from '../../core/errors.ts';
import { z } from 'zod';
import { readJson } from '../../core/formats/json.ts';
import { closest } from '../../core/closest.ts';
import { openRun, resultNames, type RunCell, type RunContents } from '../record.ts';
import { readYaml } from '../config/yaml.ts';
import { CRITERIA, gateSchema, type GateConfig, type GateRule } from './config.ts';
import { findMeasure, parseMeasure, resultFile, type Measure, type MeasureValue } from './measure.ts';
import { againstBaseline, type Side } from './paired.ts';
import { decide, type Decision, type Outcome } from './rule.ts';

export interface GateRow extends Decision {
  readonly rule: string;
  readonly measure: string;
  /** What is asked, e.g. `max 0.15`. */
  readonly criterion: string;
  readonly checkpoint: string;
  readonly set: string;
  readonly value: MeasureValue | null;
  /** What to do about an error. */
  readonly hint?: string;
}

export interface GateReport {
  readonly run: string;
  readonly baseline: string | null;
  readonly outcome: Outcome;
  readonly rows: readonly GateRow[];
}

/** An error outweighs a failure, a failure what is open. */
export const EXIT_CODES: Readonly<Record<Outcome, number>> = { pass: 0, fail: 1, inconclusive: 2, error: 3 };

export interface GateOptions {
  /** Run folder of `diagnose`, `run` or `sweep`. */
  readonly run: string;
  /** `gate.yaml`, or what it says. */
  readonly config: string | GateConfig;
  /** Run folder that `notWorseThanBaselineBy` compares with; it must be on the same sets. */
  readonly baseline?: string;
}

/**
 * Decides all rules of a gate.
 * @throws {PlumblineError} `not-yaml`, `invalid-config`, `not-a-run`, `baseline-missing`, `other-set` (a baseline made
 * with another set)
 */
export async function gate(options: GateOptions): Promise<GateReport> {
  const { rules } = typeof options.config === 'string' ? await readYaml(options.config, gateSchema) : options.config;
  const own = await openRun(options.run);
  const baseline = options.baseline === undefined ? null : await openRun(options.baseline);
  if (baseline === null && rules.some((rule) => 'notWorseThanBaselineBy' in rule)) {
    throw new PlumblineError('baseline-missing', 'a rule compares with a baseline, and none is given', {
      where: typeof options.config === 'string' ? options.config : 'gate',
      hint: 'give the run folder of the baseline: --baseline RUN',
    });
  }
  if (baseline !== null) assertSameSets(own, baseline);
  const rows: GateRow[] = [];
  for (const rule of rules) rows.push(...(await decideRule(rule, own, baseline)));
  const outcome =
    (['error', 'fail', 'inconclusive'] as const).find((candidate) => rows.some((row) => row.outcome === candidate)) ??
    'pass';
  return { run: own.run.path, baseline: baseline?.run.path ?? null, outcome, rows };
}

function assertSameSets(own: RunContents, baseline: RunContents): void {
  const known = new Set(baseline.cells.map(({ set }) => set.hash));
  const foreign = own.cells.find(({ set }) => !known.has(set.hash));
  if (foreign === undefined) return;
  throw new PlumblineError(
    'other-set',
    `the baseline was made with another set: it has ${[...new Set(baseline.cells.map(({ set }) => set.folder))].join(', ')}, the run ${foreign.set.folder}, and their contents differ`,
    {
      where: baseline.run.path,
      hint: 'diagnose the baseline again with the same generator version, scenes and seed',
    },
  );
}

async function decideRule(rule: GateRule, own: RunContents, baseline: RunContents | null): Promise<GateRow[]> {
  const row = { rule: rule.name ?? rule.measure, measure: rule.measure, criterion: criterionOf(rule) };
  const failed = (error: unknown, checkpoint = rule.checkpoint ?? '', set = rule.set ?? ''): GateRow => {
    if (!(error instanceof PlumblineError)) throw error;
    return { ...row, checkpoint, set, value: null, outcome: 'error', reason: messageOf(error), hint: error.hint };
  };
  let measure: Measure;
  let cells: RunCell[];
  try {
    measure = parseMeasure(rule.measure);
    cells = await cellsOf(rule, measure, own);
  } catch (error) {
    return [failed(error)];
  }
  const rows: GateRow[] = [];
  for (const cell of cells) {
    const place = { checkpoint: cell.checkpoint.name, set: cell.set.folder };
    try {
      const side = await sideOf(measure, own, cell);
      const { value } = side.found;
      const relative =
        'notWorseThanBaselineBy' in rule && baseline !== null
          ? await againstBaseline(side, await sideOf(measure, baseline, counterpart(rule, cell, baseline)))
          : undefined;
      rows.push({ ...row, ...place, value, ...decide(rule, value, relative) });
    } catch (error) {
      rows.push(failed(error, place.checkpoint, place.set));
    }
  }
  return rows;
}

function criterionOf(rule: GateRule): string {
  const name = CRITERIA.find((criterion) => criterion in rule)!;
  const value = (rule as unknown as Record<string, unknown>)[name];
  return `${name} ${Array.isArray(value) ? `[${value.join(', ')}]` : String(value)}${'better' in rule ? `, ${rule.better} is better` : ''}`;
}

/** The cells that a rule is about: those named, else all of each checkpoint that have the result. */
async function cellsOf(rule: GateRule, measure: Measure, { cells, run }: RunContents): Promise<RunCell[]> {
  const names = [...new Set(cells.map(({ checkpoint }) => checkpoint.name))];
  const sets = [...new Set(cells.flatMap(({ set }) => [set.folder, set.name]))];
  assertKnown('checkpoint', rule.checkpoint, names);
  assertKnown('set', rule.set, sets);
  const chosen = cells.filter(
    ({ checkpoint, set }) =>
      (rule.checkpoint === undefined || checkpoint.name === rule.checkpoint) &&
      (rule.set === undefined || set.folder === rule.set || set.name === rule.set),
  );
  const holding: RunCell[] = [];
  for (const name of new Set(chosen.map(({ checkpoint }) => checkpoint.name))) {
    const own = chosen.filter(({ checkpoint }) => checkpoint.name === name);
    const files = await Promise.all(own.map((cell) => resultNames(run, cell)));
    const having = own.filter((_, i) => hasResult(measure, files[i]));
    // A checkpoint that has the result nowhere is an error, not a rule that says nothing.
    holding.push(...(having.length > 0 ? having : own.slice(0, 1)));
  }
  return holding;
}

function hasResult(measure: Measure, names: readonly string[]): boolean {
  try {
    resultFile(measure, names);
    return true;
  } catch {
    return false;
  }
}

function assertKnown(what: string, name: string | undefined, names: readonly string[]): void {
  if (name === undefined || names.includes(name)) return;
  const meant = closest(name, names);
  throw new PlumblineError(
    `unknown-${what}`,
    `the run has no ${what} \`${name}\`${meant === null ? '' : `; did you mean \`${meant}\`?`}`,
    { hint: `${what}s: ${names.join(', ')}` },
  );
}

function counterpart(
  rule: Extract<GateRule, { better: string }>,
  { checkpoint, set }: RunCell,
  baseline: RunContents,
): RunCell {
  const same = baseline.cells.filter((cell) => cell.set.hash === set.hash);
  const wanted = rule.baselineCheckpoint ?? (same.length === 1 ? same[0].checkpoint.name : checkpoint.name);
  const found = same.find((cell) => cell.checkpoint.name === wanted);
  if (found !== undefined) return found;
  throw new PlumblineError(
    'unknown-checkpoint',
    `the baseline has no checkpoint \`${wanted}\` on the set ${set.folder}`,
    {
      hint: `say which is compared with: baselineCheckpoint: ${same.map((cell) => cell.checkpoint.name).join(' or ')}`,
    },
  );
}

const anyResult = z.looseObject({
  analysis: z.string().optional(),
  provenance: z.looseObject({ seed: z.number() }).optional(),
});

async function sideOf(measure: Measure, contents: RunContents, cell: RunCell): Promise<Side> {
  const { run } = contents;
  const names = await resultNames(run, cell);
  const read = (name: string): Promise<z.output<typeof anyResult>> =>
    readJson(run.result(cell.checkpoint.name, cell.set.folder, name), anyResult);
  const result = await read(resultFile(measure, names));
  const found = findMeasure(measure, result, measure.layer === 'picked' ? await pickedLayer(names, read) : null);
  return { contents, cell, analysis: result.analysis ?? '', seed: result.provenance?.seed ?? null, found };
}

const picking = z.looseObject({ choice: z.looseObject({ layer: z.string().nullable() }) });

/** The layer that the reading cited by the verdict picks. */
async function pickedLayer(names: readonly string[], read: (name: string) => Promise<object>): Promise<string | null> {
  const reading = hasResult(GEOMETRY, names) ? picking.safeParse(await read(resultFile(GEOMETRY, names))) : undefined;
  return reading?.data?.choice.layer ?? null;
}

const GEOMETRY = parseMeasure('geometry.layer');
