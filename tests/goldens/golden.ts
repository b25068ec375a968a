/**
 * Golden numbers of every analysis: what its definition gives on the inputs beside this file, as `npm run goldens` wrote
 * it to tests/fixtures/analyses. Shared by the test and by the script.
 */
import { join } from 'node:path';
import type { AnalysisContext, AnyAnalysis } from '../../core/definitions/analysis.ts';
import { ANALYSES } from '../../study/analyses.ts';
import { goldenContext } from './inputs.ts';

export const GOLDENS = join(import.meta.dirname, '../fixtures/analyses');

export interface Golden {
  readonly name: string;
  readonly version: number;
  readonly result: unknown;
}

/** The result with its default options, after the results it uses; numbers to eleven digits. */
export async function goldenOf(
  definition: AnyAnalysis,
  change: (context: AnalysisContext) => AnalysisContext = (context) => context,
): Promise<Golden> {
  const context = change(await goldenContext(definition.name));
  const results: object[] = [];
  for (const used of definition.uses) results.push(await run(ANALYSES[used], { ...context, results }));
  const result = await run(definition, { ...context, results });
  definition.schema.parse(result);
  return { name: definition.name, version: definition.version, result: rounded(result) };
}

const run = async (definition: AnyAnalysis, context: AnalysisContext): Promise<object> =>
  definition.run(context, definition.options.parse({}) as never);

const rounded = (value: object): unknown =>
  JSON.parse(JSON.stringify(value, (_, own: unknown) => (typeof own === 'number' ? Number(own.toPrecision(11)) : own)));

/**
 * Analyses whose numbers pass through float32: products on ONNX Runtime inside a solver that stops at a relative gap of
 * 5e-7, similarities of patches, interventions as they are stored. With the columns of the states in another order,
 * which is what another CPU's order of summing amounts to, those of mdl moved by less than 1e-5 and those of the other
 * linear probes by about 1e-7. For cause, erasure and mlp-probes, whose random directions or initial weights depend on
 * the order of columns, that says nothing: their tolerance is a judgement.
 */
const SINGLE: ReadonlySet<string> = new Set([
  'probes',
  'class-probes',
  'nuisance-probes',
  'mlp-probes',
  'control-probes',
  'mdl',
  'learning-curve',
  'erasure',
  'transfer',
  'cause',
  'correspondence',
]);

/**
 * How far two of an analysis' numbers may lie apart, relatively, and be the same number computed on two CPUs. Sums in
 * float64 run in an order that depends on the width of the vector units; over the few hundred rows here that costs 1e-13
 * or so, and 1e-9 leaves room for what eigenvectors and jackknives make of it. A change of definition moves numbers by
 * far more.
 */
export const toleranceOf = (name: string): number => (SINGLE.has(name) ? 1e-4 : 1e-9);

/** Paths at which two results differ, numbers by more than `tolerance`. */
export function differences(was: unknown, is: unknown, tolerance: number, path = 'result'): string[] {
  if (typeof was === 'number' && typeof is === 'number')
    // Beside the relative one a floor: what cancels to about 0 keeps the rounding of the terms that cancelled.
    return Math.abs(was - is) <= tolerance * Math.max(Math.abs(was), Math.abs(is)) + tolerance / 1000
      ? []
      : [`${path}: ${was} → ${is}`];
  if (was === null || is === null || typeof was !== 'object' || typeof is !== 'object')
    return was === is ? [] : [`${path}: ${JSON.stringify(was)} → ${JSON.stringify(is)}`];
  const keys = [...new Set([...Object.keys(was), ...Object.keys(is)])];
  return keys.flatMap((key) =>
    differences(
      (was as Record<string, unknown>)[key],
      (is as Record<string, unknown>)[key],
      tolerance,
      Array.isArray(was) ? `${path}[${key}]` : `${path}.${key}`,
    ),
  );
}
