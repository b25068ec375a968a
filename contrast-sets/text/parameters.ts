/** Parameters of a text set. */
import { z } from 'zod';

export const TEXT_TASKS = ['relation', 'chain', 'grid', 'number'] as const;
export type TextTask = (typeof TEXT_TASKS)[number];

export const textParametersSchema = z.strictObject({
  /** Scenes of each task; rounded up to a multiple of 8, so that answers balance exactly. */
  scenes: z
    .number()
    .int()
    .positive()
    .default(200)
    .transform((count) => 8 * Math.ceil(count / 8)),
  tasks: z
    .array(z.enum(TEXT_TASKS))
    .min(1)
    .default([...TEXT_TASKS]),
  /** Longest chain of relations. */
  maxHops: z.number().int().min(1).max(10).default(5),
  /** Rows and columns of a drawn grid. */
  gridSize: z.number().int().min(3).max(9).default(5),
});
export type TextParameters = z.output<typeof textParametersSchema>;
