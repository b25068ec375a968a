/**
 * Runs command lines that are wrong usage one after the other in this process: `node --import tsx run-lines.ts LINES`,
 * LINES a JSON list of argument lists. Prints a JSON line for each: exit code, and what went to stdout and stderr.
 */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const MAIN = pathToFileURL(join(import.meta.dirname, '../../cli/main.ts')).href;
const print = process.stdout.write.bind(process.stdout);
const lines = JSON.parse(process.argv[2]) as string[][];
let said = { stdout: '', stderr: '' };
for (const stream of ['stdout', 'stderr'] as const)
  process[stream].write = (text: string | Uint8Array): boolean => {
    said[stream] += String(text);
    return true;
  };

class Exit extends Error {
  readonly code: number;
  constructor(code: number) {
    super(`exit ${code}`);
    this.code = code;
  }
}
// Ends the command line, not the process.
process.exit = (code) => {
  throw new Exit(Number(code ?? 0));
};

for (const [i, line] of lines.entries()) {
  said = { stdout: '', stderr: '' };
  process.argv = [process.argv[0], MAIN, ...line];
  process.exitCode = 0;
  let code: number;
  try {
    // The query makes it another module, which runs again; what it imports is loaded once.
    await import(`${MAIN}?${i}`);
    code = Number(process.exitCode);
  } catch (error) {
    if (!(error instanceof Exit)) throw error;
    code = error.code;
  }
  print(`${JSON.stringify({ code, ...said })}\n`);
}
process.exitCode = 0;
