import type { Estimate } from '../../core/artifacts/results.ts';

export interface CheckResult {
  /** Kebab-case name of the check, e.g. `answers`. */
  readonly check: string;
  /** `undecided`: the set is too small to tell, or (imported sets) the property is reported, not demanded. */
  readonly status: 'passed' | 'failed' | 'undecided';
  /** One sentence: what was checked, and the first problem. */
  readonly detail: string;
  readonly estimate?: Estimate;
}

/** Problems of one check: the first is kept, the rest counted. */
export class Problems {
  private first: string | undefined;
  private count = 0;

  add(problem: string | undefined): void {
    if (problem === undefined) return;
    this.first ??= problem;
    this.count++;
  }

  /** @param claim what holds when there is no problem */
  result(check: string, claim: string): CheckResult {
    if (this.first === undefined) return { check, status: 'passed', detail: claim };
    return { check, status: 'failed', detail: `${this.first}${this.count > 1 ? ` (and ${this.count - 1} more)` : ''}` };
  }
}
