/** A wrong command line is told apart from every answer, and says what was meant. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { allExitCodes, BAD_INPUT, BUG, DONE, INTERRUPTED, USAGE } from '../../cli/exit-codes.ts';
import { describedCommands } from '../../scripts/command-docs.ts';
import { runCli, type CliResult } from './run-cli.ts';

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
    const lines = commands.map(({ name, commands: [first], positionals, options }) => [
      name,
      ...(first === undefined ? [] : [first[0]]),
      ...[...positionals.values()].map(({ choices }) => (choices as readonly string[] | undefined)?.[0] ?? 'x'),
      ...[...options].flatMap(([option, { demandOption }]) => (demandOption === true ? [`--${option}`, 'x'] : [])),
      '--sed',
    ]);
    const wrong = (await runLines(lines)).flatMap(({ code, stdout, stderr }, i) =>
      code === USAGE && stdout === '' && /^plumbline: Unknown argument: sed/.test(stderr)
        ? []
        : [`${lines[i].join(' ')}: ${code} ${stdout} ${stderr}`],
    );
    expect(wrong).toEqual([]);
  }, 180_000);
});

describe('generate NAME', () => {
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
    const cases: [string[], RegExp][] = [
      [['views', '--sice', '64'], /Unknown argument: sice; did you mean --size\?/],
      [['views', '-p', 'sixe=64'], /unknown parameter `sixe`, did you mean `size`\?/],
      [['views', '-p', 'size'], /--parameter: NAME=VALUE is needed, got size/],
      [['views', '--size', '5'], /--size: whole number 48–4096 is needed, got 5/],
      [['frames', '--motions', 'trn'], /--motions: .*did you mean turn\?/],
      [['perspective', '--options.pitch', '3', '50'], /--options\.pitch: must lie between 0 and 45/],
      [['degradation'], /--source is needed: folder of the set/],
      [['perspektive'], /Did you mean perspective\?/],
    ];
    const results = await runLines(cases.map(([line]) => ['generate', ...line, '--out', 'x']));
    for (const [i, { code, stdout, stderr }] of results.entries()) {
      expect([code, stdout], stderr).toEqual([USAGE, '']);
      expect(stderr).toMatch(cases[i][1]);
    }
    const [nowhere] = await runLines([['generate', 'text']]);
    expect(nowhere).toMatchObject({ code: USAGE, stderr: expect.stringContaining('give the folder') as string });
  }, 120_000);
});

/** Runs wrong command lines in one process (`run-lines.ts`), so that modules are loaded once. */
async function runLines(lines: readonly string[][]): Promise<CliResult[]> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--import', import.meta.resolve('tsx'), join(import.meta.dirname, 'run-lines.ts'), JSON.stringify(lines)],
    { cwd: folder },
  );
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as CliResult);
}
