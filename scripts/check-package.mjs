// Packs the package as npm would publish it and checks it: publint, are-the-types-wrong, size, and that an empty
// project can install and use it. Slow (builds, installs): npm run check:package
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const LIMIT = 20e6;
const root = resolve(import.meta.dirname, '..');
const work = mkdtempSync(join(tmpdir(), 'plumbline-package-'));
const run = (command, args, options = {}) =>
  execFileSync(command, args, {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    shell: process.platform === 'win32',
    ...options,
  });
const bin = (name) => join(root, 'node_modules/.bin', name);
const say = (text) => process.stdout.write(`${text}\n`);
const demand = (condition, text) => {
  if (!condition) throw new Error(`check:package: ${text}`);
  say(`ok: ${text}`);
};

try {
  // `prepare` builds dist/.
  run('npm', ['pack', '--pack-destination', work, '--silent']);
  const tarball = join(
    work,
    readdirSync(work).find((name) => name.endsWith('.tgz')),
  );
  const { size } = statSync(tarball);
  demand(size <= LIMIT, `the tarball has ${(size / 1e6).toFixed(1)} MB of ${LIMIT / 1e6}`);
  const listed = run('tar', ['-tzf', tarball], { maxBuffer: 1 << 26 })
    .trim()
    .split('\n');
  const checkpoints = new Set(
    listed.flatMap((path) => /^package\/checkpoints\/([^/]+)\/config\.json$/.exec(path)?.[1] ?? []),
  );
  demand(checkpoints.size <= 1, `it carries ${checkpoints.size} reference checkpoint (${[...checkpoints].join(', ')})`);
  demand(
    listed.includes('package/docs/schemas/study.schema.json'),
    'it carries the JSON Schemas that `plumbline init` points editors to',
  );
  demand(
    !listed.some((path) => /\/(tests|node_modules|runs|bench)\//.test(path)),
    `its ${listed.length} files are the built ones only`,
  );

  say(run(bin('publint'), ['run', tarball, '--strict']));
  say(run(bin('attw'), [tarball, '--profile', 'esm-only']));

  const project = join(work, 'project');
  mkdirSync(project);
  writeFileSync(
    join(project, 'package.json'),
    JSON.stringify({ name: 'empty', version: '1.0.0', private: true, type: 'module' }),
  );
  run('npm', ['install', tarball, '--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error'], {
    cwd: project,
    env: { ...process.env, ONNXRUNTIME_NODE_INSTALL: 'skip' },
  });
  const version = run('npx', ['plumbline', '--version'], { cwd: project }).trim();
  demand(/^\d+\.\d+\.\d+/.test(version), `npx plumbline --version says ${version}`);
  const rooms = Object.keys(JSON.parse(readFileSync('package.json', 'utf8')).exports)
    .filter((entry) => entry !== './package.json')
    .map((entry) => entry.slice(1));
  const source = rooms
    .map(
      (room) =>
        `if (Object.keys(await import('plumbline${room}')).length === 0) throw new Error('plumbline${room} exports nothing');`,
    )
    .join('\n');
  writeFileSync(
    join(project, 'use.mjs'),
    `${source}\nimport { diagnose } from 'plumbline';\nif (typeof diagnose !== 'function') throw new Error('no diagnose');\n`,
  );
  run(process.execPath, ['use.mjs'], { cwd: project });
  demand(true, `import('plumbline') and its ${rooms.length - 1} rooms`);
  const checkpoint = 'node_modules/plumbline/checkpoints/llava-tiny-shortcut';
  demand(existsSync(join(project, checkpoint, 'config.json')), 'the reference checkpoint is installed');
  run('npx', ['plumbline', 'diagnose', checkpoint, '--scenes', '8', '--out', 'run'], {
    cwd: project,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  demand(existsSync(join(project, 'run/report/index.html')), 'an installed plumbline diagnoses it and writes a report');
} finally {
  rmSync(work, { recursive: true, force: true });
}
