// @module-tag slow
/** Every command in the documentation is run as it stands there, in one temporary folder, page after page. */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { blocks, pages, ROOT } from './pages.ts';

/** Pages whose commands make what other pages use. */
const FIRST = ['docs/commands/generate.md', 'docs/commands/diagnose.md'];

/**
 * What is changed before a command is run, so that all pages take a minute: sizes become small ones, the name of the
 * default set's folder and the stand-in CHECKPOINT follow, diagnoses of one checkpoint share a run folder, so that
 * nothing is done twice, and the run that is verified is the small study of docs/commands/run.md. The study that `init`
 * writes is made small in `run-commands.ts`.
 */
const SMALLER: readonly (readonly [RegExp, string])[] = [
  [/--scenes \d+/, '--scenes 8'],
  [/^(diagnose|cause) (?!.*--scenes)(.*)/, '$1 $2 --scenes 8'],
  [/perspective-200-200-50-/g, 'perspective-8-8-2-'],
  [/\bCHECKPOINT\b/g, 'checkpoints/llava-tiny-shortcut'],
  [/^(generate views .*)--scenes 8/, '$1--scenes 2'],
  [/^(generate degradation .*)$/, '$1 --scenes 2'],
  [/^verify runs\/demo\b/, 'verify runs/small'],
  [/--out runs\/mine --scenes/, '--out runs/demo --scenes'],
];

/** Commands that are not run, with the reason. */
const NOT_RUN: readonly (readonly [RegExp, string])[] = [
  [/^npm (ci|install|test)\b/, 'installs, or runs this very test'],
  [
    /^npm run (demo|bench|notebooks|docs:api|check:package)\b/,
    'takes minutes; the demo is `diagnose` on both checkpoints, which is run here',
  ],
  [
    /^plumbline import-set (embspatial|cv-bench|coco-depth)\b/,
    'needs the benchmark’s files, which are not ours to ship; tests/contrast-sets reads files of their form',
  ],
  [/--device (cuda|auto)\b/, 'needs a GPU'],
];

interface Documented {
  readonly page: string;
  readonly line: string;
}

const documented: Documented[] = [...FIRST, ...pages().filter((page) => !FIRST.includes(page))].flatMap((page) =>
  blocks(page)
    .filter(({ language }) => ['sh', 'bash', 'console', ''].includes(language))
    .flatMap(({ text }) => text.replaceAll('\\\n', ' ').split('\n'))
    .flatMap((line) =>
      line
        .replace(/^\$ /, '')
        .replace(/(^|\s)#.*/, '')
        .split(' && '),
    )
    .map((line) =>
      line
        .trim()
        .replace(/^npx plumbline\b/, 'plumbline')
        .replaceAll(/\s+/g, ' '),
    )
    .filter((line) => /^(plumbline|npm) /.test(line))
    .map((line) => ({ page, line })),
);
const exempt = ({ line }: Documented): boolean => NOT_RUN.some(([pattern]) => pattern.test(line));
const argumentsOf = (line: string): string[] =>
  [...line.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(([, single, double, bare]) => single ?? double ?? bare);
const smaller = (line: string): string =>
  SMALLER.reduce((text, [pattern, small]) => text.replace(pattern, small), line.replace(/^plumbline /, ''));

let folder: string;

/** Files that pages take for granted. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plumbline-docs-'));
  await symlink(join(ROOT, 'checkpoints'), join(folder, 'checkpoints'), 'junction');
  // docs/own-pictures.md: its own table, and pictures for it.
  await writeFile(
    join(folder, 'pictures.csv'),
    blocks('docs/own-pictures.md').find(({ language }) => language === 'csv')!.text,
  );
  for (const name of ['kitchen.png', 'shelf.png'])
    await sharp({
      create: { width: 240, height: 200, channels: 3, background: name[0] === 'k' ? '#446688' : '#886644' },
    })
      .png()
      .toFile(join(folder, name));
  await mkdir(join(folder, 'runs'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test('every npm command is a script of package.json', () => {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };
  const named = documented.flatMap(({ line }) => /^npm run ([\w:-]+)/.exec(line)?.[1] ?? []);
  expect(named).toContain('demo');
  expect(named.filter((name) => !(name in scripts))).toEqual([]);
});

test('every command of the documentation runs', async () => {
  const run = documented.filter((command) => !exempt(command));
  const unique = [...new Map(run.map((command) => [command.line, command])).values()];
  expect(unique.length).toBeGreaterThan(25);
  await writeFile(join(folder, 'commands.json'), JSON.stringify(unique.map(({ line }) => argumentsOf(smaller(line)))));
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [
      '--import',
      join(ROOT, 'node_modules/tsx/dist/esm/index.mjs'),
      join(ROOT, 'tests/docs/run-commands.ts'),
      'commands.json',
    ],
    { cwd: folder, maxBuffer: 1 << 26 },
  ).catch((error: { stdout: string }) => error);
  const results = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { code: number; seconds: number; errors: string });
  const failed = unique.flatMap(({ page, line }, i) =>
    results[i]?.code === 0
      ? []
      : [
          `${page}: ${line}: ${results[i] === undefined ? 'not reached' : `exit code ${results[i].code}: ${results[i].errors.slice(-600)}`}`,
        ],
  );
  if (process.env.PLUMBLINE_DOC_TIMES !== undefined)
    for (const [i, { line }] of unique.entries())
      process.stdout.write(`${results[i]?.seconds.toFixed(1)} s  ${line}\n`);
  expect(failed).toEqual([]);
}, 600_000);
