import type { CommandModule } from 'yargs';
import { checkSet, GENERATORS, type GeneratorName } from '../../contrast-sets/index.ts';
import { perspectiveCounts } from '../../study/diagnose.ts';
import { jsonOption, scenesOption, seedOption } from '../options.ts';
import { runCommand } from '../run-command.ts';

interface Options {
  generator: GeneratorName;
  out: string;
  seed: number;
  scenes: number;
  size: number;
  check: boolean;
  json: boolean;
}

const NAMES = Object.keys(GENERATORS) as GeneratorName[];
const CHECK_FAILED = 1;

export const generateCommand: CommandModule<object, Options> = {
  command: 'generate <generator>',
  describe: 'write a contrast set: pictures, pairs and exact ground truth',
  builder: (yargs) =>
    yargs
      .positional('generator', { choices: NAMES, demandOption: true, describe: NAMES.map((name) => `${name}: ${GENERATORS[name].description}`).join('\n') })
      .option('out', { type: 'string', demandOption: true, describe: 'folder of the set' })
      .option('seed', seedOption)
      .option('scenes', scenesOption)
      .option('size', { type: 'number', default: 224, describe: 'width and height of the pictures, in pixels' })
      .option('check', { type: 'boolean', default: false, describe: 'prove the set: answers recomputed, poles balanced, nuisance factors at chance, pictures decodable; exit code 1 if it fails' })
      .option('json', jsonOption),
  handler: ({ generator, out, seed, scenes, size, check, json }) =>
    runCommand(async ({ onProgress, signal }) => {
      const set = await GENERATORS[generator].generate({ directory: out, seed, size, scenes: perspectiveCounts(scenes), onProgress, signal });
      const report = check ? await checkSet(set, { onProgress, signal, seed }) : undefined;
      const { name, counts, hash } = set.header;
      if (json) process.stdout.write(`${JSON.stringify({ set: out, name, counts, hash, ...(report && { check: report }) })}\n`);
      else {
        const conditions = Object.entries(counts.conditions).map(([condition, n]) => `${n} ${condition}`);
        process.stdout.write(`${name}: ${counts.scenes} scenes (${conditions.join(', ')}), ${counts.pairs} pairs, ${counts.images} pictures in ${out}\n`);
        for (const result of report?.results ?? []) process.stdout.write(`  ${result.status.padEnd(11)}${result.check}: ${result.detail}\n`);
      }
      if (report?.passed === false) process.exitCode = CHECK_FAILED;
    }),
};
