/**
 * A study as a graph of steps. Each step has a content key: equal keys mean equal work, whichever study asks for it, and
 * each can be executed by itself once its inputs are there.
 */
import { join } from 'node:path';
import { GENERATORS, hasContrastSet, readContrastSet, type Generator } from '../contrast-sets/index.ts';
import { PlumblineError } from '../core/errors.ts';
import { hashValue } from '../core/formats/hash.ts';
import { VERSION } from '../core/version.ts';
import type { ExtractOptions } from '../extractors/index.ts';
import { FINDINGS } from '../findings/index.ts';
import { ANALYSES } from './analyses.ts';
import { analysesOn } from './config/read.ts';
import { DIAGNOSE, type Study, type StudyAnalysis, type StudySet } from './config/schema.ts';
import { hashOfViews } from './views-hash.ts';
import { DIAGNOSIS, optionsOf, resultName, type AnalysisRequest } from './request.ts';

export const STEP_KINDS = ['set', 'states', 'analysis', 'findings', 'table', 'figures', 'report', 'record'] as const;
export type StepKind = (typeof STEP_KINDS)[number];

export interface Step {
  /** Content key, a sha-256 of what the step does and of the keys of its inputs. */
  readonly key: string;
  readonly kind: StepKind;
  /** e.g. `generate perspective`, `extract A on perspective`, `mdl-last of A on perspective`. */
  readonly title: string;
  /** Name of the checkpoint; null for steps over all of them. */
  readonly checkpoint: string | null;
  /** Folder of the set in the run; null for steps over all of them. */
  readonly set: string | null;
  /** What an analysis step computes. */
  readonly request: AnalysisRequest | null;
  /** Keys of the steps that must be done before. */
  readonly inputs: readonly string[];
  /** Files and folders that it leaves, relative to the run folder; a skipped step leaves none. */
  readonly outputs: readonly string[];
}

/** A checkpoint as far as steps depend on it. */
export interface StepCheckpoint {
  readonly name: string;
  readonly hash: string;
}

/** Sets whose analyses need the states of whole pictures and prompts; correspondence reads its own. */
const needsStates = (study: Study, set: string): boolean =>
  analysesOn(study, set).some(({ name }) => name === DIAGNOSE || ANALYSES[name].reads !== 'patches');

/** Whether a study judges a set: computes findings and reports them. */
export const isDiagnosed = (study: Study, set: string): boolean =>
  analysesOn(study, set).some(({ name }) => name === DIAGNOSE);

/** How a study reads hidden states. */
export const extractionOf = ({
  layers,
  selections,
  dtype,
}: Study): Pick<ExtractOptions, 'layers' | 'selections' | 'dtype'> => ({ layers, selections, dtype });

/** What a generator is asked for. */
export function parametersOfSet(set: Extract<StudySet, { generator: string }>): Record<string, unknown> {
  const generator: Generator = GENERATORS[set.generator];
  return { ...(set.scenes === undefined ? {} : generator.scaled(set.scenes)), ...set.parameters };
}

/** The analyses of a study on one set, spelt out, each result once. */
export function requestsOn(study: Study, set: string): AnalysisRequest[] {
  const requests = analysesOn(study, set).flatMap((analysis) =>
    analysis.name === DIAGNOSE ? DIAGNOSIS : [requestOf(analysis)],
  );
  // One that is asked for by name is no longer optional: if it can't be made, that is said.
  const byName = new Map<string, AnalysisRequest>();
  for (const request of requests) {
    const known = byName.get(resultName(request));
    if (known === undefined || known.optional === true) byName.set(resultName(request), request);
  }
  return [...byName.values()];
}

function requestOf({ name, selection, layers, ...others }: StudyAnalysis): AnalysisRequest {
  const options = Object.fromEntries(Object.entries(others).filter(([key]) => key !== 'sets'));
  return {
    name,
    selection: selection as AnalysisRequest['selection'],
    layers,
    options: optionsOf(ANALYSES[name], options),
  };
}

/**
 * All steps of a study, each after those that it needs.
 * @param checkpoints in the order of the study
 * @throws {PlumblineError} `set-not-found` when a set's folder holds none
 */
export async function stepsOf(
  study: Study,
  checkpoints: readonly StepCheckpoint[],
  setDirectory: (name: string) => string,
): Promise<Step[]> {
  return new StepBuilder(study, checkpoints, setDirectory).build();
}

type Draft = Omit<Step, 'key' | 'checkpoint' | 'set' | 'request'> &
  Partial<Pick<Step, 'checkpoint' | 'set' | 'request'>> & { readonly content: unknown };

class StepBuilder {
  private readonly study: Study;
  private readonly checkpoints: readonly StepCheckpoint[];
  private readonly setDirectory: (name: string) => string;
  private readonly steps: Step[] = [];

  constructor(study: Study, checkpoints: readonly StepCheckpoint[], setDirectory: (name: string) => string) {
    this.study = study;
    this.checkpoints = checkpoints;
    this.setDirectory = setDirectory;
  }

  async build(): Promise<Step[]> {
    const { study, checkpoints } = this;
    const sets = new Map<string, Step>();
    for (const set of study.sets) sets.set(set.name, await this.set(set));
    const cells = checkpoints.flatMap((checkpoint) =>
      study.sets.map(({ name }) => ({ checkpoint, set: sets.get(name)!, name })),
    );
    const states = new Map(
      cells
        .filter(({ name }) => needsStates(study, name))
        .map((cell) => [`${cell.checkpoint.name}/${cell.name}`, this.states(cell)] as const),
    );
    const analyses: Step[] = [];
    for (const { checkpoint, set, name } of cells) {
      const own = states.get(`${checkpoint.name}/${name}`);
      const of = { checkpoint, set, states: own, others: [...states.values()].filter((step) => step !== own) };
      const made = requestsOn(study, name).map((request) => this.analysis(request, of, analyses));
      if (isDiagnosed(study, name)) this.findings(checkpoint, name, made);
    }
    const done = [...this.steps];
    if (analyses.some(({ request }) => request!.name === 'correspondence')) this.table(analyses);
    if (study.figures !== false) this.figures(analyses);
    if (study.report !== false)
      for (const { name } of study.sets) if (isDiagnosed(study, name)) this.report(name, done);
    this.record();
    return this.steps;
  }

  private add({ content, ...draft }: Draft): Step {
    const key = hashValue({ plumbline: VERSION, kind: draft.kind, content, inputs: draft.inputs });
    const step: Step = { key, checkpoint: null, set: null, request: null, ...draft };
    this.steps.push(step);
    return step;
  }

  private async set(set: StudySet): Promise<Step> {
    const { seed } = this.study;
    const outputs = [`sets/${set.name}`];
    if ('generator' in set) {
      const { version }: Generator = GENERATORS[set.generator];
      const content = {
        name: set.name,
        generator: set.generator,
        version,
        seed: set.seed ?? seed,
        parameters: parametersOfSet(set),
      };
      return this.add({ kind: 'set', title: `generate ${set.name}`, set: set.name, inputs: [], outputs, content });
    }
    // Once it is copied, the run is whole without the folder that it came from.
    const there = this.setDirectory(set.name);
    const source = hasContrastSet(set.folder) ? set.folder : there;
    if (!hasContrastSet(source))
      throw new PlumblineError('set-not-found', 'no set in this folder', {
        where: set.folder,
        hint: 'give the folder of a finished set',
      });
    const read = await readContrastSet(source);
    const content = { name: set.name, hash: read.header.hash, views: await hashOfViews(read) };
    return this.add({ kind: 'set', title: `copy ${set.name}`, set: set.name, inputs: [], outputs, content });
  }

  private states({ checkpoint, set, name }: { checkpoint: StepCheckpoint; set: Step; name: string }): Step {
    return this.add({
      kind: 'states',
      title: `extract ${checkpoint.name} on ${name}`,
      checkpoint: checkpoint.name,
      set: name,
      inputs: [set.key],
      outputs: [`states/${checkpoint.name}/${name}`],
      content: { checkpoint, extraction: extractionOf(this.study) },
    });
  }

  private analysis(
    request: AnalysisRequest,
    of: { checkpoint: StepCheckpoint; set: Step; states: Step | undefined; others: readonly Step[] },
    analyses: Step[],
  ): Step {
    const { version, reads, uses } = ANALYSES[request.name];
    const name = resultName(request);
    const [checkpoint, set] = [of.checkpoint.name, of.set.set!];
    const used = analyses.filter(
      (step) => step.checkpoint === checkpoint && step.set === set && uses.includes(step.request!.name),
    );
    const read = reads === 'patches' ? [of.set] : [of.states!, ...(reads === 'several' ? of.others : [])];
    const step = this.add({
      kind: 'analysis',
      title: `${name} of ${checkpoint} on ${set}`,
      checkpoint,
      set,
      request,
      inputs: [...read, ...used].map(({ key }) => key),
      outputs: [`results/${checkpoint}/${set}/${name}.json`],
      content: {
        checkpoint: of.checkpoint,
        version,
        seed: this.study.seed,
        request: { ...request, optional: undefined },
      },
    });
    analyses.push(step);
    return step;
  }

  private findings({ name: checkpoint, hash }: StepCheckpoint, set: string, analyses: readonly Step[]): void {
    this.add({
      kind: 'findings',
      title: `findings of ${checkpoint} on ${set}`,
      checkpoint,
      set,
      inputs: analyses.map(({ key }) => key),
      outputs: FINDINGS.map(({ id }) => `results/${checkpoint}/${set}/finding-${id}.json`),
      content: { checkpoint, hash, findings: FINDINGS.map(({ id, version }) => ({ id, version })) },
    });
  }

  private table(analyses: readonly Step[]): void {
    const read = analyses.filter(({ request }) => request!.name === 'correspondence');
    this.add({
      kind: 'table',
      title: 'table of correspondences',
      inputs: read.map(({ key }) => key),
      outputs: ['sweep.csv'],
      content: null,
    });
  }

  private figures(analyses: readonly Step[]): void {
    this.add({
      kind: 'figures',
      title: 'figures of every result',
      inputs: analyses.map(({ key }) => key),
      outputs: ['figures'],
      content: this.study.figures,
    });
  }

  private report(set: string, before: readonly Step[]): void {
    this.add({
      kind: 'report',
      title: `report on ${set}`,
      set,
      inputs: before.filter((step) => step.set === set).map(({ key }) => key),
      outputs: [reportFolder(this.study, set)],
      content: this.study.report,
    });
  }

  private record(): void {
    this.add({
      kind: 'record',
      title: 'record of the run',
      inputs: this.steps.map(({ key }) => key),
      outputs: ['run.json'],
      content: null,
    });
  }
}

/** `report`, or `report/SET` where a study judges several sets. */
export function reportFolder(study: Study, set: string): string {
  const several = study.sets.filter(({ name }) => isDiagnosed(study, name)).length > 1;
  return several ? join('report', set) : 'report';
}
