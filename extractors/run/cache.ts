/**
 * The key-value cache of a decoder: prompts that begin alike run their beginning once, and go on from its keys and
 * values. What a graph needs for it is found here, and the nodes that hand one prompt's cache to several.
 */
import type { Tensor } from 'onnxruntime-node';
import { realInputs } from '../checkpoint/graph-file.ts';
import type { TextPart } from '../families/family.ts';
import type { GraphEdit } from '../onnx/edit.ts';
import { DATA_TYPE, type OnnxNode } from '../onnx/model.ts';

/** Which row of the cache each prompt of a batch goes on from. */
export const CACHE_ROW = 'plumbline.cache.row';

/** An input that takes keys or values so far, and the output that gives them with the new ones. */
interface Slot {
  readonly past: string;
  readonly present: string;
  readonly dataType: number;
}

export interface CachePlan {
  readonly slots: readonly Slot[];
  /** Keys and values of one token. */
  readonly bytesPerToken: number;
  /** Whether they are kept in half precision. */
  readonly half: boolean;
  /** Whether only one prompt at a time can go on from a cache: ONNX Runtime's GroupQueryAttention refuses more. */
  readonly single: boolean;
}

/** Keys and values of the first `length` tokens of some prompts, [prompts, heads, length, head size] each. */
export interface Prefix {
  readonly length: number;
  readonly tensors: Readonly<Record<string, Tensor>>;
}

/**
 * How a decoder's cache is used; null where it has none, and where a prompt can't be cut in two: tokens see later ones
 * (`readsAhead`, `token_type_ids`), or numbers are quantised over the whole sequence.
 */
export function cachePlan(part: TextPart): CachePlan | null {
  const { model } = part.decoder;
  const inputs = realInputs(part.decoder);
  const pasts = inputs.filter(({ name }) => /^past(_key_values)?\./.test(name));
  if (
    part.output === null ||
    pasts.length === 0 ||
    part.readsAhead === true ||
    inputs.some(({ name }) => name === 'token_type_ids')
  )
    return null;
  if (model.graph.nodes.some(({ op }) => op === 'DynamicQuantizeLinear')) return null;
  const outputs = new Set(model.graph.outputs.map(({ name }) => name));
  const slots: Slot[] = [];
  let bytesPerToken = 0;
  for (const { name, shape, dataType } of pasts) {
    const present = name.replace(/^past(_key_values)?\./, 'present.');
    const [batch, heads, length, size] = shape ?? [];
    const bytes = dataType === DATA_TYPE.float ? 4 : dataType === DATA_TYPE.float16 ? 2 : 0;
    const usable =
      outputs.has(present) &&
      bytes > 0 &&
      shape?.length === 4 &&
      typeof batch === 'string' &&
      typeof length === 'string' &&
      typeof heads === 'number' &&
      typeof size === 'number';
    const used = model.graph.nodes.some((node) => node.inputs.includes(name));
    if (!usable || !used || model.graph.nodes.some((node) => node.captures.includes(name))) return null;
    slots.push({ past: name, present, dataType });
    bytesPerToken += heads * size * bytes;
  }
  return {
    slots,
    bytesPerToken,
    half: slots.some(({ dataType }) => dataType === DATA_TYPE.float16),
    single: model.graph.nodes.some(({ op }) => op === 'GroupQueryAttention'),
  };
}

/** Nodes that give each prompt of a batch its row of the cache, and the new keys and values as outputs. */
export function cacheEdit(
  { decoder }: TextPart,
  { slots }: CachePlan,
): Required<Pick<GraphEdit, 'inputs' | 'nodes' | 'rewire' | 'outputs'>> {
  const chosen = (past: string): string => `plumbline.cache.${past}`;
  const pasts = new Set(slots.map(({ past }) => past));
  const rewire = new Map<OnnxNode, Map<string, string>>();
  for (const node of decoder.model.graph.nodes) {
    const read = node.inputs.filter((input) => pasts.has(input));
    if (read.length > 0) rewire.set(node, new Map(read.map((input) => [input, chosen(input)])));
  }
  return {
    inputs: [{ name: CACHE_ROW, dataType: DATA_TYPE.int64, shape: [`${CACHE_ROW}.batch`] }],
    nodes: slots.map(({ past }) => ({
      op: 'Gather',
      inputs: [past, CACHE_ROW],
      outputs: [chosen(past)],
      attributes: { axis: 0 },
    })),
    rewire,
    outputs: slots.map(({ present, dataType }) => ({ name: present, dataType })),
  };
}
