/** What the intervals and p-values of the analyses promise, one file a family. */
import { BEHAVIOUR_SIMULATIONS } from './behaviour.ts';
import { CAUSE_SIMULATIONS } from './cause.ts';
import { CORRESPONDENCE_SIMULATIONS } from './correspondence.ts';
import { GEOMETRY_SIMULATIONS } from './geometry.ts';
import { REPRESENTATION_SIMULATIONS } from './representation.ts';
import { SIMILARITY_SIMULATIONS } from './similarity.ts';
import type { Simulation } from './simulation.ts';

export const ANALYSIS_SIMULATIONS: readonly Simulation[] = [
  ...BEHAVIOUR_SIMULATIONS,
  ...GEOMETRY_SIMULATIONS,
  ...REPRESENTATION_SIMULATIONS,
  ...SIMILARITY_SIMULATIONS,
  ...CORRESPONDENCE_SIMULATIONS,
  ...CAUSE_SIMULATIONS,
];
