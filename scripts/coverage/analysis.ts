/** What the intervals and p-values of the analyses promise, one file a family. */
import { REPRESENTATION_SIMULATIONS } from './representation.ts';
import { SIMILARITY_SIMULATIONS } from './similarity.ts';
import type { Simulation } from './simulation.ts';

export const ANALYSIS_SIMULATIONS: readonly Simulation[] = [...REPRESENTATION_SIMULATIONS, ...SIMILARITY_SIMULATIONS];
