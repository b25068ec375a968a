/** What a verification finds: differences, counts, and what could not be checked. */
import { relative, sep } from 'node:path';
import { messageOf, PlumblineError } from '../../core/errors.ts';
import { valuesApart, type Apart } from './values-apart.ts';

export interface Difference {
  /** File inside the run folder. */
  readonly file: string;
  /** Place in it, e.g. `cells[3].accuracy.value`; empty for the file as a whole. */
  readonly place: string;
  /** What is wrong, with the stored and the computed value. */
  readonly what: string;
}

export interface Verification {
  readonly run: string;
  readonly differences: readonly Difference[];
  /** What was compared, by kind. */
  readonly checked: {
    readonly pictures: number;
    readonly states: number;
    readonly answers: number;
    readonly results: number;
    readonly numbers: number;
    readonly reportFiles: number;
  };
  /** Largest relative difference between a stored number and the computed one. */
  readonly largest: number;
  /** Results that were not computed again, and why: they don't count as verified. */
  readonly notRecomputed: readonly { readonly file: string; readonly because: string }[];
  /** What else could not be checked, and why. */
  readonly unchecked: readonly string[];
}

export class Ledger {
  readonly checked = { pictures: 0, states: 0, answers: 0, results: 0, numbers: 0, reportFiles: 0 };
  readonly notRecomputed: { file: string; because: string }[] = [];
  private readonly root: string;
  private readonly tolerance: number;
  private readonly differences: Difference[] = [];
  private largest = 0;

  /** @param root the run folder */
  constructor(root: string, tolerance: number) {
    this.root = root;
    this.tolerance = tolerance;
  }

  differs(path: string, place: string, what: string): void {
    this.differences.push({ file: this.inRun(path), place, what });
  }

  /** Path inside the run folder, with forward slashes. */
  inRun(path: string): string {
    return relative(this.root, path).split(sep).join('/');
  }

  /** Runs a check; what it throws is a difference of that file. */
  async attempt<T>(path: string, check: () => Promise<T>): Promise<T | null> {
    try {
      return await check();
    } catch (error) {
      if (!(error instanceof PlumblineError) || error.code === 'interrupted') throw error;
      this.differs(error.where?.startsWith(this.root) ? error.where : path, '', messageOf(error));
      return null;
    }
  }

  /** Compares a kept value with the one expected; `by` says where that one comes from. */
  compare(path: string, place: string, found: unknown, expected: unknown, by: string): void {
    const { apart, numbers, largest } = valuesApart(found, expected, this.tolerance);
    this.checked.numbers += numbers;
    this.largest = Math.max(this.largest, largest);
    for (const entry of apart) this.differs(path, [place, entry.place].filter(Boolean).join(': '), describe(entry, by));
  }

  result(): Verification {
    const { differences, checked, largest, notRecomputed } = this;
    return { run: this.root, differences, checked, largest, notRecomputed, unchecked: [] };
  }
}

function describe({ found, expected }: Apart, by: string): string {
  const text = (value: unknown): string => (value === undefined ? 'nothing' : JSON.stringify(value)).slice(0, 120);
  return `stored is ${text(found)}, ${by} ${text(expected)}`;
}
