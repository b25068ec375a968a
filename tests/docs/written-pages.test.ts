import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { commandIndex, describedCommands, renewed } from '../../scripts/command-docs.ts';
import { documentedErrors, errorsPage, raisedErrors } from '../../scripts/error-docs.ts';
import { pageText, ROOT } from './pages.ts';

const commands = await describedCommands();

test('every command has a page, whose tables of options are those of the command (npm run docs:commands)', () => {
  expect(commands.length).toBeGreaterThan(10);
  expect(
    commands.filter(({ name }) => !existsSync(join(ROOT, `docs/commands/${name}.md`))).map(({ name }) => name),
  ).toEqual([]);
  for (const command of commands) {
    const page = pageText(`docs/commands/${command.name}.md`);
    expect(renewed(page, command), command.name).toBe(page);
    expect(page, `${command.name}: say what it does and writes`).toMatch(/^## What it does\n[\s\S]+^## Writes\n./m);
  }
  expect(pageText('docs/commands/README.md')).toBe(commandIndex(commands));
});

test('no page is left of a command that is gone', () => {
  const names = new Set(commands.map(({ name }) => `${name}.md`));
  expect(readdirSync(join(ROOT, 'docs/commands')).filter((file) => file !== 'README.md' && !names.has(file))).toEqual(
    [],
  );
});

test('every error code of the sources is documented, with symptom, cause and fix (npm run docs:errors)', () => {
  const page = pageText('docs/errors.md');
  const documented = documentedErrors(page);
  const raised = raisedErrors();
  const codes = raised.map(({ code }) => code);
  expect(codes.length).toBeGreaterThan(150);
  expect(codes).toEqual([...new Set(codes)]);
  for (const code of codes) expect(code).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
  expect([...documented.keys()]).toEqual(codes);
  for (const [code, { says, cause, fix }] of documented)
    for (const part of [says, cause, fix]) expect(part, code).toMatch(/\S/);
  expect(errorsPage(page, raised)).toBe(page);
});

const measures = readdirSync(join(ROOT, 'docs/measures')).filter(
  (file) => file !== 'README.md' && file !== 'coverage.md',
);

test('every measure has definition, reading, traps and source, and stands in the index', () => {
  const index = pageText('docs/measures/README.md');
  expect(measures.length).toBeGreaterThan(35);
  for (const file of measures) {
    const page = pageText(`docs/measures/${file}`);
    if (file !== 'intervals.md')
      expect(page, file).toMatch(
        /^# .+\n[\s\S]*^## Definition\n[\s\S]+^## Reading\n[\s\S]+^## Traps\n[\s\S]+^## Where\n/m,
      );
    expect(page.slice(page.indexOf('## Where')), `${file}: link the source`).toMatch(
      /\]\(\.\.\/\.\.\/(analysis|probes|findings|core|study)\/[\w/-]+\.ts\)/,
    );
    expect(index, file).toContain(`(${file})`);
  }
});
