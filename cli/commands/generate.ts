import type { Argv, CommandModule } from 'yargs';
import { checkSet, GENERATORS, parametersSchema, type Generator } from '../../contrast-sets/index.ts';
import { messageOf } from '../../core/errors.ts';
import type { Command } from '../exit-codes.ts';
import { jsonOption, seedOption, wholeNumber } from '../options.ts';
import { parameterOptions, parametersFrom, problemsOf } from '../parameters.ts';
import { runCommand } from '../run-command.ts';

interface Options {
  out?: string;
  seed: number;
  scenes?: number;
  parameter: string[];
  check: boolean;
  describe: boolean;
  json: boolean;
}

const CHECK_FAILED = 1;

export const generateCommand: Command = {
  command: 'generate',
  describe: 'write a contrast set: pictures, pairs and exact ground truth',
  exitCodes: { [CHECK_FAILED]: '`--check` finds a fault in the set, which is written all the same' },
  builder: (yargs) =>
    yargs
      .option('out', { type: 'string', describe: 'folder of the set' })
      .option('seed', seedOption)
      .option('scenes', {
        type: 'number',
        describe: 'about how many scenes; default as the generator’s parameters say',
        coerce: (value: number | undefined): number | undefined =>
          value === undefined ? undefined : wholeNumber('--scenes', value, 1),
      })
      .option('parameter', {
        alias: 'p',
        type: 'string',
        array: true,
        default: [],
        describe: 'NAME=VALUE, any parameter of the generator; nested ones as a.b=VALUE, values in JSON',
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
      .command(Object.values(GENERATORS).map(generatorCommand) as unknown as CommandModule)
      .demandCommand(1, `generate: name a generator: ${Object.keys(GENERATORS).join(', ')}`),
  handler: () => undefined,
};

/** `generate NAME`, with an option for each of its parameters. */
function generatorCommand(generator: Generator): CommandModule<object, Options> {
  const asked = (options: Options): Record<string, unknown> =>
    parametersFrom(
      generator,
      { ...options },
      {
        base: options.scenes === undefined ? {} : generator.scaled(options.scenes),
        assignments: options.parameter,
      },
    );
  return {
    command: generator.name,
    describe: generator.title,
    builder: (yargs) =>
      (yargs.options(parameterOptions(generator)) as unknown as Argv<Options>)
        .describe('scenes', generator.scenesMeaning)
        .check((options) => {
          if (options.describe) return true;
          if (options.out === undefined) return 'generate: give the folder of the set with --out';
          try {
            return problemsOf(generator, asked(options)) ?? true;
          } catch (error) {
            return messageOf(error);
          }
        }, false),
    handler: (options) =>
      runCommand(async ({ onProgress, signal }) => {
        const { out, seed, check, json } = options;
        if (options.describe || out === undefined) {
          process.stdout.write(`${JSON.stringify(parametersSchema(generator.parameters), undefined, 2)}\n`);
          return;
        }
        const set = await generator.generate({ directory: out, seed, parameters: asked(options), onProgress, signal });
        const report = check ? await checkSet(set, { onProgress, signal, seed }) : undefined;
        const { name, counts, hash } = set.header;
        if (json) process.stdout.write(`${JSON.stringify({ set: out, name, counts, hash, check: report })}\n`);
        else {
          const conditions = Object.entries(counts.conditions.height ?? {}).map(
            ([condition, n]) => `${n} ${condition}`,
          );
          process.stdout.write(
            `${name}: ${counts.scenes} scenes (${conditions.join(', ')}), ${counts.pairs} pairs, ${counts.images} pictures in ${out}\n`,
          );
          for (const result of report?.results ?? [])
            process.stdout.write(`  ${result.status.padEnd(11)}${result.check}: ${result.detail}\n`);
        }
        if (report?.passed === false) process.exitCode = CHECK_FAILED;
      }),
  };
}
