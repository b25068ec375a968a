/**
 * Decoders that optimum merges: one `If` on the input `use_cache_branch` chooses between a graph that reads a cache and
 * one that doesn't. Nothing is cached here, so the branch without a cache takes the place of the whole.
 */
import { DATA_TYPE, GRAPH, type OnnxGraph, type OnnxModel, type OnnxNode } from './model.ts';

/**
 * The model with the branch that runs when its condition, a boolean input, is false in the place of its `If`; the model
 * itself where there is no such node.
 */
export function inlineFalseBranch(model: OnnxModel): OnnxModel {
  const { graph } = model;
  const choice = graph.nodes.find(
    (node) => node.op === 'If' && graph.outputs.every(({ name }) => node.outputs.includes(name)),
  );
  const condition = graph.inputs.find(({ name }) => name === choice?.inputs[0]);
  const branch = choice?.attributes.get('else_branch')?.graph ?? null;
  if (choice === undefined || branch === null || condition?.dataType !== DATA_TYPE.bool) return model;
  return { ...model, graph: inline(graph, choice, branch) };
}

function inline(graph: OnnxGraph, choice: OnnxNode, branch: OnnxGraph): OnnxGraph {
  const index = graph.nodes.indexOf(choice);
  const nodeFields = graph.fields.filter(({ number }) => number === GRAPH.node);
  // Inputs and outputs of a branch are not those of the graph: only its nodes and weights are taken over.
  const taken = branch.fields.filter(({ number }) => number === GRAPH.node || number === GRAPH.initializer);
  return {
    ...graph,
    nodes: [...graph.nodes.filter((node) => node !== choice), ...branch.nodes],
    initializers: [...graph.initializers, ...branch.initializers],
    inputs: graph.inputs,
    outputs: graph.outputs.map((output) => ({
      ...output,
      name: branch.outputs[choice.outputs.indexOf(output.name)].name,
    })),
    valueInfo: [...graph.valueInfo, ...branch.valueInfo],
    fields: [...graph.fields.filter((field) => field !== nodeFields[index]), ...taken],
  };
}
