/** What the intervals of the probes promise. */
import type { Simulation } from './simulation.ts';

export const PROBE_SIMULATIONS: readonly Simulation[] = [];
