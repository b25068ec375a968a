#!/usr/bin/env node
import yargs from 'yargs';
import { hideBin } from 'yargs/helpers';
import { closest } from '../core/closest.ts';
import { VERSION } from '../core/version.ts';
import { analyseCommand } from './commands/analyse.ts';
import { causeCommand } from './commands/cause.ts';
import { compareCommand } from './commands/compare.ts';
import { diagnoseCommand } from './commands/diagnose.ts';
import { extractCommand } from './commands/extract.ts';
import { figuresCommand } from './commands/figures.ts';
import { galleryCommand } from './commands/gallery.ts';
import { gateCommand } from './commands/gate.ts';
import { generateCommand } from './commands/generate.ts';
import { importCommand } from './commands/import.ts';
import { importSetCommand } from './commands/import-set.ts';
import { initCommand } from './commands/init.ts';
import { inspectCommand } from './commands/inspect.ts';
import { planCommand } from './commands/plan.ts';
import { reportCommand } from './commands/report.ts';
import { runStudyCommand } from './commands/run.ts';
import { stepCommand } from './commands/step.ts';
import { sweepCommand } from './commands/sweep.ts';
import { tokensCommand } from './commands/tokens.ts';
import { verifyCommand } from './commands/verify.ts';
import { USAGE } from './exit-codes.ts';

const line = yargs(hideBin(process.argv))
  .scriptName('plumbline')
  .usage('$0 COMMAND\n\nTells whether a vision-language checkpoint has spatial structure inside or lives on shortcuts.')
  .command(diagnoseCommand)
  .command(generateCommand)
  .command(galleryCommand)
  .command(extractCommand)
  .command(importCommand)
  .command(importSetCommand)
  .command(analyseCommand)
  .command(causeCommand)
  .command(inspectCommand)
  .command(tokensCommand)
  .command(figuresCommand)
  .command(compareCommand)
  .command(gateCommand)
  .command(verifyCommand)
  .command(initCommand)
  .command(runStudyCommand)
  .command(planCommand)
  .command(stepCommand)
  .command(reportCommand)
  .command(sweepCommand)
  .demandCommand(1, 'name a command')
  .strict()
  .recommendCommands()
  .version(VERSION)
  .wrap(Math.min(110, process.stdout.columns ?? 110))
  .parserConfiguration({ 'dot-notation': false })
  .fail((message, error) => {
    // yargs hands over its own errors and those of `coerce` as YError; anything else is a bug.
    if (error instanceof Error && error.name !== 'YError') throw error;
    const text = message ?? error?.message;
    process.stderr.write(
      `plumbline: ${text}${suggestion(text)}\n  to do: plumbline --help, or plumbline COMMAND --help\n`,
    );
    process.exit(USAGE);
  });
await line.parseAsync();

/** What a misspelt option was probably meant to be. */
function suggestion(message: string): string {
  const unknown = /^Unknown arguments?: (.*)$/.exec(message)?.[1].split(', ')[0];
  if (unknown === undefined) return '';
  // Options of the command that was reached; not in yargs's published types.
  const { key } = (line as unknown as { getOptions(): { key: object } }).getOptions();
  const meant = closest(unknown, Object.keys(key));
  return meant === null ? '' : `; did you mean --${meant}?`;
}
