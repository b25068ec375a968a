import type { CommandModule } from 'yargs';
import { z } from 'zod';
import { checkSet, GENERATORS, type Generator, type GeneratorName } from '../../contrast-sets/index.ts';
import { jsonOption, seedOption, wholeNumber } from '../options.ts';
import { setParameter } from '../parameters.ts';
import { runCommand } from '../run-command.ts';

interface Options {
  generator: GeneratorName;
  out?: string;
  seed: number;
  scenes?: number;
  size?: number;
  parameter: string[];
  check: boolean;
  describe: boolean;
  json: boolean;
}

const NAMES = Object.keys(GENERATORS) as GeneratorName[];
const CHECK_FAILED = 1;

export const generateCommand: CommandModule<object, Options> = {
  command: 'generate <generator>',
  describe: 'write a contrast set: pictures, pairs and exact ground truth',
  builder: (yargs) =>
    yargs
      .positional('generator', {
        choices: NAMES,
        demandOption: true,
        describe: NAMES.map((name) => `${name}: ${GENERATORS[name].description}`).join('\n'),
      })
      .option('out', { type: 'string', describe: 'folder of the set' })
      .option('seed', seedOption)
      .option('scenes', {
        type: 'number',
        describe:
          'about how many scenes; perspective: consistent scenes, and as many counter-heuristic ones, and a quarter as many ambiguous ones; default as the generator’s parameters say',
        coerce: (value: number | undefined): number | undefined =>
          value === undefined ? undefined : wholeNumber('--scenes', value, 1),
      })
      .option('size', { type: 'number', describe: 'width and height of the pictures, in pixels' })
      .option('parameter', {
        alias: 'p',
        type: 'string',
        array: true,
        default: [],
        describe: 'NAME=VALUE, any other parameter of the generator; nested ones as a.b=VALUE, values in JSON',
      })
      .option('describe', {
        type: 'boolean',
        default: false,
        describe: 'print the generator’s parameters as JSON Schema, and stop',
      })
      .option('check', {
        type: 'boolean',
        default: false,
        describe:
          'prove the set: answers recomputed, poles balanced, nuisance factors at chance, pictures decodable; exit code 1 if it fails',
      })
      .option('json', jsonOption)
      .check(({ out, describe }) => out !== undefined || describe || 'generate: give the folder of the set with --out'),
  handler: ({ generator: name, out, seed, scenes, size, parameter, check, describe, json }) =>
    runCommand(async ({ onProgress, signal }) => {
      const generator: Generator = GENERATORS[name];
      if (describe || out === undefined) {
        process.stdout.write(
          `${JSON.stringify(z.toJSONSchema(generator.parameters, { io: 'input', unrepresentable: 'any' }), undefined, 2)}\n`,
        );
        return;
      }
      const parameters: Record<string, unknown> = {
        ...(scenes === undefined ? {} : generator.scaled(scenes)),
        ...(size === undefined ? {} : { size }),
      };
      for (const assignment of parameter) setParameter(parameters, assignment);
      const set = await generator.generate({ directory: out, seed, parameters, onProgress, signal });
      const report = check ? await checkSet(set, { onProgress, signal, seed }) : undefined;
      const { name: setName, counts, hash } = set.header;
      if (json) process.stdout.write(`${JSON.stringify({ set: out, name: setName, counts, hash, check: report })}\n`);
      else {
        const conditions = Object.entries(counts.conditions).map(([condition, n]) => `${n} ${condition}`);
        process.stdout.write(
          `${setName}: ${counts.scenes} scenes (${conditions.join(', ')}), ${counts.pairs} pairs, ${counts.images} pictures in ${out}\n`,
        );
        for (const result of report?.results ?? [])
          process.stdout.write(`  ${result.status.padEnd(11)}${result.check}: ${result.detail}\n`);
      }
      if (report?.passed === false) process.exitCode = CHECK_FAILED;
    }),
};
