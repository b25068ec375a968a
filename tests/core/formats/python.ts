/** Cross-checks with Python run where it is present, with the packages they need. */
import { execFileSync } from 'node:child_process';

/** The interpreter: `PLUMBLINE_PYTHON`, or python3. */
export const python = process.env.PLUMBLINE_PYTHON ?? 'python3';

/** Whether the interpreter has all these packages. */
export function hasPython(...packages: readonly string[]): boolean {
  try {
    execFileSync(python, ['-c', packages.map((name) => `import ${name}`).join('\n')], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
