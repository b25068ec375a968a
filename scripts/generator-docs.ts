// Writes the tables of docs/sets from the generators themselves: node --import tsx scripts/generator-docs.ts
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { kebab, shown } from '../cli/parameters.ts';
import { GENERATORS, parametersIn, type Generator, type Parameter } from '../contrast-sets/index.ts';

const FOLDER = join(import.meta.dirname, '../docs/sets');
const BEGIN = '<!-- parameters: written by scripts/generator-docs.ts -->';
const END = '<!-- end of parameters -->';

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('<', '&lt;').replaceAll('\n', '<br>');

function row({ path, takes, preset, needed, meaning }: Parameter): string {
  const by = needed ? '**needed**' : preset === undefined ? '' : `\`${shown(preset)}\``;
  return `| \`${path.join('.')}\` | ${cell(takes)} | ${by} | ${cell(meaning)} |`;
}

/** The generated part of a generator's page. */
export function parametersSection(generator: Generator): string {
  const { name, version, title, parameters, scenesMeaning } = generator;
  const all = parametersIn(parameters);
  const example = all.find(({ path: [first] }) => /[A-Z]/.test(first)) ?? all[all.length - 1];
  return [
    BEGIN,
    `\`plumbline generate ${name}\`, version ${version}: ${cell(title)}.`,
    '',
    `\`--scenes\`: ${cell(scenesMeaning)}. Each parameter is an option (\`--${example.path.map(kebab).join('.')}\`), a key of \`parameters\` in \`study.yaml\`, and a name for \`-p NAME=VALUE\`.`,
    '',
    '| parameter | takes | default | meaning |',
    '| --- | --- | --- | --- |',
    ...all.map(row),
    END,
  ].join('\n');
}

/** A page with its generated part renewed; what was written by hand around it stays. */
export function renewedSet(page: string, generator: Generator): string {
  const [begin, end] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (begin === -1 || end < begin) return `# ${generator.name}\n\n## Parameters\n${parametersSection(generator)}\n`;
  return page.slice(0, begin) + parametersSection(generator) + page.slice(end + END.length);
}

/** The index of the pages. */
export function setIndex(): string {
  const rows = Object.values<Generator>(GENERATORS).map(
    ({ name, title }) => `| [\`${name}\`](${name}.md) | ${cell(title)} |`,
  );
  return `# Contrast sets

A set is made by \`plumbline generate NAME --out FOLDER\` ([all options](../commands/generate.md)), the same bits on every machine for the same seed and parameters. \`--check\` proves it. Public benchmarks and your own pictures come in by
[\`import-set\`](../commands/import-set.md).

| set | asks |
| --- | --- |
${rows.join('\n')}

This page and the tables of parameters are written by \`scripts/generator-docs.ts\` (\`npm run docs:sets\`).
`;
}

if (resolve(process.argv[1] ?? '') === fileURLToPath(import.meta.url)) {
  for (const generator of Object.values<Generator>(GENERATORS)) {
    const file = join(FOLDER, `${generator.name}.md`);
    writeFileSync(file, renewedSet(existsSync(file) ? readFileSync(file, 'utf8') : '', generator));
  }
  writeFileSync(join(FOLDER, 'README.md'), setIndex());
}
