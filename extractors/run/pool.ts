/**
 * Pooling inside the graph: a weight matrix picks and averages tokens, so that a few rows a layer leave it instead of
 * all tokens.
 */
import type { NewNode, NewValue } from '../onnx/encode.ts';
import { DATA_TYPE } from '../onnx/model.ts';

export const POOL_INPUT = 'plumbline.pool';

/** Input [B, K, T] of weights over tokens, K rows an example. */
export const poolInput = (name = POOL_INPUT): NewValue => ({
  name,
  dataType: DATA_TYPE.float,
  shape: [`${name}.batch`, `${name}.rows`, `${name}.tokens`],
});

/** Nodes that pool the tensor [B, T, d] with the weights of `input`, in float32, to `output` [B, K, d]. */
export function poolNodes(tensor: string, output: string, input = POOL_INPUT): NewNode[] {
  return [
    { op: 'Cast', inputs: [tensor], outputs: [`${output}.float`], attributes: { to: DATA_TYPE.float } },
    { op: 'MatMul', inputs: [input, `${output}.float`], outputs: [output] },
  ];
}

/** Name of the pooled output of a layer. */
export const pooledName = (layer: string): string => `plumbline.pooled.${layer}`;

/** Sets row `row` of example `example` of the weights [B, rows, tokens] to the mean over `positions`. */
export function setMean(
  weights: Float32Array,
  rows: number,
  tokens: number,
  example: number,
  row: number,
  positions: readonly number[],
): void {
  setPartOfMean(weights, rows, tokens, example, row, positions, 0);
}

/**
 * As `setMean` where only the positions from `from` on are at hand, the first `tokens` of them; the rest of the mean
 * comes from elsewhere.
 */
export function setPartOfMean(
  weights: Float32Array,
  rows: number,
  tokens: number,
  example: number,
  row: number,
  positions: readonly number[],
  from: number,
): void {
  const offset = (example * rows + row) * tokens;
  for (const position of positions)
    if (position >= from && position < from + tokens) weights[offset + position - from] = 1 / positions.length;
}
