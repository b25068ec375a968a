/**
 * Stages of a pyramid: runs of the stream at one resolution. Convolutional networks change it by strided convolutions
 * and pooling on every path; Swin and its like by merging neighbouring tokens between two blocks.
 */
import type { Cuts } from './cuts.ts';
import type { Flow, Step } from './flow.ts';
import { type ResidualSum, segment } from './residual.ts';

/** The cuts of one stage, as indices from `from` to `to`, and the residual sums among them. */
export interface Stage {
  readonly from: number;
  readonly to: number;
  readonly sums: readonly ResidualSum[];
}

const POOLS = new Set(['MaxPool', 'AveragePool', 'LpPool']);
const CONVOLUTIONS = new Set(['Conv', 'ConvTranspose', 'QLinearConv', 'ConvInteger', 'FusedConv', 'NhwcFusedConv']);

const isStrided = (step: Step): boolean =>
  (CONVOLUTIONS.has(step.op) || POOLS.has(step.op)) &&
  (step.attributes.get('strides')?.ints ?? []).some((stride) => stride > 1);

/** Ops whose results have no rows and columns any more. */
const PICTURELESS = new Set([
  'GlobalAveragePool',
  'GlobalMaxPool',
  'ReduceMean',
  'Flatten',
  'Gemm',
  'MatMul',
  'Reshape',
  'Squeeze',
]);

/**
 * Stages of a convolutional network: a new one begins wherever a strided step lies on the way. Null when there are
 * fewer than two, as in a transformer whose only strided convolution cuts the patches, and where blocks mix tokens.
 */
export function convolutionalStages(flow: Flow, cuts: Cuts, sums: readonly ResidualSum[]): Stage[] | null {
  if (sums.some(({ mixes }) => mixes)) return null;
  const starts = [0];
  let last = 0;
  for (let i = 1; i < cuts.tensors.length; i++) {
    const steps = segment(flow, cuts, cuts.tensors[i - 1], cuts.tensors[i]);
    if (steps.some(isStrided)) starts.push(i);
    // Behind global pooling there is no picture left; inside a block it only weighs channels.
    if (PICTURELESS.has(flow.steps[flow.maker.get(cuts.tensors[i])!].op)) break;
    last = i;
  }
  const stages = starts
    .filter((start) => start <= last)
    .map((from, i, all): Stage => {
      const to = Math.min(last, (all[i + 1] ?? Infinity) - 1);
      return { from, to, sums: sums.filter(({ cut }) => cut >= from && cut <= to) };
    });
  // The first is the picture itself.
  const inside = stages.slice(1);
  return inside.length < 2 ? null : inside;
}

/** The residual sums split where more than a norm lies between a block and the next. */
export function splitSums(
  sums: readonly ResidualSum[],
  follows: (before: ResidualSum, next: ResidualSum) => boolean,
): ResidualSum[][] {
  const parts: ResidualSum[][] = [];
  sums.forEach((sum, i) => {
    if (i > 0 && follows(sums[i - 1], sum)) parts.at(-1)!.push(sum);
    else parts.push([sum]);
  });
  return parts;
}
