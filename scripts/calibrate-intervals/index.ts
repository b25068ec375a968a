/** Every simulation of `npm run calibrate-intervals`, one file a family. */
import { ANALYSIS_SIMULATIONS } from './analysis.ts';
import { PROBE_SIMULATIONS } from './probes.ts';
import type { Simulation } from './simulation.ts';

/** In the order of the table in docs/measures/coverage.md; `name` and `setting` together name one. */
export const SIMULATIONS: readonly Simulation[] = [...PROBE_SIMULATIONS, ...ANALYSIS_SIMULATIONS];
