// @module-tag slow
/** What a plan expects against what a small run takes: counts and bytes, memory, time by what earlier runs recorded. */
import { execFile } from 'node:child_process';
import { mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { planStudy, type StudyPlan } from '../../study/estimate/estimate.ts';
import { studyOf } from '../../study/config/read.ts';
import { runStudy } from '../../study/run-study.ts';
import { studySchema, type Study } from '../../study/config/schema.ts';
import { openRun } from '../../study/record.ts';
import { MACHINE, mergedTimings, timingFor, type Timing } from '../../study/estimate/timings.ts';
import { temporaryFolder } from '../extractors/support.ts';
import { slidingViews, vit } from './sliding-views.ts';

vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 });

const NAME = 'llava-tiny-shortcut';
const configOf = (scenes: number): Record<string, unknown> => ({
  version: 1,
  out: 'run',
  seed: 4,
  checkpoints: [join(process.cwd(), 'checkpoints', NAME)],
  sets: [{ name: 'small', generator: 'perspective', scenes }],
  layers: ['text.3'],
  analyses: ['diagnose', { name: 'calibration' }, { name: 'cause', layers: ['text.3'], alphas: [1] }],
});
const studyIn = (folder: string, scenes: number): Study =>
  studyOf(studySchema.parse(configOf(scenes)), { folder, where: 'study' });
const step = ({ steps }: StudyPlan, name: string): StudyPlan['steps'][number] =>
  steps.find((entry) => entry.step.startsWith(name))!;

async function bytesOf(...folders: string[]): Promise<number> {
  let sum = 0;
  for (const folder of folders.filter((path) => existsSync(path)))
    for (const name of await readdir(folder, { recursive: true }))
      sum += await stat(join(folder, name)).then((info) => (info.isFile() ? info.size : 0));
  return sum;
}

/** Within a factor of two. */
function expectAbout(estimated: number, real: number, what: string): void {
  expect(estimated / real, `${what}: estimated ${estimated}, really ${real}`).toBeGreaterThan(0.5);
  expect(estimated / real, `${what}: estimated ${estimated}, really ${real}`).toBeLessThan(2);
}

describe('a plan of a study', () => {
  let folder: string;
  let plan: StudyPlan;
  let peak: number;
  const out = (...path: string[]): string => join(folder, 'one', 'run', ...path);
  beforeAll(async () => {
    folder = await temporaryFolder();
    // A process of its own each: this one has run other things.
    await mkdir(join(folder, 'one'));
    const file = join(folder, 'one', 'study.yaml');
    await writeFile(file, JSON.stringify(configOf(16)));
    const apart = async (mode: string): Promise<{ plan: StudyPlan; peak: number }> =>
      JSON.parse(
        (
          await promisify(execFile)(process.execPath, ['--import', 'tsx', 'tests/study/run-apart.ts', mode, file], {
            maxBuffer: 1 << 24,
          })
        ).stdout,
      ) as { plan: StudyPlan; peak: number };
    ({ plan } = await apart('plan'));
    expect(existsSync(out())).toBe(false);
    ({ peak } = await apart('run'));
  });

  it('is within a factor of two of what the run takes on disk and in memory', async () => {
    expectAbout(step(plan, 'generate').bytes!, await bytesOf(out('sets')), 'sets');
    const states = out('states', NAME, 'small');
    const own = (await readdir(states, { withFileTypes: true })).filter((entry) => entry.isFile());
    const whole = (await Promise.all(own.map(({ name }) => stat(join(states, name))))).reduce(
      (sum, { size }) => sum + size,
      0,
    );
    expectAbout(step(plan, 'extract').bytes!, whole, 'states');
    expectAbout(step(plan, 'cause').bytes!, (await bytesOf(states, out('interventions'))) - whole, 'interventions');
    expectAbout(plan.bytes, await bytesOf(out('sets'), out('states'), out('interventions'), out('report')), 'all');
    expectAbout(plan.memory, peak, 'memory');
  });

  it('counts as many interventions as the run makes', async () => {
    expect(step(plan, 'cause').of).toMatch(
      new RegExp(
        `^${(await readdir(out('interventions', NAME, 'small'))).filter((name) => name.endsWith('.json')).length} interventions, `,
      ),
    );
  });

  it('gives every step a time, and says how it was got', () => {
    const analyses = [
      'behaviour',
      'geometry-last',
      'geometry-last-image-intervention',
      'geometry-patches-asked-image-intervention',
      'delta-pca-cited',
      'probes-last',
      'probes-words',
      'probes-patches',
      'calibration',
    ];
    expect(plan.steps.map(({ step: name }) => name)).toEqual([
      'generate small',
      `extract ${NAME} on small`,
      ...analyses.map((name) => `${name} of ${NAME} on small`),
      `cause-1 of ${NAME} on small`,
      'report on small',
    ]);
    const by = plan.steps.map((entry) => entry.by);
    expect(by[0]).toMatch(/^measured: 9 and 27 scenes/);
    expect(by[1]).toMatch(/^measured: \d+ and \d+ items/);
    for (const [i, name] of analyses.entries())
      expect(by[2 + i], name).toMatch(
        name.includes('patches') ? /^likely left out: / : /^measured: \d+ items of noise/,
      );
    expect(by.slice(-2)).toEqual([expect.stringMatching(/^by extraction \(measured/), 'guess']);
    for (const { step: name, seconds, by: how } of plan.steps)
      if (!how.startsWith('likely left out')) expect(seconds, name).toBeGreaterThan(0);
    expect(plan.seconds).toBeCloseTo(
      plan.steps.reduce((sum, { seconds }) => sum + seconds, 0),
      9,
    );
  });

  it('goes by what a run beside it recorded, in proportion to n', async () => {
    const { timings } = (await openRun(out())).record;
    expect(timings.map(({ step: name, name: analysis }) => `${name} ${analysis}`.trim()).sort()).toEqual([
      'analysis behaviour',
      'analysis calibration',
      'analysis cause-1',
      'analysis delta-pca-cited',
      'analysis geometry-last',
      'analysis geometry-last-image-intervention',
      'analysis probes-last',
      'analysis probes-words',
      'extract',
      'report',
    ]);
    const recorded = (name: Timing['step'], analysis = ''): Timing =>
      timings.find((timing) => timing.step === name && timing.name === analysis)!;
    const beside = (scenes: number): Promise<StudyPlan> =>
      planStudy({ ...studyIn(folder, scenes), out: join(folder, 'one', `beside-${scenes}`) });
    const [same, more] = [await beside(16), await beside(64)];
    for (const [name, timing] of [
      ['extract', recorded('extract')],
      ['probes-last', recorded('analysis', 'probes-last')],
      ['calibration', recorded('analysis', 'calibration')],
    ] as const) {
      expect(step(same, name).by, name).toBe(`run run: ${timing.items} items`);
      expect(step(same, name).seconds, name).toBeCloseTo(timing.seconds, 6);
      expect(step(more, name).seconds / step(same, name).seconds, name).toBeCloseTo(4, 6);
    }
    expect(step(more, 'report').seconds).toBeCloseTo(recorded('report').seconds, 6);
    expect(step(more, 'cause').seconds / step(same, 'cause').seconds).toBeCloseTo(4, 6);
    expect(step(more, 'generate').of).toBe('144 scenes, 576 pictures');
    expect(step(more, 'generate').bytes! / step(same, 'generate').bytes!).toBeCloseTo(4, 1);
  });

  it('knows what is there, and adds up only the rest', async () => {
    const again = await planStudy({ ...studyIn(join(folder, 'one'), 16), report: false });
    expect(again.steps.filter(({ done }) => done).map(({ step: name }) => name)).toEqual([
      'generate small',
      `extract ${NAME} on small`,
    ]);
    expect(again.seconds).toBeLessThan(again.steps.reduce((sum, { seconds }) => sum + seconds, 0));
  });
});

describe('a plan of a sweep', () => {
  it('has a time and the disk that it takes meanwhile', async () => {
    const folder = await temporaryFolder();
    const views = await slidingViews(join(folder, 'views'), 24);
    const checkpoint = await vit(join(folder, 'vit'));
    const study = (sets: object[]): Study =>
      studyOf(
        studySchema.parse({
          version: 1,
          out: 'run',
          checkpoints: [checkpoint],
          sets,
          report: false,
          keepDense: true,
          analyses: [{ name: 'correspondence' }],
        }),
        { folder, where: 'study' },
      );
    const own = study([{ name: 'views', folder: views }]);
    const plan = await planStudy(own);
    expect(plan.steps.map(({ step: name }) => name)).toEqual(['copy views', 'correspondence of vit on views']);
    expect(step(plan, 'correspondence')).toMatchObject({ of: '48 pictures', by: 'measured: 12 pictures just now' });
    expect(step(plan, 'correspondence').seconds).toBeGreaterThan(0);
    await runStudy(own);
    expectAbout(step(plan, 'correspondence').bytes!, await bytesOf(join(own.out, 'states')), 'dense states');
    const words = await planStudy(study([{ name: 'words', generator: 'text', scenes: 4 }]));
    expect(step(words, 'correspondence').by).toMatch(/^likely refused: no item of this set has correspondences/);
  });
});

describe('timings', () => {
  const timing = (extra: Partial<Timing>): Timing => ({
    step: 'extract',
    name: '',
    checkpoint: 'a',
    generator: 'perspective',
    items: 10,
    layers: 2,
    width: 64,
    seconds: 1,
    machine: MACHINE,
    ...extra,
  });

  it('of the same work: the one of more items stays, of as many the newer', () => {
    expect(
      mergedTimings(
        [timing({ items: 20 }), timing({ generator: 'text', seconds: 3 })],
        [timing({ items: 10 }), timing({ generator: 'text', seconds: 4 })],
      ).map(({ items, seconds }) => [items, seconds]),
    ).toEqual([
      [20, 1],
      [10, 4],
    ]);
  });

  it('are taken of the same checkpoint and kind of set, then of the same checkpoint, never of another one\u2019s extraction', () => {
    const known = [
      timing({ checkpoint: 'b', items: 900 }),
      timing({ generator: 'text', items: 50 }),
      timing({ items: 20 }),
    ].map((own) => ({ ...own, run: 'r' }));
    expect(timingFor(known, { step: 'extract', checkpoint: 'a', generator: 'perspective' })!.items).toBe(20);
    expect(timingFor(known, { step: 'extract', checkpoint: 'a', generator: 'views' })!.items).toBe(50);
    expect(timingFor(known, { step: 'extract', checkpoint: 'c', generator: 'perspective' })).toBeNull();
    const analyses = [timing({ step: 'analysis', name: 'mdl', checkpoint: 'b' })].map((own) => ({ ...own, run: 'r' }));
    expect(timingFor(analyses, { step: 'analysis', name: 'mdl', checkpoint: 'c', generator: 'text' })!.checkpoint).toBe(
      'b',
    );
    expect(
      timingFor(analyses, { step: 'analysis', name: 'mlp', checkpoint: 'b', generator: 'perspective' }),
    ).toBeNull();
  });
});
