/** The size of a tensor's last axis from the shapes of the weights around it, without running the graph. */
import type { OnnxTensor } from '../onnx/model.ts';
import type { Flow, Step } from './flow.ts';

const MAX_STEPS_BACK = 200;

/** Ops whose output's last axis is that of their first input. */
const KEEPS = new Set([
  'Identity',
  'Cast',
  'Dropout',
  'Softmax',
  'Gelu',
  'FastGelu',
  'QuickGelu',
  'BiasGelu',
  'Relu',
  'Tanh',
  'Sigmoid',
  'Erf',
  'Sqrt',
  'Neg',
  'Exp',
  'Clip',
  'Slice',
  'Unsqueeze',
  'LayerNormalization',
  'SimplifiedLayerNormalization',
  'RMSNormalization',
  'QuantizeLinear',
  'DequantizeLinear',
  'Concat',
  'Split',
]);
/** Ops that broadcast their inputs. */
const BROADCASTS = new Set(['Add', 'Sum', 'Sub', 'Mul', 'Div', 'Pow', 'Where', 'Max', 'Min']);
const NORMS = new Set(['LayerNormalization', 'SimplifiedLayerNormalization', 'RMSNormalization']);

export interface Widths {
  /** Size of the last axis of any tensor of the graph; null when the graph doesn't tell. */
  readonly last: (tensor: string) => number | null;
  /** Channels of a convolutional tensor [B, C, H, W]; null when the graph doesn't tell. */
  readonly channels: (tensor: string) => number | null;
}

export function widths(flow: Flow): Widths {
  const weights = new Map<string, OnnxTensor>(flow.graph.initializers.map((tensor) => [tensor.name, tensor]));
  for (const node of flow.graph.nodes) {
    const value = node.op === 'Constant' ? node.attributes.get('value')?.tensor : undefined;
    if (value !== null && value !== undefined) weights.set(node.outputs[0], value);
  }
  const declared = new Map<string, number>();
  for (const { name, shape } of [...flow.graph.valueInfo, ...flow.graph.inputs, ...flow.graph.outputs]) {
    const last = shape?.at(-1);
    if (typeof last === 'number' && last > 0) declared.set(name, last);
  }
  const known = new Map<string, number | null>();

  /** The weight that a tensor is, but for its type. */
  const storedWeight = (name: string): OnnxTensor | undefined => {
    const step = flow.steps[flow.maker.get(name) ?? -1] as Step | undefined;
    const copies = step?.op === 'Cast' || step?.op === 'Reshape';
    return weights.get(name) ?? (copies ? storedWeight(step.inputs[0]) : undefined);
  };

  const backward = (name: string, budget: number): number | null => {
    const stored = declared.get(name) ?? known.get(name);
    if (stored !== undefined) return stored;
    const weight = weights.get(name);
    if (weight !== undefined) return weight.dims.at(-1) ?? 1;
    const index = flow.maker.get(name);
    if (index === undefined || budget === 0) return null;
    known.set(name, null);
    const width = ofStep(flow.steps[index], budget - 1);
    known.set(name, width);
    return width;
  };
  const ofStep = (step: Step, budget: number): number | null => {
    const [first, second] = step.inputs;
    if (NORMS.has(step.op)) return backward(second, budget) ?? backward(first, budget);
    if (BROADCASTS.has(step.op)) {
      const sizes = step.inputs.map((input) => backward(input, budget)).filter((size) => size !== null);
      return sizes.length === 0
        ? null
        : Math.max(...sizes) > 1 || sizes.length === step.inputs.length
          ? Math.max(...sizes)
          : null;
    }
    if (KEEPS.has(step.op)) return backward(first, budget);
    if (step.op === 'FusedMatMul' && step.attributes.get('transB')?.i === 1)
      return second === undefined ? null : (storedWeight(second)?.dims.at(-2) ?? null);
    if (step.op === 'MatMul' || step.op === 'FusedMatMul' || step.op === 'MatMulInteger')
      return second === undefined ? null : backward(second, budget);
    if (step.op === 'MatMulNBits') return step.attributes.get('N')?.i ?? null;
    if (step.op === 'Gemm') {
      const weight = weights.get(second);
      return weight === undefined ? null : weight.dims[step.attributes.get('transB')?.i === 1 ? 0 : 1];
    }
    if (step.op === 'Gather') {
      const table = weights.get(first);
      return table?.dims.length === 2 && (step.attributes.get('axis')?.i ?? 0) === 0
        ? table.dims[1]
        : step.attributes.get('axis')?.i === 1
          ? backward(first, budget)
          : null;
    }
    return null;
  };
  /** From the weights that the tensor is multiplied, added or normalised with. */
  const ahead = (name: string): number | null => {
    for (const index of flow.users.get(name) ?? []) {
      const step = flow.steps[index];
      if (NORMS.has(step.op) && step.inputs[0] === name) {
        const size = backward(step.inputs[1], MAX_STEPS_BACK);
        if (size !== null) return size;
      }
      if (step.op === 'MatMul' && step.inputs[0] === name) {
        const weight = weights.get(step.inputs[1]);
        if (weight?.dims.length === 2) return weight.dims[0];
      }
    }
    return null;
  };
  const channels = (tensor: string): number | null => {
    let name: string | undefined = tensor;
    for (let budget = MAX_STEPS_BACK; name !== undefined && budget > 0; budget--) {
      const index = flow.maker.get(name);
      if (index === undefined) return null;
      const step: Step = flow.steps[index];
      const [first, second] = step.inputs;
      if (step.op === 'Conv' || step.op === 'FusedConv') return weights.get(second)?.dims[0] ?? null;
      if (step.op === 'ConvTranspose')
        return (weights.get(second)?.dims[1] ?? 0) * (step.attributes.get('group')?.i ?? 1) || null;
      if (step.op === 'BatchNormalization' || NORMS.has(step.op)) return weights.get(second)?.dims[0] ?? null;
      if (step.op === 'Concat') return null;
      name = [first, second].find(
        (input) =>
          input !== undefined &&
          flow.maker.has(input) &&
          !weights.has(input) &&
          flow.steps[flow.maker.get(input)!].op !== 'Constant',
      );
    }
    return null;
  };
  return { last: (name) => backward(name, MAX_STEPS_BACK) ?? ahead(name), channels };
}
