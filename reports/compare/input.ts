/** What the page of a comparison is made of. */
import type { RunComparison } from '../../core/artifacts/results/run-comparison.ts';
import type { Table } from '../tables/table.ts';

export interface ComparisonInput {
  readonly comparison: RunComparison;
  /** The command line that made it, for the methods section. */
  readonly command?: string;
  readonly tables: readonly Table[];
}
