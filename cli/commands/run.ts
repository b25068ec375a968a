import { relative } from 'node:path';
import { planStudy, type StudyPlan } from '../../study/estimate/estimate.ts';
import { readStudy } from '../../study/config/read.ts';
import { runStudy, type StudyRun } from '../../study/run-study.ts';
import type { Command } from '../exit-codes.ts';
import { commandLine } from '../command-line.ts';
import { jsonOption } from '../options.ts';
import { runCommand } from '../run-command.ts';
import { table } from '../table.ts';

interface Options {
  study: string;
  'dry-run': boolean;
  json: boolean;
}

export const runStudyCommand: Command<Options> = {
  command: 'run <study>',
  describe: 'run a study described in YAML, or what of it isn’t there yet',
  exitCodes: {},
  builder: (yargs) =>
    yargs
      .positional('study', {
        type: 'string',
        demandOption: true,
        describe: 'study.yaml, as `plumbline init` writes it',
      })
      .option('dry-run', {
        type: 'boolean',
        default: false,
        describe: 'print the steps with estimates of time, disk and memory, and stop',
      })
      .option('json', jsonOption)
      .example('$0 run study.yaml --dry-run', 'what would be done'),
  handler: ({ study: file, 'dry-run': dry, json }) =>
    runCommand(async (context) => {
      const study = await readStudy(file);
      if (dry) {
        const plan = await planStudy(study, context.signal);
        process.stdout.write(json ? `${JSON.stringify(plan, undefined, 2)}\n` : printPlan(plan));
        return;
      }
      const done = await runStudy(study, { command: commandLine(), ...context });
      process.stdout.write(
        json
          ? `${JSON.stringify({ run: study.out, ...done.executed, reports: done.reports }, undefined, 2)}\n`
          : printRun(study.out, done),
      );
    }),
};

function duration(seconds: number): string {
  return seconds < 1
    ? '< 1 s'
    : seconds < 90
      ? `${Math.round(seconds)} s`
      : seconds < 5400
        ? `${Math.round(seconds / 60)} min`
        : `${(seconds / 3600).toFixed(1)} h`;
}
const size = (bytes: number | null): string =>
  bytes === null
    ? ''
    : bytes < 1 << 20
      ? `${Math.ceil(bytes / 1024)} KiB`
      : bytes < 2 ** 30
        ? `${Math.round(bytes / 2 ** 20)} MiB`
        : `${(bytes / 2 ** 30).toFixed(1)} GiB`;

function printPlan({ out, steps, seconds, bytes, memory, rule }: StudyPlan): string {
  const rows = steps.map(({ step, done, of, seconds: time, bytes: disk, by }) => [
    step,
    of,
    done ? 'there' : duration(time),
    done ? '' : size(disk),
    done ? '' : by,
  ]);
  return `${table([['step', 'of', 'time', 'disk', 'how'], ...rows], '')}\nall: about ${duration(seconds)}, ${size(bytes)} on disk in ${relative(process.cwd(), out) || '.'}, ${size(memory)} of memory\n${rule}\n`;
}

function printRun(out: string, { executed, diagnosed, reports }: StudyRun): string {
  const verdicts = diagnosed.flatMap(({ set, results: { name, findings } }) =>
    findings.map(({ id, verdict }) => [name, set, id, verdict.toUpperCase()]),
  );
  return [
    ...(verdicts.length === 0 ? [] : [table([['checkpoint', 'set', 'finding', 'verdict'], ...verdicts], '')]),
    ...executed.skipped.map(
      ({ analysis, checkpoint, set, reason }) => `skipped: ${analysis} of ${checkpoint} on ${set}: ${reason}\n`,
    ),
    `results: ${relative(process.cwd(), out) || '.'}\n`,
    ...reports.map((path) => `report: ${relative(process.cwd(), path)}\n`),
  ].join('');
}
