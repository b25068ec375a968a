/** The residual sums among the cuts, and what each adds: attention (mixes tokens), an MLP, or both at once. */
import type { Cuts } from './cuts.ts';
import type { Flow, Step } from './flow.ts';

export interface ResidualSum {
  /** The sum. */
  readonly tensor: string;
  /** Index of the sum among the cuts. */
  readonly cut: number;
  /** Index, among the cuts, of the tensor that skips the branch. */
  readonly skip: number;
  /** Whether the branch mixes tokens. */
  readonly mixes: boolean;
}

const SUMS = new Set(['Add', 'Sum']);
/** Ops that carry the same numbers on, in another type or shape. */
const TRANSPARENT = new Set(['Identity', 'Cast', 'Dropout', 'Reshape', 'Transpose', 'Squeeze', 'Unsqueeze', 'Flatten']);
const COPIES = new Set(['Identity', 'Cast', 'Dropout']);
const ATTENTION = new Set([
  'Attention',
  'QAttention',
  'PackedAttention',
  'MultiHeadAttention',
  'DecoderMaskedMultiHeadAttention',
  'GroupQueryAttention',
  'PagedAttention',
  'SparseAttention',
]);
const CONVOLUTIONAL = new Set([
  'Conv',
  'BatchNormalization',
  'Relu',
  'Clip',
  'HardSwish',
  'HardSigmoid',
  'Sigmoid',
  'Mul',
  'Div',
  'Add',
  'GlobalAveragePool',
  'AveragePool',
  'MaxPool',
  'LeakyRelu',
  'Cast',
  'Identity',
]);
const PRODUCTS = new Set(['MatMul', 'Einsum', 'FusedMatMul', 'MatMulInteger', 'MatMulIntegerToFloat', 'Gemm']);

/** All residual sums in order: a sum of the input stream itself and of something computed from it. */
export function residualSums(flow: Flow, cuts: Cuts): ResidualSum[] {
  const position = new Map(cuts.tensors.map((name, index) => [name, index]));
  const sums: ResidualSum[] = [];
  for (let cut = 1; cut < cuts.tensors.length; cut++) {
    const tensor = cuts.tensors[cut];
    const step = flow.steps[flow.maker.get(tensor)!];
    if (!SUMS.has(step.op)) continue;
    const leaves = leavesOf(flow, cuts, step, position);
    if (leaves.length < 2) continue;
    const skips = leaves
      .map((leaf) => position.get(throughTransparent(flow, leaf, position)))
      .filter((index) => index !== undefined);
    // Both leaves the same cut (x + x) is a scaling, not a branch.
    if (skips.length === 0 && isProjected(flow, cuts, cut)) sums.push({ tensor, cut, skip: cut - 1, mixes: false });
    if (skips.length === 0 || skips.length === leaves.length) continue;
    const skip = withoutCopies(flow, cuts, Math.max(...skips));
    sums.push({ tensor, cut, skip, mixes: mixesTokens(flow, cuts, cuts.tensors[skip], tensor) });
  }
  return sums;
}

/**
 * Whether all that lies between the cut before a sum and the sum is convolutional: a block whose shortcut is convolved,
 * too, since it changes resolution or width.
 */
function isProjected(flow: Flow, cuts: Cuts, cut: number): boolean {
  const steps = segment(flow, cuts, cuts.tensors[cut - 1], cuts.tensors[cut]);
  return cut > 1 && steps.some(({ op }) => op === 'Conv') && steps.every(({ op }) => CONVOLUTIONAL.has(op));
}

/** The cut that the cut at `index` is a mere copy of. */
function withoutCopies(flow: Flow, cuts: Cuts, index: number): number {
  let at = index;
  while (at > 0) {
    const step = flow.steps[flow.maker.get(cuts.tensors[at])!];
    if (!COPIES.has(step.op) || step.inputs[0] !== cuts.tensors[at - 1]) break;
    at--;
  }
  return at;
}

/** Operands of a tree of additions that depend on the input. */
function leavesOf(flow: Flow, cuts: Cuts, root: Step, position: ReadonlyMap<string, number>): string[] {
  const leaves: string[] = [];
  const open = [...root.inputs];
  while (open.length > 0) {
    const name = open.pop()!;
    if (!cuts.reached.has(name)) continue;
    const index = flow.maker.get(name);
    const step = index === undefined ? undefined : flow.steps[index];
    if (step !== undefined && SUMS.has(step.op) && !position.has(name)) open.push(...step.inputs);
    else leaves.push(name);
  }
  return leaves;
}

function throughTransparent(flow: Flow, name: string, position: ReadonlyMap<string, number>): string {
  let at = name;
  while (!position.has(at)) {
    const index = flow.maker.get(at);
    const step = index === undefined ? undefined : flow.steps[index];
    if (step === undefined || !TRANSPARENT.has(step.op)) return name;
    at = step.inputs[0];
  }
  return at;
}

/** The steps on paths after the cut `from`, up to and including the maker of the cut `to`. */
export function segment(flow: Flow, cuts: Cuts, from: string, to: string): Step[] {
  const start = (flow.maker.get(from) ?? -1) + 1;
  return flow.steps.slice(start, flow.maker.get(to)! + 1).filter((_, i) => cuts.onPath[start + i]);
}

/**
 * Whether two activations are multiplied: the first two operands, since scales and zero points of quantised ones come
 * after them.
 */
function mixesTokens(flow: Flow, cuts: Cuts, from: string, to: string): boolean {
  return segment(flow, cuts, from, to).some(
    (step) =>
      ATTENTION.has(step.op) ||
      (PRODUCTS.has(step.op) &&
        step.inputs.slice(0, 2).every((name) => cuts.reached.has(name)) &&
        step.inputs.length > 1),
  );
}
