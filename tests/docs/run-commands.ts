/**
 * Runs command lines one after the other in this process, so that the modules are loaded once: `node --import tsx
 * run-commands.ts FILE`, FILE a JSON list of argument lists. Prints a JSON line for each: exit code, seconds, and what
 * went to stderr.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { readContrastSet } from '../../contrast-sets/index.ts';
import { itemsOf } from '../../core/artifacts/contrast-set.ts';
import { writeSafetensors } from '../../core/formats/safetensors.ts';
import { Random } from '../../core/random.ts';

/**
 * What `docs/examples/dump_hidden_states.py` writes, with random numbers: the embedding and the outputs of four blocks
 * at the last token.
 */
async function writeDump(file: string, set: string): Promise<void> {
  const ids = itemsOf(await readContrastSet(set)).map(({ item }) => item);
  const random = new Random(0, 'dump');
  const shape = [5, ids.length, 128];
  const data = Float32Array.from({ length: 5 * ids.length * 128 }, () => random.normal());
  await writeSafetensors(file, [{ name: 'hidden_states', shape, data }], { ids: JSON.stringify(ids) });
}

/** A study of 8 scenes and one analysis; `diagnose`, which it has as it is written, is run by its own page. */
function makeSmall(file: string): void {
  const study = readFileSync(file, 'utf8');
  const small = study
    .replace('scenes: 200', 'scenes: 8')
    .replace(/^ {2}- diagnose$/m, '  - behaviour')
    .replace(/^report: true$/m, 'report: false');
  if (small === study) throw new Error(`${file} is not as expected`);
  writeFileSync(file, small);
}

const MAIN = pathToFileURL(join(import.meta.dirname, '../../cli/main.ts')).href;
const commands = JSON.parse(readFileSync(process.argv[2], 'utf8')) as string[][];
const out = process.stdout.write.bind(process.stdout);
let errors = '';
process.stdout.write = (): boolean => true;
process.stderr.write = (text: string | Uint8Array): boolean => {
  errors += String(text);
  return true;
};
let started = performance.now();
let reported = true;
const report = (code: number): void => {
  if (reported) return;
  reported = true;
  out(`${JSON.stringify({ code, seconds: (performance.now() - started) / 1000, errors })}\n`);
};
// A wrong command line ends the process.
process.on('exit', (code) => report(code));
for (const [i, argv] of commands.entries()) {
  if (argv[0] === 'import' && argv[1] === 'dump.safetensors' && !existsSync(argv[1]))
    await writeDump(argv[1], argv[argv.indexOf('--set') + 1]);
  errors = '';
  reported = false;
  started = performance.now();
  process.argv = [process.argv[0], MAIN, ...argv];
  process.exitCode = 0;
  // The query makes it another module, which runs again; what it imports is loaded once.
  await import(`${MAIN}?${i}`);
  report(Number(process.exitCode));
  if (argv[0] === 'init') makeSmall(argv[1]);
}
process.exitCode = 0;
