import { join, relative, resolve } from 'node:path';
import type { RunComparison } from '../../core/artifacts/results/run-comparison.ts';
import { withInterval } from '../../core/numbers.ts';
import { compareRuns } from '../../study/compare.ts';
import type { Command } from '../exit-codes.ts';
import { commandLine } from '../command-line.ts';
import { jsonOption } from '../options.ts';
import { runCommand } from '../run-command.ts';
import { table } from '../table.ts';

interface Options {
  runs: string[];
  steps?: number[];
  set?: string;
  out?: string;
  report: boolean;
  json: boolean;
}

export const compareCommand: Command<Options> = {
  command: 'compare <runs..>',
  describe: 'runs side by side: differences with intervals, a ranking, and what got worse over a series',
  exitCodes: {},
  builder: (yargs) =>
    yargs
      .positional('runs', {
        type: 'string',
        array: true,
        demandOption: true,
        describe: 'run folders of diagnose or run; all their checkpoints are compared',
      })
      .option('steps', {
        type: 'number',
        array: true,
        describe: 'training step or data scale of each checkpoint, in order: makes a series',
        coerce: (values: number[] | undefined): number[] | undefined => {
          if (values?.some((value) => !Number.isFinite(value))) throw new Error('--steps: numbers are needed');
          return values;
        },
      })
      .option('set', {
        type: 'string',
        describe: 'folder of the set in the runs; default the first that was diagnosed',
      })
      .option('out', {
        type: 'string',
        describe: 'folder for compare.json and the report in compare/; default the first run',
      })
      .option('report', {
        type: 'boolean',
        default: true,
        describe: 'draw the page compare/index.html and its figures; --no-report leaves that out',
      })
      .option('json', jsonOption)
      .example('$0 compare runs/a runs/b', 'paired, where both read the same set')
      .example('$0 compare runs/100 runs/200 --steps 100 200', 'a training run'),
  handler: ({ runs, steps, set, out, report, json }) =>
    runCommand(async (context) => {
      const { comparison, html, files } = await compareRuns({
        runs,
        report,
        command: commandLine(),
        steps,
        set,
        out,
        ...context,
      });
      const near = (path: string): string => relative(process.cwd(), path);
      process.stdout.write(
        json
          ? `${JSON.stringify(comparison, undefined, 2)}\n`
          : `${printComparison(comparison)}\nresult: ${near(files[0])}\ntables: ${near(join(resolve(out ?? runs[0]), 'compare', 'tables'))}\n${html === null ? '' : `report: ${near(html)}\n`}`,
      );
    }),
};

/** Verdicts and measures side by side, then what changed, the ranking, and what got worse. */
function printComparison({
  checkpoints,
  measures,
  differences,
  ranking,
  training,
  worse,
  unpaired,
}: RunComparison): string {
  const names = checkpoints.map(({ name }) => name);
  const ids = [...new Set(checkpoints.flatMap(({ findings }) => findings.map(({ id }) => id)))];
  const side = [
    ['', ...names],
    ...(checkpoints.some(({ step }) => step !== null)
      ? [['step', ...checkpoints.map(({ step }) => String(step))]]
      : []),
    ...ids.map((id) => [
      ids.length === 1 ? 'verdict' : `verdict, ${id}`,
      ...checkpoints.map(({ findings }) => {
        const found = findings.find((finding) => finding.id === id);
        return `${found?.verdict ?? 'none'}${found?.direction === 'reversed' ? ' (reversed)' : ''}`;
      }),
    ]),
    ['layer', ...checkpoints.map(({ layer }) => layer ?? 'none')],
    ...measures.map(({ measure, values }) => [
      measure,
      ...names.map((name) => {
        const found = values.find(({ checkpoint }) => checkpoint === name);
        return found === undefined ? '' : withInterval(found.value);
      }),
    ]),
  ];
  const told = differences.filter(({ change }) => change === 'better' || change === 'worse');
  const changed = told.map(({ measure, a, b, difference, paired, adjusted, change }) => [
    change,
    measure,
    `${a} → ${b}`,
    withInterval(difference),
    paired ? 'paired' : 'independent',
    adjusted === null ? '' : `p ${adjusted < 1e-300 ? '< 1e-300' : adjusted.toPrecision(2)}`,
  ]);
  const trends =
    training?.measures
      .filter(({ adjusted }) => adjusted !== null && adjusted < 0.05)
      .map(({ measure, total }) => [measure, withInterval(total)]) ?? [];
  const [first, last] = [names[0], names[names.length - 1]];
  return [
    ...(unpaired === null ? [] : [`not paired: ${unpaired}\n\n`]),
    table(side, ''),
    `\n${differences.length - told.length} of ${differences.length} differences are not told from 0 or have no better side${told.length === 0 ? '.\n' : '; the others:\n'}`,
    ...(changed.length === 0 ? [] : [table(changed)]),
    ...(ranking === null
      ? []
      : [
          `\nranking by ${ranking.measure} (a shared rank: not told apart)\n`,
          table(ranking.order.map(({ rank, checkpoint, value }) => [rank, checkpoint, withInterval(value)])),
        ]),
    ...(training === null
      ? []
      : [
          trends.length === 0
            ? '\nno trend over the steps is told from none\n'
            : `\ntrends over the steps, first to last\n${table(trends)}`,
        ]),
    ...(training === null
      ? []
      : [
          worse.length === 0
            ? `\nnothing got worse from ${first} to ${last} as far as the data tell\n`
            : `\ngot worse from ${first} to ${last}: ${worse.map(({ measure }) => measure).join('; ')}\n`,
        ]),
  ].join('');
}
