// @module-tag slow
/** `plumbline import` and the shares of `plumbline extract`, as a person types them. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readContrastSet } from '../../contrast-sets/index.ts';
import { itemsOf } from '../../core/artifacts/contrast-set.ts';
import { openHiddenStates } from '../../core/formats/hidden-states.ts';
import { USAGE } from '../../cli/exit-codes.ts';
import { runCli } from './run-cli.ts';

const FIXTURE = 'tests/fixtures/import';
const SET = join(FIXTURE, 'set');
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plumbline-import-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('import', () => {
  it('takes states and answers into one folder, then says that they are there', async () => {
    const out = join(folder, 'mine');
    const answers = join(folder, 'answers.csv');
    const items = itemsOf(await readContrastSet(SET));
    await writeFile(
      answers,
      `item,option,logit\n${items.flatMap(({ item, options }) => options.map((option, i) => `${item},${option},${-i}`)).join('\n')}\n`,
    );
    const args = [
      'import',
      join(FIXTURE, 'dump.safetensors'),
      '--set',
      SET,
      '--out',
      out,
      '--norm',
      'after-last',
      '--name',
      'mine',
      '--answers',
      answers,
    ];
    const first = await runCli(args);
    expect(first).toMatchObject({ code: 0, stderr: '' });
    expect(first.stdout).toBe(
      `imported: 18 rows at 5 layers (text.embed, text.0, text.1, text.2, text.out) in ${out}\nimported: 18 answers in ${join(out, 'answers.jsonl')}\n`,
    );
    const { header } = await openHiddenStates(out);
    expect(header.checkpoint.name).toBe('mine');
    expect((await readFile(join(out, 'answers.jsonl'), 'utf8')).split('\n')[0]).toBe(
      JSON.stringify({ item: items[0].item, scores: { [items[0].options[0]]: 0, [items[0].options[1]]: -1 } }),
    );
    const again = await runCli([...args, '--json']);
    expect(JSON.parse(again.stdout)).toMatchObject({
      states: out,
      rows: 18,
      answers: 18,
      reused: true,
      key: header.key,
      selections: { 'text.out': ['last'] },
    });
  });

  it('errors are one clear message each', async () => {
    const nothing = await runCli(['import', '--set', SET, '--out', join(folder, 'none')]);
    expect(nothing).toMatchObject({ code: USAGE, stdout: '' });
    expect(nothing.stderr).toMatch(/nothing to import[\s\S]*to do: name files/);
    const other = await runCli(['import', 'package.json', '--set', SET, '--out', join(folder, 'none')]);
    expect(other.code).toBe(3);
    expect(other.stderr).toMatch(/^plumbline: not a safetensors file: .*\n {2}where: package\.json\n {2}to do: /);
    expect(other.stderr).not.toMatch(/^\s+at /m);
  });
});

describe('extract --shard', () => {
  it('does its share, and the last one finishes the folder', async () => {
    const out = join(folder, 'shares');
    const args = [
      'extract',
      'checkpoints/llava-tiny-shortcut',
      '--set',
      SET,
      '--out',
      out,
      '--layers',
      'text.out',
      '--dtype',
      'float16',
      '--rows-per-shard',
      '8',
      '--shard',
    ];
    const first = await runCli([...args, '2/2']);
    expect(first).toMatchObject({ code: 0, stdout: `share 2/2 done in ${out}; other shares are missing there\n` });
    const last = await runCli([...args, '1/2', '--json']);
    expect(JSON.parse(last.stdout)).toMatchObject({
      finished: true,
      shards: 2,
      allShards: 3,
      dtype: 'float16',
      rows: 18,
      answers: 18,
      reused: false,
    });
    const wrong = await runCli([...args, '3/2']);
    expect(wrong.code).toBe(USAGE);
    expect(wrong.stderr).toMatch(/--shard: I\/N with I from 1 to N/);
  });
});
