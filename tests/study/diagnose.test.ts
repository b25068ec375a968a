// @module-tag slow
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { diagnose, rebuildReports, type Diagnosis } from '../../index.ts';
import { storedStudySchema } from '../../study/config/schema.ts';
import { openRun } from '../../study/record.ts';
import { runStudy } from '../../study/run-study.ts';

const CHECKPOINT = fileURLToPath(new URL('../../checkpoints/llava-tiny-balanced', import.meta.url));

let out: string;
let first: Diagnosis;
beforeAll(async () => {
  out = await mkdtemp(join(tmpdir(), 'plumbline-study-'));
  first = await diagnose({ checkpoints: [CHECKPOINT], out, scenes: 24, seed: 5 });
});
afterAll(() => rm(out, { recursive: true, force: true }));

async function filesUnder(directory: string): Promise<Map<string, number>> {
  const names = await readdir(directory, { recursive: true });
  const times = new Map<string, number>();
  for (const name of names) {
    const info = await stat(join(directory, name));
    if (info.isFile()) times.set(name, info.mtimeMs);
  }
  return times;
}

describe('diagnose', () => {
  it('names checkpoint, hash and finding, and does not judge from too few scenes', () => {
    const [{ name, hash, findings }] = first.summary.checkpoints;
    expect(name).toBe('llava-tiny-balanced');
    expect(hash).toMatch(/^[0-9a-f]{64}$/);
    expect(findings).toHaveLength(1);
    expect(findings[0]).toMatchObject({ id: 'vertical-distance', verdict: 'inconclusive' });
    expect(findings[0].reason).toMatch(/24 .* scenes are fewer than 100/);
    expect(findings[0]).toMatchObject({ axis: 'distance', cue: 'height', question: 'Is far up?' });
  });

  it('redoes nothing in a second run, and says the same', async () => {
    const before = await filesUnder(out);
    const second = await diagnose({ checkpoints: [CHECKPOINT], out, scenes: 24, seed: 5 });
    const after = await filesUnder(out);
    expect(second.summary).toEqual(first.summary);
    expect([...after.keys()].sort()).toEqual([...before.keys()].sort());
    const redone = [...after].filter(([name, time]) => before.get(name) !== time).map(([name]) => name);
    expect(redone.filter((name) => name !== 'run.json' && !/^(report|steps)/.test(name))).toEqual([]);
  });

  it('recomputes a result that is missing, and nothing else', async () => {
    const results = join(out, 'results/llava-tiny-balanced');
    const [set] = await readdir(results);
    const file = join(results, set, 'behaviour.json');
    const whole = await readFile(file, 'utf8');
    await rm(file);
    const before = await filesUnder(out);
    await diagnose({ checkpoints: [CHECKPOINT], out, scenes: 24, seed: 5 });
    expect(await readFile(file, 'utf8')).toBe(whole);
    const after = await filesUnder(out);
    const redone = [...after].filter(([name, time]) => before.get(name) !== time).map(([name]) => name);
    expect(redone.filter((name) => name !== 'run.json' && !/^(report|steps)/.test(name))).toEqual([
      join('results/llava-tiny-balanced', set, 'behaviour.json'),
    ]);
  });

  it('draws the same report again from the run folder alone', async () => {
    const page = await readFile(first.report, 'utf8');
    const [again, ...others] = await rebuildReports({ run: out });
    expect([again, others]).toEqual([first.report, []]);
    expect(await readFile(again, 'utf8')).toBe(page);
  });

  it('is written down as the preset study that it is', async () => {
    const { record } = await openRun(out);
    expect(record.studies.map(({ preset }) => preset)).toEqual(['diagnose']);
    expect(record.studies[0].study.analyses).toEqual([{ name: 'diagnose' }]);
    const study = storedStudySchema.parse({ ...record.studies[0].study, out: join(out, 'again') });
    const { diagnosed } = await runStudy(study);
    expect(diagnosed[0].results.findings.map(({ evidence }) => evidence)).toEqual(
      first.checkpoints[0].findings.map(({ evidence }) => evidence),
    );
  });

  it('of version 0.1 is refused with a sentence', async () => {
    const old = join(out, 'old');
    await mkdir(old);
    await writeFile(join(old, 'run.json'), JSON.stringify({ format: 'plumbline-run', version: 1 }));
    await expect(openRun(old)).rejects.toMatchObject({ code: 'old-run' });
    await rename(join(old, 'run.json'), join(old, 'study.json'));
    await expect(openRun(old)).rejects.toMatchObject({ code: 'old-run' });
  });

  it('refuses an empty list of checkpoints', async () => {
    await expect(diagnose({ checkpoints: [], out })).rejects.toThrow(/no checkpoint given/);
  });
});
