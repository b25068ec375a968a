import {
  BOX_FORMATS,
  importSet,
  IMPORTERS,
  type BoxFormat,
  type Importer,
  type ImporterName,
  type ImportReport,
} from '../../contrast-sets/index.ts';
import type { Command } from '../exit-codes.ts';
import { jsonOption, seedOption } from '../options.ts';
import { runCommand } from '../run-command.ts';

interface Options {
  benchmark: ImporterName;
  files: string[];
  out: string;
  name?: string;
  images?: string;
  depth?: string;
  inverseDepth?: boolean;
  boxes?: BoxFormat;
  seed: number;
  strict: boolean;
  json: boolean;
}

const NAMES = Object.keys(IMPORTERS) as ImporterName[];
/** Bad rows that are printed; `import.json` lists more. */
const PRINTED = 20;
const BAD_ROWS = 1;

export const importSetCommand: Command<Options> = {
  command: 'import-set <benchmark> <files..>',
  describe: 'turn a public benchmark, or your own pictures, into a contrast set',
  exitCodes: { [BAD_ROWS]: '`--strict`, and a row was left out' },
  builder: (yargs) =>
    yargs
      .positional('benchmark', {
        choices: NAMES,
        demandOption: true,
        describe: NAMES.map((name) => `${name}: ${IMPORTERS[name].description}`).join('\n'),
      })
      .positional('files', {
        type: 'string',
        array: true,
        demandOption: true,
        describe: 'files as the benchmark publishes them',
      })
      .option('out', { type: 'string', demandOption: true, describe: 'folder of the set' })
      .option('name', { type: 'string', describe: "the set's name; default the benchmark's and the first file's" })
      .option('images', {
        type: 'string',
        describe: 'folder of the pictures that the files name; default beside the file',
      })
      .option('depth', {
        type: 'string',
        describe: 'folder of depth maps named as the pictures: 16-bit PNG in thousandths, or .npy',
      })
      .option('inverse-depth', {
        type: 'boolean',
        default: false,
        describe: 'the depth maps hold inverse depth (disparity)',
      })
      .option('boxes', { choices: BOX_FORMATS, describe: 'how the files write boxes; default as the benchmark does' })
      .option('seed', seedOption)
      .option('strict', { type: 'boolean', default: false, describe: 'exit code 1 when a row can’t be used' })
      .option('json', jsonOption)
      .example('$0 import-set own pictures.csv --out sets/mine', 'your own pictures: docs/own-pictures.md')
      .example(
        '$0 import-set embspatial embspatial_bench.json --out sets/embspatial',
        'distance questions split into consistent, counter and ambiguous',
      ),
  handler: ({ benchmark, files, out, strict, json, ...options }) =>
    runCommand(async ({ onProgress, signal }) => {
      const importer: Importer = IMPORTERS[benchmark];
      const { header, report } = await importSet({ importer, files, directory: out, ...options, onProgress, signal });
      if (json)
        process.stdout.write(
          `${JSON.stringify({ set: out, name: header.name, hash: header.hash, counts: header.counts, import: report, published: importer.published })}\n`,
        );
      else process.stdout.write(summary(importer, report, header.name, out));
      if (strict && report.bad > 0) process.exitCode = BAD_ROWS;
    }),
};

function summary(
  { published }: Importer,
  { rows, pairs, bad, badRows, counts }: ImportReport,
  name: string,
  out: string,
): string {
  const lines = badRows.slice(0, PRINTED).map(({ where, problem }) => `left out: ${where}: ${problem}`);
  if (bad > PRINTED) lines.push(`left out: ${bad - PRINTED} more, see import.json in ${out}`);
  lines.push(`${name}: ${rows} rows, ${bad} left out, ${pairs} pairs in ${out}`);
  for (const [axis, of] of Object.entries(counts))
    lines.push(
      `  ${axis}: ${Object.entries(of)
        .map(([condition, n]) => `${n} ${condition === 'none' ? 'without a condition' : condition}`)
        .join(', ')}`,
    );
  for (const { of, axis, total, counts: theirs, source } of published) {
    const own = counts[axis] ?? {};
    lines.push(
      `  ${of}, published (${source}): ${total} = ${Object.entries(theirs)
        .map(([condition, n]) => `${n} ${condition}`)
        .join(', ')}; here: ${Object.keys(theirs)
        .map((condition) => `${own[condition] ?? 0} ${condition}`)
        .join(', ')}`,
    );
  }
  return `${lines.join('\n')}\n`;
}
