/**
 * Nodes that add and normalise at once, as onnxruntime's optimizer and the generative-AI model builder make them
 * (`com.microsoft` in onnxruntime's ContribOperators.md). Their optional output 3 is the sum, which is the residual
 * stream; where a node doesn't declare it, it can be declared.
 */
import type { OnnxNode } from './model.ts';

export const FUSED_ADD_NORM: ReadonlySet<string> = new Set([
  'SkipLayerNormalization',
  'SkipSimplifiedLayerNormalization',
]);
export const SUM_OUTPUT = 3;

/** The sum that a fused node gives, and whether the file declares it; null for other nodes. */
export function fusedSum(
  node: Pick<OnnxNode, 'op' | 'inputs' | 'outputs'>,
): { readonly name: string; readonly declared: boolean } | null {
  if (!FUSED_ADD_NORM.has(node.op) || node.inputs.length < 3) return null;
  const name = node.outputs[SUM_OUTPUT] ?? '';
  return name === '' ? { name: `${node.outputs[0]}#sum`, declared: false } : { name, declared: true };
}
