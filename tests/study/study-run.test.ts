// @module-tag slow
/** A study in one file, from YAML to results: executed, resumed, verified, gated and compared. */
import { existsSync } from 'node:fs';
import { cp, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Estimate } from '../../core/artifacts/results.ts';
import { planStudy, type StudyPlan } from '../../study/estimate/estimate.ts';
import { readStudy } from '../../study/config/read.ts';
import { runStudy, type StudyRun } from '../../study/run-study.ts';
import type { Study } from '../../study/config/schema.ts';
import { compare, compareRuns, readComparison } from '../../study/compare.ts';
import { gate } from '../../study/gate/gate.ts';
import { openRun } from '../../study/record.ts';
import { plannedSteps, runStep } from '../../study/run-study.ts';
import { verify } from '../../study/verify/verify.ts';

const CONFIG = `version: 1
out: run
seed: 4
checkpoints: [CHECKPOINTS/llava-tiny-shortcut, CHECKPOINTS/llava-tiny-balanced]
sets:
  - { name: small, generator: perspective, scenes: 12 }
  - { name: words, generator: text, scenes: 4 }
layers: [text.3]
report: false
analyses:
  - { name: diagnose, sets: [small] }
  - { name: comparison, sets: [small] }
  - frames
  - { name: behaviour, sets: [small] }
`;

let folder: string;
let study: Study;
let plan: StudyPlan;
let first: StudyRun;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plumbline-study-test-'));
  await writeFile(join(folder, 'study.yaml'), CONFIG.replaceAll('CHECKPOINTS', join(process.cwd(), 'checkpoints')));
  study = await readStudy(join(folder, 'study.yaml'));
  plan = await planStudy(study);
  first = await runStudy(study);
}, 600_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

async function times(directory: string): Promise<Record<string, number>> {
  const out: Record<string, number> = {};
  for (const name of await readdir(directory, { recursive: true })) {
    const info = await stat(join(directory, name));
    if (info.isFile() && name !== 'run.json' && !name.startsWith('steps')) out[name] = info.mtimeMs;
  }
  return out;
}

describe('a study', () => {
  it('leaves every result it names, and says what could not be made', async () => {
    expect(await readdir(join(study.out, 'results', 'llava-tiny-shortcut', 'small'))).toEqual(
      expect.arrayContaining([
        'behaviour.json',
        'comparison.json',
        'finding-vertical-distance.json',
        'geometry-last.json',
        'probes-last.json',
      ]),
    );
    expect(first.diagnosed.map(({ set, results }) => [set, results.name])).toEqual([
      ['small', 'llava-tiny-shortcut'],
      ['small', 'llava-tiny-balanced'],
    ]);
    expect(new Set(first.executed.skipped.map(({ analysis, set }) => `${analysis} ${set}`))).toEqual(
      new Set(['frames small', 'frames words']),
    );
  });

  it('redoes nothing the second time, and only what is missing', async () => {
    const before = await times(study.out);
    const lost = join('results', 'llava-tiny-balanced', 'small', 'probes-words.json');
    await rm(join(study.out, lost), { force: true });
    const again = await runStudy(study);
    const after = await times(study.out);
    expect(Object.keys(after).sort()).toEqual(Object.keys(before).sort());
    expect(Object.keys(after).filter((name) => after[name] !== before[name] && name !== lost)).toEqual([]);
    expect(again.record.files).toEqual(first.record.files);
  }, 120_000);

  it('was planned with its real counts and sizes, without leaving anything', async () => {
    const step = (name: string): StudyPlan['steps'][number] => plan.steps.find((entry) => entry.step === name)!;
    expect(plan.steps.every(({ done }) => !done)).toBe(true);
    expect(step('generate small').of).toBe('27 scenes, 108 pictures');
    expect(step('extract llava-tiny-shortcut on small').of).toBe('243 items × 1 layers');
    const states = join(study.out, 'states', 'llava-tiny-shortcut', 'small');
    const bytes = (await Promise.all((await readdir(states)).map((name) => stat(join(states, name))))).reduce(
      (sum, { size }) => sum + size,
      0,
    );
    const estimated = step('extract llava-tiny-shortcut on small').bytes!;
    expect(Math.abs(estimated / bytes - 1)).toBeLessThan(0.3);
    for (const { step: name, seconds } of plan.steps) expect(seconds, name).toBeGreaterThanOrEqual(0);
    expect(step('frames of llava-tiny-shortcut on small').by).toMatch(/^likely skipped: /);
    expect(plan.memory).toBeGreaterThan(50 << 20);
  });

  it('is a graph of steps, each of which can be executed by itself to the same bytes', async () => {
    const steps = await plannedSteps(study);
    expect(steps.every(({ done, kind }) => done || kind === 'record')).toBe(true);
    const known = new Set<string>();
    for (const { key, inputs } of steps) {
      expect(inputs.every((input) => known.has(input))).toBe(true);
      known.add(key);
    }
    expect(known.size).toBe(steps.length);
    const apart: Study = { ...study, out: join(folder, 'apart') };
    const own = await plannedSteps(apart);
    expect(own.map(({ key }) => key)).toEqual(steps.map(({ key }) => key));
    await expect(runStep(apart, own[1].key)).resolves.toMatchObject({ status: 'done' });
    const analysis = own.find(({ kind }) => kind === 'analysis')!;
    await expect(runStep(apart, analysis.key)).rejects.toMatchObject({ code: 'step-not-ready' });
    await expect(runStep(apart, 'no key')).rejects.toMatchObject({ code: 'unknown-step' });
    for (const { key } of own) await runStep(apart, key.slice(0, 16));
    const { record } = await openRun(apart.out);
    expect(record.files).toEqual(first.record.files);
    expect(record.studies[0].skipped).toEqual(first.executed.skipped);
  }, 240_000);

  it('verifies from its folder alone', async () => {
    const { differences, checked } = await verify({ run: study.out });
    expect(differences).toEqual([]);
    expect(checked.results).toBeGreaterThanOrEqual(2 * 7);
  }, 120_000);

  it('is gated on any of its results', async () => {
    const { rows } = await gate({
      run: study.out,
      config: {
        version: 1,
        rules: [
          { measure: 'behaviour.accuracy[axis=distance,condition=counter]', max: 0.4 },
          { measure: 'behaviour.gap[axis=distance]', within: [-0.5, 0.5] },
        ],
      },
    });
    expect(rows.map(({ checkpoint, outcome }) => `${checkpoint} ${outcome}`)).toEqual([
      'llava-tiny-shortcut pass',
      'llava-tiny-balanced fail',
      'llava-tiny-shortcut fail',
      'llava-tiny-balanced pass',
    ]);
  });

  it('is gated against a baseline in pairs, the geometry on the scenes that did not pick its layer', async () => {
    const rules = [
      'behaviour.accuracy[axis=distance,condition=counter]',
      'geometry.cueShare@picked',
      'geometry.coherence[axis=vertical,condition=all]@picked',
      'geometry.coherence[axis=distance,condition=counter]@text.3',
    ].map((measure) => ({
      measure,
      notWorseThanBaselineBy: 0,
      better: 'lower' as const,
      checkpoint: 'llava-tiny-balanced',
      baselineCheckpoint: 'llava-tiny-shortcut',
    }));
    const { rows } = await gate({ run: study.out, baseline: study.out, config: { version: 1, rules } });
    expect(rows.map(({ reason }) => reason.split('; ').at(-1))).toEqual([
      'paired, item by item',
      ...Array.from({ length: 2 }, () => 'paired, scene by scene, at text.3 on the scenes that did not pick it'),
      'paired, scene by scene',
    ]);
    for (const row of rows) {
      const [, before, difference] = /baseline \((\S+) .*? by (\S+) \[/
        .exec(row.reason)!
        .map((text) => Number(text.replace('−', '-')));
      // Printed to four digits: the paired difference is of the two numbers that the results hold, so it is on the same
      // scenes. A height share is cut at 1 there, the difference isn't.
      if (before !== 1)
        expect(Math.abs((row.value as Estimate).value! - before - difference), row.reason).toBeLessThan(1.5e-4);
    }
    expect(rows[1].outcome).toBe('pass');
  });

  it('takes a finished set from elsewhere, and refuses another under its name', async () => {
    const elsewhere: Study = {
      ...study,
      out: join(folder, 'elsewhere'),
      checkpoints: [study.checkpoints[1]],
      sets: [{ name: 'mine', folder: join(study.out, 'sets', 'small') }],
      analyses: [{ name: 'calibration' }],
      figures: { formats: ['svg'], width: 'column' },
    };
    const { executed } = await runStudy(elsewhere);
    expect(executed.skipped).toEqual([]);
    const drawn = (await readdir(join(elsewhere.out, 'figures'))).filter((name) => name.endsWith('.svg'));
    expect(drawn.length).toBeGreaterThan(0);
    const before = await times(join(elsewhere.out, 'figures'));
    await runStudy(elsewhere);
    expect(await times(join(elsewhere.out, 'figures'))).toEqual(before);
    expect(executed.cells.map(({ set }) => set.hash)).toEqual([first.executed.cells[0].set.hash]);
    await expect(
      runStudy({ ...elsewhere, sets: [{ name: 'mine', folder: join(study.out, 'sets', 'words') }] }),
    ).rejects.toMatchObject({ code: 'set-exists' });
  }, 120_000);
});

describe('compare', () => {
  it('finds the planted difference paired, ranks by it, and nothing between a run and itself', async () => {
    const { comparison, files, html } = await compareRuns({ runs: [study.out], out: join(folder, 'compared') });
    expect(comparison).toMatchObject({ paired: true, unpaired: null, training: null });
    const counter = comparison.differences.find(({ measure }) => measure === 'accuracy, distance, counter')!;
    expect(counter).toMatchObject({
      a: 'llava-tiny-shortcut',
      b: 'llava-tiny-balanced',
      paired: true,
      change: 'better',
    });
    expect(counter.difference.interval![0]).toBeGreaterThan(0.5);
    expect(counter.adjusted!).toBeLessThan(0.001);
    expect(comparison.differences.find(({ measure }) => measure === 'gap, distance')).toMatchObject({
      paired: true,
      change: 'better',
    });
    expect(comparison.ranking!.order).toMatchObject([
      { rank: 1, checkpoint: 'llava-tiny-balanced' },
      { rank: 2, checkpoint: 'llava-tiny-shortcut', apart: true },
    ]);
    expect(
      comparison.curves
        .find(({ measure }) => measure === 'height share')!
        .checkpoints.map(({ checkpoint }) => checkpoint),
    ).toEqual(['llava-tiny-shortcut', 'llava-tiny-balanced']);
    expect(await readComparison(join(folder, 'compared'))).toEqual(comparison);
    const folderOf = join(folder, 'compared', 'compare');
    expect(await readdir(join(folderOf, 'tables'))).toEqual(
      expect.arrayContaining(
        ['curves', 'differences', 'measures', 'ranking'].flatMap((name) =>
          ['csv', 'md', 'tex'].map((ending) => `${name}.${ending}`),
        ),
      ),
    );
    expect(await readdir(folderOf)).toEqual(
      expect.arrayContaining(['index.html', 'report.json', 'llava-tiny-balanced-minus-llava-tiny-shortcut.json']),
    );
    expect(html).toBe(join(folderOf, 'index.html'));
    const page = await readFile(html!, 'utf8');
    expect(page).toContain('First by accuracy, distance, counter is llava-tiny-balanced (1.00');
    expect(page).toContain(first.executed.cells[0].checkpoint.hash);
    expect(files.every((file) => existsSync(file))).toBe(true);
    const before = await times(folderOf);
    await compareRuns({ runs: [study.out], out: join(folder, 'compared') });
    expect(
      Object.entries(await times(folderOf)).filter(
        ([name, time]) => before[name] !== time && !name.endsWith('shortcut.json'),
      ),
    ).toEqual([]);
    const bare = await compareRuns({ runs: [study.out], out: join(folder, 'bare'), report: false });
    expect(bare).toMatchObject({ html: null, comparison });
    expect(await readdir(join(folder, 'bare', 'compare'))).toEqual([
      'llava-tiny-balanced-minus-llava-tiny-shortcut.json',
      'tables',
    ]);

    const twin = join(folder, 'twin');
    await cp(study.out, twin, { recursive: true });
    const same = await compare({ runs: [study.out, twin] });
    expect(same.checkpoints.map(({ name }) => name)).toEqual([
      'run/llava-tiny-shortcut',
      'run/llava-tiny-balanced',
      'twin/llava-tiny-shortcut',
      'twin/llava-tiny-balanced',
    ]);
    const itself = same.differences.filter(
      ({ a, b }) => a === 'run/llava-tiny-shortcut' && b === 'twin/llava-tiny-shortcut',
    );
    expect(itself.length).toBeGreaterThan(15);
    expect(
      itself.every(
        ({ difference, change }) => (difference.value ?? 0) === 0 && (change === 'open' || change === 'undirected'),
      ),
    ).toBe(true);
    expect(same.ranking!.order.map(({ rank }) => rank)).toEqual([1, 1, 3, 3]);
  }, 120_000);

  it('orders a series by its steps and says what got worse', async () => {
    const series = await compare({ runs: [study.out], steps: [200, 100] });
    expect(series.checkpoints.map(({ name, step }) => [name, step])).toEqual([
      ['llava-tiny-balanced', 100],
      ['llava-tiny-shortcut', 200],
    ]);
    expect(series.worse.map(({ measure }) => measure)).toEqual(
      expect.arrayContaining(['accuracy, distance, counter', 'gap, distance', 'height share']),
    );
    expect(series.worse.some(({ measure }) => measure.startsWith('accuracy, horizontal'))).toBe(false);
    expect(
      series.training!.measures.find(({ measure }) => measure === 'accuracy, distance, counter')!.slope.value,
    ).toBeLessThan(0);
    await expect(compare({ runs: [study.out], steps: [1] })).rejects.toMatchObject({ code: 'bad-option' });
    await expect(compare({ runs: [study.out], steps: [1, 1] })).rejects.toMatchObject({ code: 'bad-option' });
  });

  it('stands runs on different sets side by side and says so', async () => {
    const other: Study = {
      ...study,
      out: join(folder, 'other'),
      checkpoints: [study.checkpoints[1]],
      sets: [{ name: 'small', generator: 'perspective', scenes: 8, seed: 5 }],
      analyses: [{ name: 'diagnose' }],
    };
    await runStudy(other);
    const { paired, unpaired, differences, comparisons } = await compare({ runs: [study.out, other.out] });
    expect(paired).toBe(false);
    expect(unpaired).toMatch(/2 different sets/);
    expect(
      differences.filter(({ b }) => b.startsWith('other')).every((entry) => !entry.paired && entry.p === null),
    ).toBe(true);
    expect(comparisons.map(({ a }) => a)).toEqual(['run/llava-tiny-balanced']);
  }, 120_000);
});
