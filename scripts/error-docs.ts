// Collects every error code of the sources, and renews docs/errors.md: node --import tsx scripts/error-docs.ts
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const ROOT = join(import.meta.dirname, '..');
export const ERRORS_PAGE = join(ROOT, 'docs/errors.md');
const ROOMS = ['core', 'contrast-sets', 'extractors', 'probes', 'analysis', 'findings', 'reports', 'study', 'cli'];
/** Codes that the sources put together from parts. */
const COMPOSED: Readonly<Record<string, readonly string[]>> = {
  'unknown-${what}': ['unknown-checkpoint', 'unknown-set'],
};

export interface RaisedError {
  readonly code: string;
  /** Source texts of the messages and hints, as they stand in the code. */
  readonly messages: readonly string[];
  readonly hints: readonly string[];
  readonly files: readonly string[];
}

/**
 * Every `new PlumblineError(CODE, …)` of the product, and every code of `core/formats/file-errors.ts`, sorted by code.
 */
export function raisedErrors(): readonly RaisedError[] {
  const found = new Map<string, { messages: string[]; hints: string[]; files: Set<string> }>();
  for (const room of ROOMS) {
    for (const name of readdirSync(join(ROOT, room), { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.ts'))
      .sort()) {
      const file = join(ROOT, room, name);
      const text = readFileSync(file, 'utf8');
      const source = ts.createSourceFile(file, text, ts.ScriptTarget.ES2022, true);
      const note = (code: string, message: string, hint: string | undefined): void => {
        for (const one of COMPOSED[code] ?? [code]) {
          const entry = found.get(one) ?? { messages: [], hints: [], files: new Set() };
          found.set(one, entry);
          if (message !== '') entry.messages.push(message);
          if (hint !== undefined) entry.hints.push(hint);
          entry.files.add(relative(ROOT, file));
        }
      };
      visit(source, (node) => {
        if (ts.isNewExpression(node) && node.expression.getText() === 'PlumblineError') {
          const [first, second, options] = node.arguments ?? [];
          for (const code of literals(first))
            note(code, spoken(second), options === undefined ? undefined : hintOf(options));
        } else if (ts.isObjectLiteralExpression(node) && property(node, 'code') !== undefined) {
          for (const code of literals(property(node, 'code')).filter((one) => !ZOD_CODE.test(one)))
            note(code, spoken(property(node, 'message')), hintOf(node));
        }
      });
    }
  }
  return [...found]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([code, { messages, hints, files }]) => ({ code, messages, hints, files: [...files] }));
}

/** Codes of zod's issues, which are no errors of ours. */
const ZOD_CODE = /^custom$|_/;

function visit(node: ts.Node, seen: (node: ts.Node) => void): void {
  seen(node);
  ts.forEachChild(node, (child) => visit(child, seen));
}

/** The strings that an expression may be: a literal, a template, or either branch of a choice. */
function literals(node: ts.Node | undefined): string[] {
  if (node === undefined) return [];
  if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) return [node.text];
  if (ts.isTemplateExpression(node)) return [node.getText().slice(1, -1)];
  if (ts.isConditionalExpression(node)) return [...literals(node.whenTrue), ...literals(node.whenFalse)];
  return [];
}

/** A message with `…` in the place of what is filled in. */
function spoken(node: ts.Node | undefined): string {
  if (node === undefined) return '';
  if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) return node.text;
  if (ts.isTemplateExpression(node))
    return node.head.text + node.templateSpans.map(({ literal }) => `…${literal.text}`).join('');
  if (ts.isConditionalExpression(node)) return spoken(node.whenTrue) || spoken(node.whenFalse);
  return '';
}

function property(node: ts.ObjectLiteralExpression, name: string): ts.Expression | undefined {
  for (const one of node.properties)
    if (ts.isPropertyAssignment(one) && one.name.getText() === name) return one.initializer;
  return undefined;
}

function hintOf(node: ts.Node): string | undefined {
  const hint = ts.isObjectLiteralExpression(node) ? property(node, 'hint') : undefined;
  const text = spoken(hint);
  return text === '' ? undefined : text;
}

interface Entry {
  readonly says?: string;
  readonly cause?: string;
  readonly fix?: string;
}

/** What the page says about each code. */
export function documentedErrors(page: string): ReadonlyMap<string, Entry> {
  const entries = new Map<string, Entry>();
  for (const section of page.split(/^### /m).slice(1)) {
    const [, code] = /^`([\w-]+)`/.exec(section) ?? [];
    const line = (name: string): string | undefined =>
      new RegExp(`^- \\*\\*${name}\\*\\*: (.+)$`, 'm').exec(section)?.[1];
    if (code !== undefined) entries.set(code, { says: line('Says'), cause: line('Cause'), fix: line('Fix') });
  }
  return entries;
}

/** Text from a message, safe as Markdown: what the sources put between backticks stays code. */
const prose = (texts: readonly string[]): string =>
  [...new Set(texts)]
    .slice(0, 4)
    .map((text) => text.replaceAll('\n', ' ').replaceAll('<', '&lt;').trim())
    .join(' · ');

/**
 * The page: messages and hints from the sources, causes (and what the sources don't say) kept from the page as it is.
 */
export function errorsPage(page: string, raised: readonly RaisedError[] = raisedErrors()): string {
  const known = documentedErrors(page);
  const sections = raised.map(({ code, messages, hints, files }) => {
    const { says, cause, fix } = known.get(code) ?? {};
    const lines: (readonly [string, string | undefined])[] = [
      ['Says', messages.length > 0 ? prose(messages) : says],
      ['Cause', cause],
      ['Fix', hints.length > 0 ? prose(hints) : fix],
    ];
    const written = lines.map(([name, text]) => `- **${name}**: ${text ?? ''}`);
    return [
      `### \`${code}\``,
      ...written,
      `- **From**: ${files
        .slice(0, 3)
        .map((file) => `[\`${file}\`](../${file})`)
        .join(', ')}${files.length > 3 ? `, and ${files.length - 3} more` : ''}`,
    ].join('\n');
  });
  return `# Errors by name

Every error has a name, printed in brackets behind the message, and says what was found, where, and what to do. From the library it is a \`PlumblineError\` with \`code\`, \`message\`, \`where\` and \`hint\`. The exit code is 3 for bad input and 64 for a wrong
command line. An error without a name (\`unexpected error\`, exit code 70) is a bug: please report it with its stack.

Nothing is half written: files appear whole or not at all, and the same command again goes on where it stopped. \`…\` stands for what is filled in.

Messages and fixes here are written by \`scripts/error-docs.ts\` from the sources; causes are written by hand, and a test fails when an error has none.

${sections.join('\n\n')}
`;
}

if (resolve(process.argv[1] ?? '') === fileURLToPath(import.meta.url)) {
  const page = existsSync(ERRORS_PAGE) ? readFileSync(ERRORS_PAGE, 'utf8') : '';
  const renewed = errorsPage(page);
  writeFileSync(ERRORS_PAGE, renewed);
  const open = [...documentedErrors(renewed)]
    .filter(([, { says, cause, fix }]) => says === undefined || cause === undefined || fix === undefined)
    .map(([code]) => code);
  if (open.length > 0) process.stderr.write(`docs/errors.md: write what is missing by hand: ${open.join(', ')}\n`);
}
