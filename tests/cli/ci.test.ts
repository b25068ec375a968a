// @module-tag slow
/** The workflow and the rules of docs/ci.md, run as they stand there, with few scenes and a bundled checkpoint. */
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parse } from 'yaml';
import { blocks } from '../docs/pages.ts';
import { runCli } from './run-cli.ts';

const block = (first: string): string => blocks('docs/ci.md').find(({ text }) => text.startsWith(first))!.text;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plumbline-ci-'));
  await mkdir(join(folder, 'checkpoints'));
  for (const name of ['release', 'candidate'])
    await cp('checkpoints/llava-tiny-balanced', join(folder, 'checkpoints', name), { recursive: true });
  await writeFile(join(folder, 'gate.yaml'), block('# gate.yaml'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it('every command of the workflow runs, and every rule finds its measure', async () => {
  const workflow = parse(block('# .github/workflows')) as {
    jobs: { gate: { steps: { name?: string; run?: string }[] } };
  };
  const commands = workflow.jobs.gate.steps
    .flatMap(({ run }) => run?.split('\n') ?? [])
    .filter((line) => line.startsWith('npx plumbline'))
    .map((line) =>
      line
        .replace(/ \|\| .*/, '')
        .replace('--scenes 200', '--scenes 8')
        .split(' ')
        .slice(2),
    );
  expect(commands.map(([name]) => name)).toEqual(['diagnose', 'diagnose', 'gate']);
  const [, candidate, gate] = commands;
  expect(await runCli(candidate, { cwd: folder })).toMatchObject({ code: 0 });
  // The release's run differs in its name alone here, so it needn't be made twice.
  await cp(join(folder, 'runs/candidate'), join(folder, 'runs/release'), { recursive: true });
  const { code, stdout } = await runCli(gate, { cwd: folder });
  // Eight scenes leave most rules open; none may be an error.
  expect(code, stdout).toBe(2);
  const rules = (parse(block('# gate.yaml')) as { rules: { name: string }[] }).rules;
  const markdown = await readFile(join(folder, 'gate.md'), 'utf8');
  for (const { name } of rules) {
    expect(stdout).toContain(name);
    expect(markdown).toContain(`| ${name} |`);
  }
  expect(stdout).not.toMatch(/^(error|fail) /m);
  expect(await readFile(join(folder, 'gate.xml'), 'utf8')).toContain(`tests="${rules.length}"`);
}, 300_000);
