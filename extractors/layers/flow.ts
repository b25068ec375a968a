/** A graph's data flow in topological order, with fused add-and-normalise nodes taken apart. */
import { fusedSum } from '../onnx/fused-sum.ts';
import type { OnnxAttribute, OnnxGraph, OnnxNode } from '../onnx/model.ts';
import { PlumblineError } from '../../core/errors.ts';

/** One step of the flow: a node, or a half of a fused one. */
export interface Step {
  readonly op: string;
  /** Without empty names; tensors that the node's subgraphs use come last. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: ReadonlyMap<string, OnnxAttribute>;
  readonly node: OnnxNode;
}

export interface Flow {
  readonly graph: OnnxGraph;
  /** In topological order. */
  readonly steps: readonly Step[];
  /** Tensor → index of the step that makes it. */
  readonly maker: ReadonlyMap<string, number>;
  /** Tensor → indices of the steps that use it, once for each use. */
  readonly users: ReadonlyMap<string, readonly number[]>;
}

/** Stands for the second output of EmbedLayerNormalization, which counts the tokens that aren't padding. */
export const MASK_INDEX = 'MaskIndex';

/** Steps of the graph; `Skip…LayerNormalization` becomes Add (whose sum is output 3, declared or not) and a norm. */
export function flowOf(graph: OnnxGraph, where: string): Flow {
  const unordered: Step[] = [];
  for (const node of graph.nodes) {
    const { attributes } = node;
    const inputs = [...node.inputs, ...node.captures].filter((name) => name !== '');
    const outputs = node.outputs.filter((name) => name !== '');
    if (node.op === 'EmbedLayerNormalization' && node.outputs.length > 1) {
      unordered.push({ op: node.op, inputs, outputs: [node.outputs[0]], attributes, node });
      unordered.push({ op: MASK_INDEX, inputs, outputs: outputs.slice(1), attributes, node });
      continue;
    }
    const fused = fusedSum(node);
    if (fused === null) {
      unordered.push({ op: node.op, inputs, outputs, attributes, node });
      continue;
    }
    const [input, skip, gamma, ...more] = node.inputs;
    // SkipLayerNormalization: gamma, beta, bias; SkipSimplifiedLayerNormalization: gamma, bias.
    const bias = node.op === 'SkipLayerNormalization' ? more[1] : more[0];
    const sum = fused.name;
    unordered.push({
      op: 'Add',
      inputs: [input, skip, bias ?? ''].filter((name) => name !== ''),
      outputs: [sum],
      attributes,
      node,
    });
    unordered.push({ op: 'LayerNormalization', inputs: [sum, gamma], outputs: [node.outputs[0]], attributes, node });
  }
  const steps = sortSteps(unordered, where);
  const maker = new Map<string, number>();
  const users = new Map<string, number[]>();
  steps.forEach((step, index) => {
    for (const output of step.outputs) maker.set(output, index);
    for (const input of step.inputs) {
      const list = users.get(input);
      if (list === undefined) users.set(input, [index]);
      else list.push(index);
    }
  });
  return { graph, steps, maker, users };
}

/** Kahn's algorithm; keeps the given order where it is already topological. */
function sortSteps(steps: readonly Step[], where: string): Step[] {
  const maker = new Map<string, number>();
  steps.forEach((step, index) => step.outputs.forEach((output) => maker.set(output, index)));
  const waiting = new Int32Array(steps.length);
  const dependants: number[][] = steps.map(() => []);
  steps.forEach((step, index) => {
    for (const input of step.inputs) {
      const from = maker.get(input);
      if (from === undefined) continue;
      dependants[from].push(index);
      waiting[index]++;
    }
  });
  const sorted: Step[] = [];
  const ready: number[] = [];
  for (let i = steps.length - 1; i >= 0; i--) if (waiting[i] === 0) ready.push(i);
  while (ready.length > 0) {
    const index = ready.pop()!;
    sorted.push(steps[index]);
    for (let i = dependants[index].length - 1; i >= 0; i--)
      if (--waiting[dependants[index][i]] === 0) ready.push(dependants[index][i]);
  }
  if (sorted.length < steps.length)
    throw new PlumblineError('cyclic-graph', `the graph has a cycle through ${steps.length - sorted.length} nodes`, {
      where,
      hint: 'the file is damaged: export it again',
    });
  return sorted;
}
