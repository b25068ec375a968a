/**
 * Applies an intervention to a decoder: which nodes are added, which are rewired, and what the added inputs are given
 * for a batch of prompts.
 */
import type { Edit, Intervention, InterventionTensor } from '../../core/artifacts/intervention.ts';
import { PlumblineError } from '../../core/errors.ts';
import type { Feed, TextPart } from '../families/family.ts';
import type { GraphEdit, NodeClone } from '../onnx/edit.ts';
import { DATA_TYPE, type OnnxNode } from '../onnx/model.ts';
import { fusedSum } from '../onnx/fused-sum.ts';
import { editNodes, inputsOf } from './nodes.ts';

/** Where one prompt is changed by one edit. */
export interface EditedTokens {
  readonly positions: readonly number[];
  /** Row of the item in tensors [items, …]; null when it isn't listed. */
  readonly row: number | null;
}

/** What an intervention adds to the decoder's graph. */
export interface AppliedIntervention {
  readonly edits: readonly Edit[];
  readonly inputs: NonNullable<GraphEdit['inputs']>;
  readonly nodes: NonNullable<GraphEdit['nodes']>;
  readonly clones: readonly NodeClone[];
  /** Node → new names of its inputs. */
  readonly rewire: ReadonlyMap<OnnxNode, ReadonlyMap<string, string>>;
  /** Tensor → what taps and the head must read in its place. */
  readonly renamed: ReadonlyMap<string, string>;
  /** Feeds of the added inputs for prompts of `length` tokens. */
  feeds(edited: readonly (readonly EditedTokens[])[], length: number): Record<string, Feed>;
}

/**
 * Plans an intervention on the text layers of a checkpoint.
 * @throws PlumblineError `unsupported-intervention` (a layer that isn't one of the decoder's, a tensor that subgraphs
 * use), `invalid-intervention` (a width that doesn't fit)
 */
export function applyIntervention({ header, tensors }: Intervention, part: TextPart): AppliedIntervention {
  const { decoder, found } = part;
  const nodes: NonNullable<GraphEdit['nodes']>[number][] = [];
  const inputs: NonNullable<GraphEdit['inputs']>[number][] = [];
  const clones: NodeClone[] = [];
  const rewire = new Map<OnnxNode, Map<string, string>>();
  const renamed = new Map<string, string>();
  const layers = [...new Set(header.edits.map(({ layer }) => layer))];
  for (const [place, name] of layers.entries()) {
    const layer = found.layers.find((candidate) => candidate.name === name);
    if (layer === undefined) {
      throw new PlumblineError('unsupported-intervention', `\`${name}\` is no layer of the language model`, {
        where: `intervention ${header.name}`,
        hint: `layers are ${found.layers.map((candidate) => candidate.name).join(', ')}; image features are changed at ${found.layers[0].name}, tokens image or patches:k`,
      });
    }
    const { tensor } = layer;
    const local = (what: string): string => `plumbline.changed.${place}.${what}`;
    nodes.push({ op: 'Cast', inputs: [tensor], outputs: [local('float')], attributes: { to: DATA_TYPE.float } });
    let current = local('float');
    header.edits.forEach((edit, index) => {
      if (edit.layer !== name) return;
      const made = editNodes(edit, index, current);
      inputs.push(...made.inputs);
      nodes.push(...made.nodes);
      current = made.output;
    });
    // Back to the tensor's own type; before opset 15 there is no way to say "as that one", and half-precision exports
    // are newer.
    nodes.push(
      (decoder.model.opsets.get('') ?? 0) >= 15
        ? { op: 'CastLike', inputs: [current, tensor], outputs: [local('tensor')] }
        : { op: 'Cast', inputs: [current], outputs: [local('tensor')], attributes: { to: DATA_TYPE.float } },
    );
    const changed = local('tensor');
    renamed.set(tensor, changed);
    for (const node of decoder.model.graph.nodes) {
      if (node.captures.includes(tensor))
        throw new PlumblineError('unsupported-intervention', `subgraphs use the tensor of \`${name}\``, {
          where: decoder.path,
          hint: 'export the decoder without control flow',
        });
      if (node.inputs.includes(tensor)) addRename(rewire, node, tensor, changed);
    }
    const maker = decoder.model.graph.nodes.find(
      (node) => node.outputs.includes(tensor) || fusedSum(node)?.name === tensor,
    );
    if (maker !== undefined && fusedSum(maker)?.name === tensor && (maker.outputs[0] ?? '') !== '') {
      // The fused node gives the sum and its norm at once: the norm is made again from the changed sum, by a copy of
      // the node with nothing to add.
      nodes.push({ op: 'Sub', inputs: [changed, changed], outputs: [local('zero')] });
      const bias = maker.op === 'SkipLayerNormalization' ? 4 : 3;
      clones.push({
        node: maker,
        inputs: maker.inputs.map((input, i) => (i === 0 ? changed : i === 1 ? local('zero') : i === bias ? '' : input)),
        outputs: [local('norm')],
      });
      for (const node of decoder.model.graph.nodes)
        if (node.inputs.includes(maker.outputs[0])) addRename(rewire, node, maker.outputs[0], local('norm'));
      renamed.set(maker.outputs[0], local('norm'));
    }
  }
  for (const edit of header.edits)
    checkWidth(edit, tensors, found.layers.find(({ name }) => name === edit.layer)?.width ?? null, header.name);
  return {
    edits: header.edits,
    inputs,
    nodes,
    clones,
    rewire,
    renamed,
    feeds: (edited, length) =>
      Object.assign(
        {},
        ...header.edits.map((edit, index) =>
          editFeeds(
            edit,
            index,
            tensors,
            edited.map((entry) => entry[index]),
            length,
          ),
        ),
      ) as Record<string, Feed>,
  };
}

function addRename(rewire: Map<OnnxNode, Map<string, string>>, node: OnnxNode, from: string, to: string): void {
  const names = rewire.get(node);
  if (names === undefined) rewire.set(node, new Map([[from, to]]));
  else names.set(from, to);
}

function vectorOf(edit: Edit, tensors: Intervention['tensors']): InterventionTensor {
  return tensors.get(edit.op === 'add' ? edit.vector : edit.op === 'replace' ? edit.values : edit.left)!;
}

function checkWidth(edit: Edit, tensors: Intervention['tensors'], width: number | null, name: string): void {
  const found = vectorOf(edit, tensors).shape.at(-1);
  if (width === null || width === found) return;
  throw new PlumblineError('invalid-intervention', `its vectors are ${found} wide, ${edit.layer} is ${width}`, {
    where: `intervention ${name}`,
    hint: 'the intervention was made for another checkpoint',
  });
}

function editFeeds(
  edit: Edit,
  index: number,
  tensors: Intervention['tensors'],
  edited: readonly EditedTokens[],
  length: number,
): Record<string, Feed> {
  const names = inputsOf(index);
  const batch = edited.length;
  const width = vectorOf(edit, tensors).shape.at(-1)!;
  const mask = (factor: (row: number | null) => number): Feed => {
    const values = new Float32Array(batch * length);
    edited.forEach(({ positions, row }, i) =>
      positions.forEach((position) => (values[i * length + position] = factor(row))),
    );
    return { values, dims: [batch, length, 1] };
  };
  switch (edit.op) {
    case 'add': {
      const signs = edit.signs === undefined ? null : tensors.get(edit.signs)!.data;
      return {
        [names.mask]: mask((row) => edit.alpha * (signs === null || row === null ? 1 : signs[row])),
        [names.vector]: { values: tensors.get(edit.vector)!.data, dims: [1, 1, width] },
        [names.ones]: { values: new Float32Array(width).fill(1), dims: [width, 1] },
      };
    }
    case 'replace': {
      const { data } = tensors.get(edit.values)!;
      const values = new Float32Array(batch * width);
      edited.forEach(
        ({ row }, i) => row !== null && values.set(data.subarray(row * width, (row + 1) * width), i * width),
      );
      return {
        [names.mask]: mask((row) => (row === null ? 0 : 1)),
        [names.values]: { values, dims: [batch, 1, width] },
      };
    }
    case 'project': {
      const [left, right] = [tensors.get(edit.left)!, tensors.get(edit.right)!];
      const k = left.shape[0];
      const transposed = new Float32Array(width * k);
      for (let i = 0; i < k; i++) for (let j = 0; j < width; j++) transposed[j * k + i] = right.data[i * width + j];
      return {
        [names.mask]: mask(() => 1),
        [names.mean]: {
          values: edit.mean === undefined ? new Float32Array(width) : tensors.get(edit.mean)!.data,
          dims: [1, 1, width],
        },
        [names.right]: { values: transposed, dims: [width, k] },
        [names.left]: { values: left.data, dims: [k, width] },
      };
    }
  }
}
