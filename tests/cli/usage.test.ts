/** A wrong command line is told apart from every answer, and says what was meant. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { allExitCodes, BAD_INPUT, BUG, DONE, INTERRUPTED, USAGE } from '../../cli/exit-codes.ts';
import { describedCommands } from '../../scripts/command-docs.ts';
import { runCli } from './run-cli.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plumbline-usage-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const commands = await describedCommands();

describe('exit codes', () => {
  it('are declared by every command, and none answers with that of a wrong command line, a bug or Ctrl-C', () => {
    expect(commands.length).toBeGreaterThan(15);
    for (const { name, exitCodes } of commands) {
      expect(exitCodes, name).toBeTypeOf('object');
      for (const code of [USAGE, BUG, INTERRUPTED]) expect(Object.keys(exitCodes), name).not.toContain(String(code));
      const all = Object.keys(allExitCodes({ exitCodes })).map(Number);
      expect(all, name).toEqual(expect.arrayContaining([DONE, BAD_INPUT, USAGE, BUG, INTERRUPTED]));
      expect(Math.max(...all), name).toBeLessThan(256);
    }
    const codesOf = (wanted: string): string[] => Object.keys(commands.find(({ name }) => name === wanted)!.exitCodes);
    expect(codesOf('verify')).toEqual(['0', '1', '2']);
    expect(codesOf('gate')).toEqual(['0', '1', '2', '3']);
  });

  it('a misspelt option of any command is wrong usage', async () => {
    const lines = commands.map(({ usage }) => [
      ...usage
        .replace('<name>', 'views')
        .replaceAll(/[<[](\w+)(?:\.\.)?[\]>]/g, '$1')
        .split(' '),
      '--jsn',
    ]);
    const wrong: string[] = [];
    const open = [...lines];
    const next = async (): Promise<void> => {
      for (let line = open.shift(); line !== undefined; line = open.shift()) {
        const { code, stdout, stderr } = await runCli(line, { cwd: folder });
        if (code !== USAGE || stdout !== '' || /^\s+at /m.test(stderr))
          wrong.push(`${line.join(' ')}: ${code} ${stdout} ${stderr}`);
      }
    };
    await Promise.all([next(), next(), next()]);
    expect(wrong).toEqual([]);
  }, 180_000);
});

describe('generate NAME', () => {
  const refused = async (...args: string[]): Promise<string> => {
    const { code, stdout, stderr } = await runCli(['generate', ...args], { cwd: folder });
    expect([code, stdout], stderr).toEqual([USAGE, '']);
    return stderr;
  };

  it('takes an option for each parameter', async () => {
    const { code, stderr } = await runCli(
      [
        ...['generate', 'perspective', '--out', 'set', '--scenes', '2', '--size', '48'],
        ...['--options.pitch', '[4,12]', '--options.light.sun', '1', '1', '--options.known-size', 'alike'],
        ...['-p', 'scenes.ambiguous=0', '-p', 'options.indoor=1'],
      ],
      { cwd: folder },
    );
    expect(code, stderr).toBe(0);
    expect(JSON.parse(await readFile(join(folder, 'set/set.json'), 'utf8'))).toMatchObject({
      parameters: {
        scenes: { consistent: 2, counter: 2, ambiguous: 0 },
        size: 48,
        options: { pitch: [4, 12], light: { sun: [1, 1], azimuth: [80, 280] }, knownSize: 'alike', indoor: 1 },
      },
    });
  }, 60_000);

  it('refuses what is unknown or out of range, and says what was meant', async () => {
    expect(await refused('views', '--out', 'x', '--sice', '64')).toContain(
      'Unknown argument: sice; did you mean --size?',
    );
    expect(await refused('views', '--out', 'x', '-p', 'sixe=64')).toContain(
      'unknown parameter `sixe`, did you mean `size`?',
    );
    expect(await refused('views', '--out', 'x', '--size', '5')).toContain(
      '--size: whole number 48–4096 is needed, got 5',
    );
    expect(await refused('frames', '--out', 'x', '--motions', 'trn')).toMatch(/--motions: .*did you mean turn\?/);
    expect(await refused('perspective', '--out', 'x', '--options.pitch', '3', '50')).toContain(
      '--options.pitch: must lie between 0 and 45',
    );
    expect(await refused('degradation', '--out', 'x')).toContain('--source is needed: folder of the set');
    expect(await refused('perspektive', '--out', 'x')).toContain('Did you mean perspective?');
    expect(await refused('text')).toContain('give the folder of the set with --out');
  }, 120_000);
});
