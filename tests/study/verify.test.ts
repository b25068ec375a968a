// @module-tag slow
/** A reviewer's check of a run: nothing differs in what was left alone, and every tampering is found and named. */
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { studyOf } from '../../study/config/read.ts';
import { runStudy } from '../../study/run-study.ts';
import { studySchema } from '../../study/config/schema.ts';
import type { Verification } from '../../study/verify/ledger.ts';
import { valuesApart } from '../../study/verify/values-apart.ts';
import { verify } from '../../study/verify/verify.ts';

const NAME = 'llava-tiny-balanced';
const SET = 'small';
/** One layer: the same checks as of a whole diagnosis, in a tenth of the time. */
const STUDY = {
  version: 1,
  out: 'run',
  seed: 3,
  checkpoints: [`checkpoints/${NAME}`],
  sets: [{ name: SET, generator: 'perspective', scenes: 8 }],
  layers: ['text.3'],
  analyses: ['diagnose'],
};
let folder: string;
let original: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plumbline-verify-test-'));
  original = join(folder, 'run');
  await runStudy({ ...studyOf(studySchema.parse(STUDY), { folder: process.cwd(), where: 'study' }), out: original });
}, 600_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Changes one file of a copy of the run and verifies it. */
async function tampered(
  name: string,
  file: string,
  change: (bytes: Buffer) => Buffer | string | Promise<Buffer>,
): Promise<Verification> {
  const run = join(folder, name);
  await cp(original, run, { recursive: true });
  await writeFile(join(run, file), await change(await readFile(join(run, file))));
  return verify({ run, report: false });
}
const edit =
  (from: RegExp, to: string) =>
  (bytes: Buffer): string => {
    const text = bytes.toString('utf8');
    expect(text).toMatch(from);
    return text.replace(from, to);
  };
const filesOf = ({ differences }: Verification): string[] => [...new Set(differences.map(({ file }) => file))];

describe('verify', () => {
  it('computes every number of an untouched run again, and its report to the byte', async () => {
    const { differences, checked, unchecked, largest } = await verify({ run: original });
    expect(differences).toEqual([]);
    expect(unchecked).toEqual([]);
    expect(largest).toBe(0);
    expect(checked).toMatchObject({
      pictures: 72,
      states: 4,
      answers: 162,
      results: (await readdir(join(original, 'results', NAME, SET))).length,
    });
    expect(checked.numbers).toBeGreaterThan(500);
    expect(checked.reportFiles).toBeGreaterThan(20);
  }, 300_000);

  it('names an edited number, with both values', async () => {
    const found = await tampered('number', `results/${NAME}/${SET}/behaviour.json`, edit(/"nEff": \d+/, '"nEff": 999'));
    expect(filesOf(found)).toEqual([`results/${NAME}/${SET}/behaviour.json`]);
    expect(found.differences).toEqual([
      {
        file: expect.any(String) as string,
        place: 'cells[0].nEff',
        what: expect.stringMatching(/^stored is 999, computed \d+$/) as string,
      },
    ]);
  }, 120_000);

  it('names an edited answer, by its item', async () => {
    const found = await tampered('answer', `states/${NAME}/${SET}/answers.jsonl`, (bytes) => {
      const [first, ...rest] = bytes.toString('utf8').split('\n');
      const { item, scores } = JSON.parse(first) as { item: string; scores: Record<string, number> };
      const [a, b] = Object.keys(scores);
      return [JSON.stringify({ item, scores: { [a]: scores[b], [b]: scores[a] } }), ...rest].join('\n');
    });
    const file = `states/${NAME}/${SET}/answers.jsonl`;
    expect(found.differences.filter((entry) => entry.file === file).map(({ what }) => what)).toEqual([
      'its bytes are not those that the run recorded',
      expect.stringMatching(/the shard holds/),
      expect.stringMatching(/the shard holds/),
    ]);
    expect(filesOf(found)).toContain(`results/${NAME}/${SET}/behaviour.json`);
  }, 120_000);

  it('names an edited picture', async () => {
    const [picture] = await readdir(join(original, 'sets', SET, 'images'));
    const found = await tampered('picture', `sets/${SET}/images/${picture}`, (bytes) =>
      sharp(bytes).negate().png().toBuffer(),
    );
    expect(found.differences).toEqual([
      {
        file: `sets/${SET}/images/${picture}`,
        place: '',
        what: 'its pixels are not those that set.json was written with',
      },
    ]);
  }, 120_000);

  it('names a picture compressed anew as unchanged', async () => {
    const [picture] = await readdir(join(original, 'sets', SET, 'images'));
    const found = await tampered('compressed', `sets/${SET}/images/${picture}`, (bytes) =>
      sharp(bytes).png({ compressionLevel: 0 }).toBuffer(),
    );
    expect(found.differences).toEqual([]);
  }, 120_000);

  it('names an edited shard of states, and the numbers that hang on it', async () => {
    const shard = `states/${NAME}/${SET}/states-00000.safetensors`;
    const found = await tampered('shard', shard, (bytes) => {
      // Signs in a pattern that differs from row to row, since 7 doesn't divide a width.
      for (let at = 8 + Number(bytes.readBigUInt64LE(0)); at < bytes.length; at += 7 * 4)
        bytes.writeFloatLE(-bytes.readFloatLE(at), at);
      return bytes;
    });
    expect(filesOf(found)).toContain(shard);
    expect(filesOf(found).some((file) => file.startsWith('results/'))).toBe(true);
  }, 120_000);

  it('names edited pairs and a page that says something else', async () => {
    const pairs = await tampered('pairs', `sets/${SET}/pairs.jsonl`, edit(/"answer":"left"/, '"answer":"right"'));
    expect(pairs.differences).toEqual([
      { file: `sets/${SET}/pairs.jsonl`, place: '', what: expect.stringContaining('hash') as string },
    ]);
    const run = join(folder, 'page');
    await cp(original, run, { recursive: true });
    const page = join(run, 'report', 'index.html');
    await writeFile(
      page,
      (await readFile(page, 'utf8')).replace('INCONCLUSIVE', 'CLEAR').replace('Verdict', 'Verdikt'),
    );
    expect((await verify({ run })).differences).toEqual([
      { file: 'report/index.html', place: '', what: 'is not what the computed results give when drawn again' },
    ]);
  }, 300_000);

  it('refuses another version’s run and a folder without one', async () => {
    const run = join(folder, 'version');
    await cp(original, run, { recursive: true });
    await writeFile(
      join(run, 'run.json'),
      edit(/"plumbline": "[^"]+"/, '"plumbline": "0.0.1"')(await readFile(join(run, 'run.json'))),
    );
    await expect(verify({ run })).rejects.toMatchObject({ code: 'other-version' });
    await expect(verify({ run: join(folder, 'none') })).rejects.toMatchObject({ code: 'not-a-run' });
  });
});

describe('a second study in the same folder', () => {
  it('draws the report there, with all of its checkpoints, and the whole run is verified', async () => {
    const out = join(folder, 'both');
    await cp(original, out, { recursive: true });
    const both = { ...STUDY, checkpoints: [...STUDY.checkpoints, 'checkpoints/llava-tiny-shortcut'] };
    const study = { ...studyOf(studySchema.parse(both), { folder: process.cwd(), where: 'study' }), out };
    const { record, reports } = await runStudy(study);
    expect(record.studies.map(({ cells }) => cells.length)).toEqual([1, 2]);
    expect(reports).toEqual([join(out, 'report', 'index.html')]);
    expect(await readFile(reports[0], 'utf8')).toContain('llava-tiny-shortcut');
    const { differences, notRecomputed } = await verify({ run: out });
    expect([differences, notRecomputed]).toEqual([[], []]);
  }, 300_000);
});

describe('values apart', () => {
  it('are found wherever they are, up to the tolerance', () => {
    const [a, b] = [
      { x: [1, { y: 2 }], same: 'a', big: 1e6 },
      { x: [1, { y: 2 + 1e-9 }, 3], same: 'b', big: 1e6 + 0.001 },
    ];
    expect(valuesApart(a, b).apart.map(({ place }) => place)).toEqual(['x[1].y', 'x[2]', 'same', 'big']);
    const { apart, numbers, largest } = valuesApart(a, b, 1e-8);
    expect(apart.map(({ place }) => place)).toEqual(['x[2]', 'same']);
    expect(numbers).toBe(3);
    expect(largest).toBeCloseTo(1e-9, 15);
  });
});
