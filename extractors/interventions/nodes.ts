/**
 * Interventions inside the graph: nodes that change a tensor [B, T, d] before anything else reads it. Which tokens, how
 * far and which item's values come in as inputs, so that one session serves all items and strengths.
 */
import type { Edit } from '../../core/artifacts/intervention.ts';
import type { NewNode, NewValue } from '../onnx/encode.ts';
import { DATA_TYPE } from '../onnx/model.ts';

/** Names of the inputs of edit number `index`. */
export const inputsOf = (index: number) => {
  const name = (what: string): string => `plumbline.edit.${index}.${what}`;
  return {
    mask: name('mask'),
    vector: name('vector'),
    ones: name('ones'),
    values: name('values'),
    left: name('left'),
    right: name('right'),
    mean: name('mean'),
  };
};

export interface EditNodes {
  readonly inputs: NewValue[];
  readonly nodes: NewNode[];
  /** Name of the changed tensor. */
  readonly output: string;
}

/**
 * Nodes of one edit on the float32 tensor `tensor`.
 *
 * - add: h + mask·(‖h‖)·v, the mask [B, T, 1] holding α·sign at the chosen tokens;
 * - replace: h + mask·(values − h), values [B, 1, d];
 * - project: h − mask·((h − μ)·right)·left, right [d, k], left [k, d].
 */
export function editNodes(edit: Edit, index: number, tensor: string): EditNodes {
  const names = inputsOf(index);
  const local = (what: string): string => `plumbline.edit.${index}.${what}`;
  const output = local('output');
  const float = (name: string, axes: number): NewValue => ({
    name,
    dataType: DATA_TYPE.float,
    shape: Array.from({ length: axes }, (_, axis) => `${name}.${axis}`),
  });
  const mask = float(names.mask, 3);
  switch (edit.op) {
    case 'add': {
      const relative: NewNode[] = [
        { op: 'Mul', inputs: [tensor, tensor], outputs: [local('squares')] },
        // A product with ones, since ReduceSum takes its axes as an attribute or an input depending on the opset.
        { op: 'MatMul', inputs: [local('squares'), names.ones], outputs: [local('square')] },
        { op: 'Sqrt', inputs: [local('square')], outputs: [local('norm')] },
        { op: 'Mul', inputs: [names.mask, local('norm')], outputs: [local('step')] },
      ];
      return {
        inputs: [mask, float(names.vector, 3), ...(edit.relative ? [float(names.ones, 2)] : [])],
        nodes: [
          ...(edit.relative ? relative : []),
          { op: 'Mul', inputs: [edit.relative ? local('step') : names.mask, names.vector], outputs: [local('change')] },
          { op: 'Add', inputs: [tensor, local('change')], outputs: [output] },
        ],
        output,
      };
    }
    case 'replace':
      return {
        inputs: [mask, float(names.values, 3)],
        nodes: [
          { op: 'Sub', inputs: [names.values, tensor], outputs: [local('difference')] },
          { op: 'Mul', inputs: [names.mask, local('difference')], outputs: [local('change')] },
          { op: 'Add', inputs: [tensor, local('change')], outputs: [output] },
        ],
        output,
      };
    case 'project':
      return {
        inputs: [mask, float(names.mean, 3), float(names.right, 2), float(names.left, 2)],
        nodes: [
          { op: 'Sub', inputs: [tensor, names.mean], outputs: [local('centred')] },
          { op: 'MatMul', inputs: [local('centred'), names.right], outputs: [local('coordinates')] },
          { op: 'MatMul', inputs: [local('coordinates'), names.left], outputs: [local('part')] },
          { op: 'Mul', inputs: [names.mask, local('part')], outputs: [local('change')] },
          { op: 'Sub', inputs: [tensor, local('change')], outputs: [output] },
        ],
        output,
      };
  }
}
