import { relative } from 'node:path';
import { FIGURE_FORMATS, FONT_NAMES, WIDTHS, type FigureFormat, type FontName } from '../../reports/index.ts';
import { drawResults } from '../../study/figures.ts';
import type { Command } from '../exit-codes.ts';
import { jsonOption } from '../options.ts';
import { runCommand } from '../run-command.ts';
import { table } from '../table.ts';

interface Options {
  results: string[];
  out: string;
  width?: keyof typeof WIDTHS;
  font: FontName;
  fontSize?: number;
  formats: FigureFormat[];
  dpi: number;
  set?: string;
  json: boolean;
}

export const figuresCommand: Command<Options> = {
  command: 'figures <results..>',
  describe: 'the figures of any results, ready for print',
  exitCodes: {},
  builder: (yargs) =>
    yargs
      .positional('results', {
        type: 'string',
        array: true,
        demandOption: true,
        describe: 'result files, or folders that hold some (of analyse, cause, sweep, diagnose)',
      })
      .option('out', {
        type: 'string',
        default: 'figures',
        describe: 'folder for NAME.{svg,png,pdf,vl.json} and the data, NAME.csv',
      })
      .option('width', {
        choices: Object.keys(WIDTHS) as (keyof typeof WIDTHS)[],
        describe: 'printed width: column 3.25 in, neurips 5.5 in, double 6.875 in; default what the panels need',
      })
      .option('font', {
        choices: FONT_NAMES,
        default: 'sans' as const,
        describe: 'Source Sans 3, or STIX Two beside a text in Times',
      })
      .option('font-size', {
        type: 'number',
        describe: 'points of axis titles in print, 5 to 14; default 7',
        coerce: (size: number): number => between('--font-size', size, 5, 14),
      })
      .option('formats', {
        type: 'string',
        array: true,
        choices: FIGURE_FORMATS,
        default: [...FIGURE_FORMATS],
        describe: 'json is the Vega-Lite spec',
      })
      .option('dpi', {
        type: 'number',
        default: 300,
        describe: 'pixels an inch of PNG, 72 to 1200',
        coerce: (dpi: number): number => between('--dpi', dpi, 72, 1200),
      })
      .option('set', {
        type: 'string',
        describe: 'folder of the contrast set, for figures with pictures; default the one in the run folder',
      })
      .option('json', jsonOption)
      .example('$0 figures runs/demo --out paper/figures --width column --formats pdf', 'PDF for a two-column paper'),
  handler: ({ results, out, width, font, fontSize, formats, dpi, set, json }) =>
    runCommand(async ({ onProgress, signal }) => {
      const figures = await drawResults({ results, out, font, width, fontSize, formats, dpi, set, onProgress, signal });
      if (json) process.stdout.write(`${JSON.stringify({ figures })}\n`);
      else
        process.stdout.write(
          table(
            figures.map(({ name, title, files }) => [name, title, relative(process.cwd(), files[0])]),
            '',
          ),
        );
    }),
};

function between(name: string, value: number, least: number, most: number): number {
  if (!Number.isFinite(value) || value < least || value > most)
    throw new Error(`${name}: a number from ${least} to ${most} is needed, got ${value}`);
  return value;
}
