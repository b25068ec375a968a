/** Layers of a graph, found from its structure; node names play no part. */
import type { Layer } from '../../core/artifacts/hidden-states.ts';
import { PlumblineError } from '../../core/errors.ts';
import type { OnnxGraph } from '../onnx/model.ts';
import { type Cuts, findCuts } from './cuts.ts';
import { type Flow, flowOf } from './flow.ts';
import { type ResidualSum, residualSums, segment } from './residual.ts';
import { convolutionalStages, splitSums, type Stage } from './stages.ts';
import { widths } from './width.ts';

export interface FindOptions {
  readonly part: 'vision' | 'text';
  /** File of the graph, relative to the checkpoint's folder. */
  readonly file: string;
  /** Main input and output. */
  readonly input: string;
  readonly output: string;
  /**
   * Whether the last entry of Hugging Face's `hidden_states` lies after the final norm, as in its causal decoders; in
   * its vision encoders it doesn't.
   */
  readonly lastStateIsNormed: boolean;
}

/** A layer whose width the graph may leave open (null). */
export type FoundLayer = Omit<Layer, 'width'> & { readonly width: number | null };

export interface FoundLayers {
  readonly layers: readonly FoundLayer[];
  readonly flow: Flow;
  readonly cuts: Cuts;
  /** Tensor of the stream's end: after the final norm where there is one, else after the last block. */
  readonly end: string;
  /**
   * Whether nothing but norms lies between the blocks, so that all layers have as many rows; pyramids (Swin,
   * convolutional networks) don't.
   */
  readonly uniform: boolean;
}

/**
 * Finds embedding, blocks and final norm as the single-tensor cuts at which a residual stream is summed up (design:
 * "Reading hidden states").
 * @throws PlumblineError `no-layers`, with the reason, when the graph has no such stream
 */
export function findLayers(graph: OnnxGraph, options: FindOptions): FoundLayers {
  const { file } = options;
  const flow = flowOf(graph, file);
  const cuts = findCuts(flow, options.input, options.output);
  const sums = residualSums(flow, cuts);
  const fail = (reason: string): PlumblineError =>
    new PlumblineError('no-layers', `no layers found: ${reason}`, {
      where: file,
      hint: 'hidden states can only be read where one tensor carries the whole stream',
    });
  if (cuts.tensors.length === 0) throw fail(`no path leads from \`${options.input}\` to \`${options.output}\``);
  const inside = flow.steps.find((step, i) => cuts.onPath[i] && CONTROL.has(step.op));
  const width = widths(flow);
  const convolutional = convolutionalStages(flow, cuts, sums);
  if (convolutional !== null)
    return { ...convolutionalLayers(options, flow, cuts, convolutional, width.channels), flow, cuts, uniform: false };
  if (sums.length === 0 && inside !== undefined)
    throw fail(`the stream runs inside the subgraphs of ${/^[AEIOU]/.test(inside.op) ? 'an' : 'a'} ${inside.op} node`);
  if (sums.length === 0)
    throw fail(
      `of the ${cuts.tensors.length} tensors that every path from \`${options.input}\` to \`${options.output}\` runs through, none is the sum of a stream and a branch`,
    );
  const stages = splitSums(sums, (before, next) => follows(flow, cuts, before, next));
  // A head that attends to all tokens once more and adds an MLP (SigLIP) is no stage: nothing mixes tokens in it.
  while (stages.length > 1 && stages[0].some(({ mixes }) => mixes) && !stages.at(-1)!.some(({ mixes }) => mixes))
    stages.pop();
  const { layers, end } =
    stages.length === 1
      ? plainLayers(options, flow, cuts, stages[0], width.last)
      : stagedLayers(options, flow, cuts, stages, width.last);
  const shared = stages.length === 1 ? (layers.find((layer) => layer.width !== null)?.width ?? null) : null;
  return {
    layers: layers.map((layer, depth) => ({ ...layer, depth, width: layer.width ?? shared })),
    flow,
    cuts,
    end,
    uniform: stages.length === 1,
  };
}

type Width = (tensor: string) => number | null;
interface Named {
  readonly layers: FoundLayer[];
  readonly end: string;
}

const maker =
  ({ part, file }: FindOptions, width: Width, norm: Layer['norm']) =>
  (
    name: string,
    kind: Layer['kind'],
    tensor: string,
    index: number | null,
    status: Layer['norm'] = norm,
  ): FoundLayer => ({
    name: `${part}.${name}`,
    part,
    depth: 0,
    kind,
    tensor,
    file,
    width: width(tensor),
    norm: status,
    huggingFaceIndex: index,
  });

/** A transformer whose blocks all have as many tokens. */
function plainLayers(options: FindOptions, flow: Flow, cuts: Cuts, sums: readonly ResidualSum[], width: Width): Named {
  const blocks = groupBlocks(sums);
  const streams = streamTensors(cuts, sums);
  const last = streams.at(-1)!;
  const out = finalNorm(flow, cuts, last);
  const entry = maker(options, width, out === null ? 'none' : 'before');
  const layers: FoundLayer[] = [entry('embed', 'embed', cuts.tensors[sums[0].skip], 0)];
  blocks.forEach((members, block) => {
    const isLast = block === blocks.length - 1;
    if (members.length === 2) layers.push(entry(`${block}.attn`, 'attn', streams[members[0]], null));
    const index = isLast && out !== null && options.lastStateIsNormed ? null : block + 1;
    layers.push(entry(`${block}`, 'block', streams[members.at(-1)!], index));
  });
  if (out !== null) layers.push(entry('out', 'out', out, options.lastStateIsNormed ? blocks.length : null, 'after'));
  return { layers, end: out ?? last };
}

/**
 * A transformer in stages (Swin): `stage1.0`, …, and `stage1` for a stage's last block; `stage2.embed` after the tokens
 * are merged, which is what Hugging Face's `hidden_states` hold of the stage before.
 */
function stagedLayers(
  options: FindOptions,
  flow: Flow,
  cuts: Cuts,
  stages: readonly (readonly ResidualSum[])[],
  width: Width,
): Named {
  const streams = stages.map((sums) => streamTensors(cuts, sums));
  const last = streams.at(-1)!.at(-1)!;
  const out = finalNorm(flow, cuts, last);
  const entry = maker(options, width, out === null ? 'none' : 'before');
  const layers = stages.flatMap((sums, i): FoundLayer[] => {
    const stage = `stage${i + 1}`;
    const blocks = groupBlocks(sums);
    return [
      entry(i === 0 ? 'embed' : `${stage}.embed`, 'embed', cuts.tensors[sums[0].skip], i),
      ...blocks.flatMap((members, block): FoundLayer[] => {
        const isLast = block === blocks.length - 1;
        const index = isLast && i === stages.length - 1 ? stages.length : null;
        return [
          ...(members.length === 2 ? [entry(`${stage}.${block}.attn`, 'attn', streams[i][members[0]], null)] : []),
          entry(isLast ? stage : `${stage}.${block}`, 'block', streams[i][members.at(-1)!], index),
        ];
      }),
    ];
  });
  if (out !== null) layers.push(entry('out', 'out', out, null, 'after'));
  return { layers, end: out ?? last };
}

/**
 * A convolutional network: `embed` before the first residual block, `stage1.0`, … after each block, `stage1` at a
 * stage's end: after its last residual block, or, in a network without any, the last tensor before the resolution
 * changes.
 */
function convolutionalLayers(
  options: FindOptions,
  flow: Flow,
  cuts: Cuts,
  stages: readonly Stage[],
  width: Width,
): Omit<FoundLayers, 'flow' | 'cuts' | 'uniform'> {
  const entry = maker(options, width, 'none');
  const residual = stages.some(({ sums }) => sums.length > 0);
  // Stages before the first residual block are its stem.
  const body = residual ? stages.slice(stages.findIndex(({ sums }) => sums.length > 0)) : stages;
  const layers: FoundLayer[] = residual ? [entry('embed', 'embed', cuts.tensors[body[0].sums[0].skip], 0)] : [];
  body.forEach(({ to, sums }, i) => {
    const tensors =
      sums.length === 0
        ? [cuts.tensors[to]]
        : sums.map((sum, k) => activated(flow, cuts, sum, sums[k + 1]?.skip ?? to));
    tensors.forEach((tensor, block) => {
      const isLast = block === tensors.length - 1;
      layers.push(
        entry(isLast ? `stage${i + 1}` : `stage${i + 1}.${block}`, 'block', tensor, isLast && residual ? i + 1 : null),
      );
    });
  });
  return { layers: layers.map((layer, depth) => ({ ...layer, depth })), end: layers.at(-1)!.tensor };
}

const ACTIVATIONS = new Set(['Relu', 'Clip', 'LeakyRelu', 'Identity', 'Cast']);

/**
 * The stream after a residual sum: behind the activation that some networks (ResNet) apply to it, up to the cut
 * `limit`.
 */
function activated(flow: Flow, cuts: Cuts, { cut }: ResidualSum, limit: number): string {
  let at = cut;
  while (
    at < limit &&
    segment(flow, cuts, cuts.tensors[at], cuts.tensors[at + 1]).every(({ op }) => ACTIVATIONS.has(op))
  )
    at++;
  return cuts.tensors[at];
}

/** Whether a block starts from what the one before left, but for norms and copies. */
function follows(flow: Flow, cuts: Cuts, before: ResidualSum, next: ResidualSum): boolean {
  return (
    next.skip <= before.cut ||
    segment(flow, cuts, cuts.tensors[before.cut], cuts.tensors[next.skip]).every(({ op }) => NORM_PARTS.has(op))
  );
}

/** Ops that run subgraphs, which are not looked into. */
const CONTROL = new Set(['If', 'Loop', 'Scan']);

/**
 * Indices of the sums of each block: an attention sum and the MLP sum after it, or a sum alone (parallel blocks,
 * convolutional ones).
 */
function groupBlocks(sums: readonly ResidualSum[]): number[][] {
  const blocks: number[][] = [];
  for (let i = 0; i < sums.length; i++) {
    if (sums[i].mixes && i + 1 < sums.length && !sums[i + 1].mixes) {
      blocks.push([i, i + 1]);
      i++;
    } else blocks.push([i]);
  }
  return blocks;
}

/**
 * The stream after each sum: what the next sum's branch is added to. In a pre-norm network that is the sum itself, in a
 * post-norm one the norm after it; the last sum, which no other follows, goes by what the earlier ones do.
 */
function streamTensors(cuts: Cuts, sums: readonly ResidualSum[]): string[] {
  let postNorm = sums.length > 1;
  const tensors = sums.map((sum, i) => {
    const skip = sums[i + 1]?.skip;
    if (skip === undefined) return sum.tensor;
    if (skip <= sum.cut) postNorm = false;
    return cuts.tensors[Math.max(skip, sum.cut)];
  });
  const last = sums.at(-1)!;
  if (postNorm) {
    // As many cuts after the last sum as the norm after the one before took.
    const before = sums.at(-2)!;
    const index = Math.min(last.cut + (last.skip - before.cut), cuts.tensors.length - 1);
    tensors[tensors.length - 1] = cuts.tensors[index];
  }
  return tensors;
}

/** Ops that a norm is made of. */
const NORM_PARTS = new Set([
  'LayerNormalization',
  'SimplifiedLayerNormalization',
  'RMSNormalization',
  'Pow',
  'Mul',
  'ReduceMean',
  'Add',
  'Sqrt',
  'Div',
  'Sub',
  'Reciprocal',
  'Cast',
  'Identity',
  'ReduceSum',
  'Rsqrt',
]);
const NORM_CORES = new Set(['LayerNormalization', 'SimplifiedLayerNormalization', 'RMSNormalization', 'ReduceMean']);

/** The last of the cuts after `last` that only a norm separates from it; null when no norm follows. */
function finalNorm(flow: Flow, cuts: Cuts, last: string): string | null {
  let normed = false;
  let out: string | null = null;
  let from = last;
  for (const to of cuts.tensors.slice(cuts.tensors.indexOf(last) + 1)) {
    const steps = segment(flow, cuts, from, to);
    if (!steps.every((step) => NORM_PARTS.has(step.op))) break;
    normed ||= steps.some((step) => NORM_CORES.has(step.op));
    if (normed) out = to;
    from = to;
  }
  return out;
}
