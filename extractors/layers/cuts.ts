/**
 * Single-tensor cuts: the tensors that every path from the main input to the main output runs through. A tensor is one
 * when (paths from the input to it) × (paths from it to the output) equals all paths.
 */
import { type Flow, MASK_INDEX } from './flow.ts';

/** Pass no paths: their results are sizes and masks, which say where to look and carry no representation. */
const PATHLESS = new Set([
  'Shape',
  'Size',
  'Equal',
  'Greater',
  'GreaterOrEqual',
  'Less',
  'LessOrEqual',
  'Not',
  'And',
  'Or',
  'Xor',
  'IsNaN',
  'IsInf',
  MASK_INDEX,
]);

/**
 * Path numbers grow exponentially with depth, so they are counted modulo three primes just below 2^26.5: products stay
 * exact in float64, and a tensor that is no cut passes by chance with a probability of about 1e-24.
 */
const PRIMES = [94906249, 94906247, 94906219] as const;

export interface Cuts {
  /** In order from the input to the output, both included; empty when no path joins them. */
  readonly tensors: readonly string[];
  /** Whether a step lies on a path from input to output. */
  readonly onPath: readonly boolean[];
  /** Tensors that depend on the input's data. */
  readonly reached: ReadonlySet<string>;
}

export function findCuts(flow: Flow, input: string, output: string): Cuts {
  const forward = new Map<string, Float64Array>([[input, new Float64Array([1, 1, 1])]]);
  for (const step of flow.steps) {
    if (PATHLESS.has(step.op)) continue;
    const incoming = step.inputs.map((name) => forward.get(name)).filter((count) => count !== undefined);
    if (incoming.length === 0) continue;
    const total = sum(incoming);
    for (const name of step.outputs) if (name !== input) forward.set(name, total);
  }
  const backward = new Map<string, Float64Array>([[output, new Float64Array([1, 1, 1])]]);
  const onPath = flow.steps.map(() => false);
  for (let index = flow.steps.length - 1; index >= 0; index--) {
    const step = flow.steps[index];
    if (PATHLESS.has(step.op)) continue;
    const outgoing = step.outputs.map((name) => backward.get(name)).filter((count) => count !== undefined);
    if (outgoing.length === 0) continue;
    const total = sum(outgoing);
    for (const name of step.inputs) {
      const before = backward.get(name);
      backward.set(name, before === undefined ? total : sum([before, total]));
      if (forward.has(name)) onPath[index] = true;
    }
  }
  const reached = new Set(forward.keys());
  const all = forward.get(output);
  if (all === undefined) return { tensors: [], onPath, reached };
  const isCut = (name: string): boolean => {
    const f = forward.get(name);
    const b = backward.get(name);
    return f !== undefined && b !== undefined && PRIMES.every((p, i) => (f[i] * b[i]) % p === all[i]);
  };
  const tensors = [input];
  for (const step of flow.steps) for (const name of step.outputs) if (name !== input && isCut(name)) tensors.push(name);
  return { tensors: isCut(input) ? tensors : [], onPath, reached };
}

function sum(counts: readonly Float64Array[]): Float64Array {
  const total = new Float64Array(PRIMES.length);
  for (const count of counts) for (let i = 0; i < PRIMES.length; i++) total[i] = (total[i] + count[i]) % PRIMES[i];
  return total;
}
