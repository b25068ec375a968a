/** Every analysis by its name, out of the rooms that define them. */
import { ANALYSIS_ANALYSES } from '../analysis/index.ts';
import type { AnyAnalysis } from '../core/definitions/analysis.ts';
import { PROBE_ANALYSES } from '../probes/index.ts';

export const ANALYSES: Readonly<Record<string, AnyAnalysis>> = Object.fromEntries(
  [...ANALYSIS_ANALYSES, ...PROBE_ANALYSES].map((definition) => [definition.name, definition]),
);
