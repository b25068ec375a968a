/** `gate.yaml`: what a checkpoint must fulfil to be released. */
import { z } from 'zod';

const number = z.number();
const text = z.string().min(1);

const common = {
  /** Shown in the table, JUnit and summary; defaults to the measure. */
  name: text.optional().describe('shown in tables and summaries; defaults to the measure'),
  measure: text.describe(
    'path of a measure, e.g. behaviour.gap[axis=distance], geometry.cueShare@picked, finding.verdict',
  ),
  checkpoint: text.optional().describe('name of a checkpoint of the run; defaults to every one'),
  set: text.optional().describe('name or folder of a set of the run; defaults to every one that has this result'),
};

const ruleSchemas = [
  z.strictObject({ ...common, max: number.describe('passes when the upper bound of the interval is not above it') }),
  z.strictObject({ ...common, min: number.describe('passes when the lower bound of the interval is not below it') }),
  z.strictObject({
    ...common,
    within: z
      .tuple([number, number])
      .refine(([low, high]) => low <= high, 'the first number must not exceed the second')
      .describe('passes when the whole interval lies inside'),
  }),
  z.strictObject({
    ...common,
    notWorseThanBaselineBy: number
      .nonnegative()
      .describe('margin: passes when the bound of the worsening against the baseline run is not above it'),
    better: z.enum(['higher', 'lower']).describe('which way the measure is better'),
    baselineCheckpoint: text
      .optional()
      .describe('its name in the baseline run; defaults to the same name, or the only one there'),
  }),
  z.strictObject({ ...common, oneOf: z.array(text).min(1).describe('for measures in words: the values that pass') }),
  z.strictObject({ ...common, noneOf: z.array(text).min(1).describe('for measures in words: the values that fail') }),
] as const;
export const CRITERIA = ['max', 'min', 'within', 'notWorseThanBaselineBy', 'oneOf', 'noneOf'] as const;

export const gateSchema = z.strictObject({
  version: z.literal(1),
  rules: z.array(z.union(ruleSchemas)).min(1),
});
export type GateConfig = z.output<typeof gateSchema>;
export type GateRule = GateConfig['rules'][number];
