// Writes the usage and options tables of docs/commands/NAME.md from the commands themselves: node --import tsx
// scripts/command-docs.ts
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { CommandModule } from 'yargs';
import { allExitCodes, SHARED_EXIT_CODES, type Command, type ExitCodes } from '../cli/exit-codes.ts';

const ROOT = join(import.meta.dirname, '..');
const FOLDER = join(ROOT, 'docs/commands');
const BEGIN = '<!-- options: written by scripts/command-docs.ts -->';
const END = '<!-- end of options -->';

interface Option {
  readonly describe?: string;
  readonly type?: string;
  readonly array?: boolean;
  readonly choices?: readonly unknown[];
  readonly default?: string | number | boolean | readonly string[];
  readonly demandOption?: boolean;
  readonly alias?: string | readonly string[];
}

interface Described {
  readonly name: string;
  readonly usage: string;
  readonly describe: string;
  readonly aliases: readonly string[];
  readonly positionals: ReadonlyMap<string, Option>;
  readonly options: ReadonlyMap<string, Option>;
  readonly examples: readonly (readonly [string, string])[];
  /** What comes after its name: word and description of each. */
  readonly commands: readonly (readonly [string, string])[];
  readonly exitCodes: ExitCodes;
}

/** Every command of `cli/commands`, by name. */
export async function describedCommands(): Promise<readonly Described[]> {
  const folder = join(ROOT, 'cli/commands');
  const commands: Described[] = [];
  for (const file of readdirSync(folder)
    .filter((name) => name.endsWith('.ts'))
    .sort()) {
    const module = (await import(pathToFileURL(join(folder, file)).href)) as Record<string, unknown>;
    for (const [key, value] of Object.entries(module))
      if (key.endsWith('Command')) commands.push(describeCommand(value as Command));
  }
  return commands.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Runs the builder on something that notes what it is told and answers every call with itself. */
function describeCommand({ command, describe, aliases, builder, exitCodes }: Command): Described {
  const positionals = new Map<string, Option>();
  const options = new Map<string, Option>();
  const examples: [string, string][] = [];
  const commands: (readonly [string, string])[] = [];
  const recorder: unknown = new Proxy(
    {},
    {
      get:
        (_, method) =>
        (...args: unknown[]): unknown => {
          if (method === 'positional') positionals.set(args[0] as string, args[1] as Option);
          else if (method === 'option') options.set(args[0] as string, args[1] as Option);
          else if (method === 'options')
            for (const [name, option] of Object.entries(args[0] as Record<string, Option>)) options.set(name, option);
          else if (method === 'command')
            for (const one of [args[0]].flat() as CommandModule[])
              commands.push([String(one.command), String(one.describe)]);
          else if (method === 'example')
            examples.push([(args[0] as string).replace('$0', 'plumbline'), args[1] as string]);
          return recorder;
        },
    },
  );
  if (typeof builder === 'function') void (builder as (yargs: unknown) => unknown)(recorder);
  const words = String(Array.isArray(command) ? command[0] : command);
  const usage = commands.length === 0 ? words : `${words} <name>`;
  return {
    name: usage.split(' ')[0],
    usage,
    describe: String(describe),
    aliases: [aliases ?? []].flat(),
    positionals,
    options,
    examples,
    commands,
    exitCodes,
  };
}

const kebab = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('<', '&lt;').replaceAll('\n', '<br>');

function optionRow(name: string, option: Option, positional: boolean): string {
  const names = positional
    ? [name]
    : [
        `--${kebab(name)}`,
        ...[option.alias ?? []].flat().map((alias) => (alias.length === 1 ? `-${alias}` : `--${alias}`)),
      ];
  const type =
    option.choices !== undefined
      ? option.choices.map((choice) => `\`${String(choice)}\``).join(', ')
      : `${option.type === 'boolean' ? 'switch' : (option.type ?? 'text').replace('string', 'text')}`;
  const many = option.array === true || option.type === 'array' ? ', one or more' : '';
  const none =
    option.default === undefined ||
    option.default === false ||
    (Array.isArray(option.default) && option.default.length === 0);
  const preset = option.demandOption === true ? '**needed**' : none ? '' : `\`${[option.default].flat().join(' ')}\``;
  return `| ${names.map((one) => `\`${one}\``).join(', ')} | ${type}${many} | ${preset} | ${cell(option.describe ?? '')} |`;
}

/** The generated part of a command's page. */
export function optionsSection({
  usage,
  describe,
  aliases,
  positionals,
  options,
  examples,
  commands,
  exitCodes,
}: Described): string {
  const table = (title: string, of: ReadonlyMap<string, Option>, positional: boolean): string[] =>
    of.size === 0
      ? []
      : [
          '',
          `| ${title} | takes | default | meaning |`,
          '| --- | --- | --- | --- |',
          ...[...of].map(([name, option]) => optionRow(name, option, positional)),
        ];
  return [
    BEGIN,
    `\`plumbline ${usage}\`${aliases.length === 0 ? '' : ` (also: ${aliases.map((alias) => `\`${alias}\``).join(', ')})`}: ${cell(describe)}.`,
    ...(commands.length === 0
      ? []
      : [
          '',
          '| name | |',
          '| --- | --- |',
          ...commands.map(([word, meaning]) => `| [\`${word}\`](../sets/${word}.md) | ${cell(meaning)} |`),
        ]),
    ...table('argument', positionals, true),
    ...table('option', options, false),
    ...(examples.length === 0
      ? []
      : ['', 'Examples:', ...examples.map(([line, meaning]) => `- \`${line}\`: ${meaning}`)]),
    '',
    ...exitCodeTable(allExitCodes({ exitCodes })),
    END,
  ].join('\n');
}

const exitCodeTable = (codes: ExitCodes): string[] => [
  '| exit code | means |',
  '| --- | --- |',
  ...Object.entries(codes).map(([code, meaning]) => `| ${code} | ${cell(meaning)} |`),
];

/** A page with its generated part renewed; what was written by hand around it stays. */
export function renewed(page: string, command: Described): string {
  const [begin, end] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (begin === -1 || end < begin) return `# plumbline ${command.name}\n\n${optionsSection(command)}\n`;
  return page.slice(0, begin) + optionsSection(command) + page.slice(end + END.length);
}

/** The index of the pages. */
export function commandIndex(commands: readonly Described[]): string {
  const rows = commands.map(
    ({ name, usage, describe }) =>
      `| [\`plumbline ${usage.replaceAll('|', '\\|')}\`](${name}.md) | ${cell(describe)} |`,
  );
  return `# Commands

After \`npm install plumbline\` they run as \`npx plumbline …\`. Results go to stdout, progress bars to stderr; \`--json\` prints one object for machines. Ctrl-C stops a command without harm: the same command again
goes on where it stopped.

| command | does |
| --- | --- |
${rows.join('\n')}

Every command may end with these exit codes ([errors by name](../errors.md)); one whose exit code is its answer has more, listed on its page.

${exitCodeTable(SHARED_EXIT_CODES).join('\n')}

This page and the tables of options and exit codes are written by \`scripts/command-docs.ts\`.
`;
}

if (resolve(process.argv[1] ?? '') === fileURLToPath(import.meta.url)) {
  const commands = await describedCommands();
  for (const command of commands) {
    const file = join(FOLDER, `${command.name}.md`);
    writeFileSync(file, renewed(existsSync(file) ? readFileSync(file, 'utf8') : '', command));
  }
  writeFileSync(join(FOLDER, 'README.md'), commandIndex(commands));
}
