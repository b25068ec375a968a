import { writeFileAtomic } from '../../core/formats/atomic.ts';
import { EXIT_CODES, gate, type GateReport } from '../../study/gate/gate.ts';
import { gateSummary } from '../../study/gate/summary.ts';
import { junit } from '../../study/gate/junit.ts';
import type { Command } from '../exit-codes.ts';
import { jsonOption } from '../options.ts';
import { runCommand } from '../run-command.ts';
import { table } from '../table.ts';

interface Options {
  run: string;
  config: string;
  baseline?: string;
  junit?: string;
  summary?: string;
  json: boolean;
}

export const gateCommand: Command<Options> = {
  command: 'gate <run>',
  describe: 'stop a release: rules on the bounds of a run’s intervals; the exit code is the answer',
  exitCodes: {
    [EXIT_CODES.pass]: 'every rule passes',
    [EXIT_CODES.fail]: 'a rule fails',
    [EXIT_CODES.inconclusive]: 'none fails, one is inconclusive: its interval lies on both sides of the threshold',
    [EXIT_CODES.error]: 'a rule could not be decided, or bad input',
  },
  builder: (yargs) =>
    yargs
      .positional('run', { type: 'string', demandOption: true, describe: 'run folder of diagnose, run or sweep' })
      .option('config', {
        alias: 'c',
        type: 'string',
        demandOption: true,
        describe: 'the rules, a YAML file (docs/ci.md)',
      })
      .option('baseline', { type: 'string', describe: 'run folder on the same sets that rules compare with' })
      .option('junit', { type: 'string', describe: 'write the rules as JUnit XML' })
      .option('summary', { type: 'string', describe: 'write the rules as Markdown' })
      .option('json', jsonOption)
      .example('$0 gate runs/demo --config gate.yaml --junit gate.xml', 'in CI'),
  handler: ({ run, config, baseline, junit: xml, summary, json }) =>
    runCommand(async () => {
      const report = await gate({ run, config, baseline });
      if (xml !== undefined) await writeFileAtomic(xml, junit(report));
      if (summary !== undefined) await writeFileAtomic(summary, gateSummary(report));
      process.stdout.write(json ? `${JSON.stringify(report, undefined, 2)}\n` : printGate(report));
      process.exitCode = EXIT_CODES[report.outcome];
    }),
};

function printGate({ rows, outcome }: GateReport): string {
  const lines = rows.map((row) => [row.outcome, row.rule, row.criterion, row.checkpoint, row.reason]);
  const hints = rows.flatMap(({ rule, hint }) => (hint === undefined ? [] : [`  ${rule}: ${hint}\n`]));
  return `${table([['', 'rule', 'asks', 'checkpoint', 'found'], ...lines], '')}${hints.length === 0 ? '' : `\n${[...new Set(hints)].join('')}`}\ngate: ${outcome}\n`;
}
