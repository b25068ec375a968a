/** Runs a Python peer: a script of this folder that reads JSON on stdin and prints one JSON object. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';

/** The interpreter that has the peer's packages: `PLUMBLINE_PYTHON`, or *python3*. */
export const PYTHON = process.env.PLUMBLINE_PYTHON ?? 'python3';

/**
 * Runs `bench/SCRIPT` with threads limited to `threads` and returns what it prints; rejects with the script's stderr
 * when it fails.
 */
export function peer<T>(script: string, input: unknown, { threads = 2 }: { threads?: number } = {}): Promise<T> {
  const limits = Object.fromEntries(
    ['OMP_NUM_THREADS', 'OPENBLAS_NUM_THREADS', 'MKL_NUM_THREADS'].map((name) => [name, String(threads)]),
  );
  return new Promise((resolve, reject) => {
    const child = spawn(PYTHON, [join(import.meta.dirname, script)], {
      env: { ...process.env, ...limits },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    const out: Buffer[] = [];
    const errors: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => errors.push(chunk));
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve(JSON.parse(Buffer.concat(out).toString()) as T);
      else
        reject(new Error(`${PYTHON} ${script} ended with ${code}: ${Buffer.concat(errors).toString().slice(-2000)}`));
    });
    child.stdin.end(JSON.stringify(input));
  });
}
