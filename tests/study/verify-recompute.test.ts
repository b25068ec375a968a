// @module-tag slow
/**
 * Verifying what needed a checkpoint: causal results from kept answers, sweeps from kept states; what isn't kept is
 * named, or computed with the checkpoint.
 */
import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { studyOf } from '../../study/config/read.ts';
import { runStudy } from '../../study/run-study.ts';
import { studySchema } from '../../study/config/schema.ts';
import { gate } from '../../study/gate/gate.ts';
import { sweep } from '../../study/sweep.ts';
import type { Verification } from '../../study/verify/ledger.ts';
import { verify } from '../../study/verify/verify.ts';
import { runCli } from '../cli/run-cli.ts';
import { temporaryFolder } from '../extractors/support.ts';
import { slidingViews, vit } from './sliding-views.ts';

vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 });

const filesOf = ({ differences }: Verification): string[] => [...new Set(differences.map(({ file }) => file))];

/** A copy of a run in which one file is changed. */
async function tampered(
  original: string,
  name: string,
  file: string,
  change: (text: string) => string,
): Promise<string> {
  const run = join(original, '..', name);
  await cp(original, run, { recursive: true });
  const path = join(run, file);
  const [before, after] = [await readFile(path, 'utf8'), change(await readFile(path, 'utf8'))];
  expect(after).not.toBe(before);
  await writeFile(path, after);
  return run;
}

/** A number of a JSON file, set. */
const setTo =
  (value: number, ...path: (string | number)[]) =>
  (text: string): string => {
    const whole = JSON.parse(text) as Record<string | number, unknown>;
    const last = path[path.length - 1];
    const at = path.slice(0, -1).reduce((entry, key) => entry[key] as typeof whole, whole);
    expect(typeof at[last]).toBe('number');
    at[last] = value;
    return JSON.stringify(whole, undefined, 2);
  };

describe('a causal result', () => {
  const NAME = 'llava-tiny-balanced';
  const RESULT = `results/${NAME}/small/cause-2.json`;
  const CHECKPOINT = `checkpoints/${NAME}`;
  let run: string;
  beforeAll(async () => {
    run = join(await temporaryFolder(), 'run');
    const study = {
      version: 1,
      out: 'run',
      seed: 3,
      checkpoints: [CHECKPOINT],
      sets: [{ name: 'small', generator: 'perspective', scenes: 10 }],
      layers: ['text.3'],
      report: false,
      analyses: [
        { name: 'cause', alphas: [2] },
        { name: 'cause', axis: 'vertical', alphas: [2] },
      ],
    };
    const { executed } = await runStudy({
      ...studyOf(studySchema.parse(study), { folder: process.cwd(), where: 'study' }),
      out: run,
    });
    expect(executed.skipped).toEqual([]);
  });

  it('is computed again from the kept answers, without the checkpoint', async () => {
    const { differences, notRecomputed, unchecked, largest, checked } = await verify({ run });
    expect([differences, notRecomputed, unchecked, largest]).toEqual([[], [], [], 0]);
    expect(checked.results).toBe(2);
    expect(checked.numbers).toBeGreaterThan(200);
  });

  it('with one number changed is named, with both values', async () => {
    const changed = await tampered(run, 'number', RESULT, setTo(0.123, 'steering', 0, 'flipped', 'value'));
    const found = await verify({ run: changed });
    expect(found.differences).toEqual([
      {
        file: RESULT,
        place: 'steering[0].flipped.value',
        what: expect.stringMatching(/^stored is 0\.123, computed /) as string,
      },
    ]);
  });

  it('follows an answer that was changed under an intervention, which is named', async () => {
    const file = `states/${NAME}/small/steer-distance-answer-text.3-2-reported/answers.jsonl`;
    const changed = await tampered(run, 'answer', file, (text) =>
      text
        .split('\n')
        .map((line, i) =>
          i > 30 || line === ''
            ? line
            : line.replace(/"scores":\{"(\w+)":([^,]+),"(\w+)":([^}]+)\}/, '"scores":{"$1":$4,"$3":$2}'),
        )
        .join('\n'),
    );
    expect(filesOf(await verify({ run: changed }))).toEqual(expect.arrayContaining([file, RESULT]));
  });

  it('follows an intervention that was changed', async () => {
    const file = `interventions/${NAME}/small/steer-distance-answer-text.3-2-reported.json`;
    const found = await verify({
      run: await tampered(run, 'intervention', file, (text) => text.replace(/"alpha": 2\b/, '"alpha": 4')),
    });
    expect(found.differences).toEqual([
      { file, place: '', what: 'its bytes are not those that the run recorded' },
      { file, place: 'edits[0].alpha', what: 'stored is 4, computed 2' },
    ]);
  });

  it('whose answers are gone is not verified, by name, but with the checkpoint', async () => {
    const bare = join(run, '..', 'bare');
    await cp(run, bare, { recursive: true });
    await rm(join(bare, `states/${NAME}/small/patch-distance-text.3-last`), { recursive: true });
    const found = await verify({ run: bare });
    expect(found.differences).toEqual([]);
    expect(found.notRecomputed).toEqual([
      {
        file: RESULT,
        because:
          'patch-distance-text.3-last: the answers under it are not kept; its bytes are those that the run recorded',
      },
    ]);
    expect(found.checked.results).toBe(1);
    const stranger = await verify({ run: bare, checkpoints: ['checkpoints/llava-tiny-shortcut'] });
    expect(stranger.notRecomputed[0].because).toContain('none of the checkpoints given has its hash');
    const whole = await verify({ run: bare, checkpoints: [CHECKPOINT] });
    expect([whole.differences, whole.notRecomputed, whole.largest]).toEqual([[], [], 0]);
    const printed = await runCli(['verify', bare, '--no-report']);
    expect(printed.code).toBe(2);
    expect(printed.stdout).toContain(`not recomputed: ${RESULT}, because patch-distance-text.3-last`);
    expect(printed.stdout).toMatch(/verified but for 1 results that were not computed again/);
  });
});

describe('a sweep', () => {
  let folder: string;
  let run: string;
  let checkpoint: string;
  const RESULT = 'results/vit/views/correspondence.json';
  beforeAll(async () => {
    folder = await temporaryFolder();
    checkpoint = await vit(join(folder, 'vit'));
    run = join(folder, 'run');
    await sweep({
      checkpoints: [checkpoint],
      sets: [await slidingViews(join(folder, 'views'), 12)],
      out: run,
      keepStates: true,
      seed: 2,
    });
  });

  it('is computed again from kept states', async () => {
    const { differences, notRecomputed, unchecked, largest, checked } = await verify({ run });
    expect([differences, notRecomputed, unchecked, largest]).toEqual([[], [], [], 0]);
    expect(checked.results).toBe(1);
    expect(checked.pictures).toBe(24);
    expect(checked.numbers).toBeGreaterThan(500);
  });

  it('can be gated, also against another sweep of the same views', async () => {
    const [best, rival] = [
      'correspondence.choice.reported.perPoint',
      'correspondence.layers.perPoint[threshold=PCK@2,bin=all]@vision.0',
    ];
    const { rows } = await gate({
      run,
      baseline: run,
      config: {
        version: 1,
        rules: [
          { measure: best, min: 0.05 },
          { measure: rival, notWorseThanBaselineBy: 1, better: 'higher' },
        ],
      },
    });
    expect(rows.map(({ outcome, checkpoint: name, set }) => [outcome, name, set])).toEqual([
      ['pass', 'vit', 'views'],
      ['pass', 'vit', 'views'],
    ]);
    expect(rows[1].reason).toMatch(/since this measure has no paired form$/);
  });

  it('with one number changed is named, with both values, as is its table', async () => {
    const changed = await verify({
      run: await tampered(run, 'number', RESULT, setTo(0.987, 'layers', 1, 'pck', 0, 'perPoint', 'value')),
    });
    expect(changed.differences[0]).toEqual({
      file: RESULT,
      place: 'layers[1].pck[0].perPoint.value',
      what: expect.stringMatching(/^stored is 0\.987, computed /) as string,
    });
    expect(filesOf(changed)).toEqual([RESULT, 'sweep.csv']);
    const table = await verify({
      run: await tampered(run, 'table', 'sweep.csv', (text) =>
        text.replace(/(vit,views,layer,vision\.0,[^\n]*)/, '$1,1'),
      ),
    });
    expect(table.differences).toEqual([
      { file: 'sweep.csv', place: expect.stringMatching(/^line \d+$/) as string, what: 'is not what the results give' },
    ]);
  });

  it('whose states are gone is not verified, by name, but with the checkpoint', async () => {
    const bare = join(folder, 'bare');
    await cp(run, bare, { recursive: true });
    await rm(join(bare, 'states'), { recursive: true });
    const found = await verify({ run: bare });
    expect(found.differences).toEqual([]);
    expect(found.notRecomputed).toEqual([
      {
        file: RESULT,
        because:
          'the dense states are not kept (sweep --keep-states keeps them); its bytes are those that the run recorded',
      },
    ]);
    expect(found.checked.results).toBe(0);
    const whole = await verify({ run: bare, checkpoints: [checkpoint] });
    expect([whole.differences, whole.notRecomputed, whole.largest]).toEqual([[], [], 0]);
    const changed = await verify({
      run: await tampered(bare, 'bare-number', RESULT, setTo(0.987, 'layers', 1, 'pck', 0, 'perPoint', 'value')),
      checkpoints: [checkpoint],
    });
    expect(filesOf(changed)).toContain(RESULT);
  });

  it('whose set is gone says so', async () => {
    const bare = join(folder, 'without-set');
    await cp(run, bare, { recursive: true });
    await rm(join(bare, 'sets'), { recursive: true });
    const { differences, notRecomputed } = await verify({ run: bare });
    expect(differences).toContainEqual({ file: 'sets/views', place: '', what: 'the set is missing' });
    expect(notRecomputed.map(({ file }) => file)).toEqual([RESULT]);
  });
});
