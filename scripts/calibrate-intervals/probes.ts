/** What the intervals of the probes and of core/statistics promise, one file a family. */
import { CLASS_SIMULATIONS } from './probes/classes.ts';
import { ERASURE_SIMULATIONS } from './probes/erasure.ts';
import { NUMBER_SIMULATIONS } from './probes/numbers.ts';
import { STATISTIC_SIMULATIONS } from './probes/statistics.ts';
import type { Simulation } from './simulation.ts';

export const PROBE_SIMULATIONS: readonly Simulation[] = [
  ...STATISTIC_SIMULATIONS,
  ...CLASS_SIMULATIONS,
  ...NUMBER_SIMULATIONS,
  ...ERASURE_SIMULATIONS,
];
