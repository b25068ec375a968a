/** Parameters of a text set. */
import { z } from 'zod';
import { someOf } from '../fields.ts';

export const TEXT_TASKS = ['relation', 'chain', 'grid', 'number'] as const;
export type TextTask = (typeof TEXT_TASKS)[number];

export const textParametersSchema = z.strictObject({
  scenes: z
    .number()
    .int()
    .positive()
    .transform((count) => 8 * Math.ceil(count / 8))
    .prefault(200)
    .describe('scenes of each task; rounded up to a multiple of 8, so that answers balance exactly'),
  tasks: someOf(TEXT_TASKS, 'relations and their arguments, chains of relations, drawn grids, numbers'),
  maxHops: z.number().int().min(1).max(10).default(5).describe('longest chain of relations'),
  gridSize: z.number().int().min(3).max(9).default(5).describe('rows and columns of a drawn grid'),
});
export type TextParameters = z.output<typeof textParametersSchema>;
