/**
 * Causal decoders of the Llama kind: rotary positions, grouped keys, RMS norms, a gated MLP. What differs between models
 * is in {@link DecoderSpec}; a model's own file fills it in from config.json.
 */
import { DATA_TYPE } from '../onnx/model.ts';
import { attention, type Cache, causalMask } from './attention.ts';
import { activation, gatedMlp, linear, type MlpOptions, rmsNorm } from './blocks.ts';
import type { GraphBuilder } from './builder.ts';
import { angles, type Angles, type Rope, rotate } from './rope.ts';

export interface DecoderSpec {
  readonly vocabulary: number;
  readonly width: number;
  readonly layers: number;
  readonly heads: number;
  readonly keyHeads: number;
  readonly headSize: number;
  readonly inner: number;
  readonly activation: string;
  readonly eps: number;
  /** Rotary positions of a block; null where it has none. */
  readonly rope: (layer: number) => Rope | null;
  /** Tokens that a block's attention looks back, itself included; null for all. */
  readonly window?: (layer: number) => number | null;
  /** Norms of queries and keys: of each head, or of all heads at once. */
  readonly qkNorm?: 'head' | 'all';
  readonly bias?: { readonly qkv?: boolean; readonly out?: boolean; readonly mlp?: boolean };
  /** Whether queries, keys and values, and gate and up, are one matrix each (Phi-3). */
  readonly packed?: boolean;
  /**
   * Where a block's norms stand: before attention and MLP; after them, inside the branches (OLMo 2); or both (Gemma 2).
   */
  readonly norms?: 'before' | 'after' | 'around';
  /** Whether norms' weights are stored less one (Gemma). */
  readonly plusOne?: boolean;
  /** Factor of the embeddings (Gemma). */
  readonly embeddingScale?: number;
  /** Whether it belongs to the table, and not to whatever comes in as embeddings (Gemma 3). */
  readonly scalesTable?: boolean;
  /** Factor of the products of queries and keys; by default 1/√size. */
  readonly attentionScale?: number;
  readonly attentionCap?: number | null;
  readonly logitCap?: number | null;
  /** Whether the head is the table of embeddings. */
  readonly tied: boolean;
}

/** Where a decoder's weights are. */
export interface DecoderKeys {
  /** Before `embed_tokens`, `layers` and `norm`, with its dot. */
  readonly prefix: string;
  /** `lm_head` with what is before it. */
  readonly head: string;
}

const BATCH = 'batch_size';
const LENGTH = 'sequence_length';

/** `input_ids` → `inputs_embeds` of its own graph. */
export function writeEmbeddings(b: GraphBuilder, spec: DecoderSpec, { prefix }: DecoderKeys): void {
  const ids = b.input('input_ids', DATA_TYPE.int64, [BATCH, LENGTH]);
  const scale = spec.scalesTable ? spec.embeddingScale : undefined;
  const rows = embeddings(b, ids, spec, prefix, scale === undefined ? 'inputs_embeds' : undefined);
  if (scale !== undefined) b.op('Mul', [rows, b.floats([scale])], { name: 'inputs_embeds' });
  b.output('inputs_embeds', [BATCH, LENGTH, spec.width]);
}

function embeddings(b: GraphBuilder, ids: string, spec: DecoderSpec, prefix: string, name?: string): string {
  const table = b.raw(`${prefix}embed_tokens.weight`, [spec.vocabulary, spec.width]);
  if (table.type === DATA_TYPE.float) return b.op('Gather', [table.name, ids], { attributes: { axis: 0 }, name });
  const rows = b.op('Gather', [table.name, ids], { attributes: { axis: 0 } });
  const floats = b.op('Cast', [rows], { attributes: { to: DATA_TYPE.float } });
  // A stream is said to begin before casts; times one, it begins in float32.
  return b.op('Mul', [floats, b.floats([1])], { name });
}

export interface DecoderOptions {
  /** Whether tokens come as ids or as embeddings. */
  readonly from: 'input_ids' | 'inputs_embeds';
  /** Angles, where they aren't those of plain positions. */
  readonly angles?: (b: GraphBuilder, rope: Rope) => Angles;
  /** Keys that queries see beside earlier ones: booleans that spread to [B, 1, T, T]. Then no beginning is shared. */
  readonly sees?: (b: GraphBuilder) => string;
}

/** Tokens, or embeddings, and a cache → `logits` and the cache with the new tokens. */
export function writeDecoder(
  b: GraphBuilder,
  spec: DecoderSpec,
  keys: DecoderKeys,
  { from, angles: ownAngles, sees }: DecoderOptions,
): void {
  const { width, layers, eps, plusOne } = spec;
  const { prefix } = keys;
  const scale = from === 'inputs_embeds' && spec.scalesTable ? undefined : spec.embeddingScale;
  let x: string;
  if (from === 'inputs_embeds') x = b.input(from, DATA_TYPE.float, [BATCH, LENGTH, width]);
  else {
    const ids = b.input(from, DATA_TYPE.int64, [BATCH, LENGTH]);
    x = embeddings(b, ids, spec, prefix, scale === undefined ? 'text.embed' : undefined);
  }
  if (scale !== undefined) x = b.op('Mul', [x, b.floats([scale])], { name: 'text.embed' });
  b.layer('embed', x);
  const turns = turnsOf(b, spec, ownAngles);
  const masks = new Map<number | null, string>();
  const also = sees?.(b);
  for (let i = 0; i < layers; i++) {
    const cache = cacheOf(b, spec, i);
    const window = spec.window?.(i) ?? null;
    let mask = masks.get(window);
    if (mask === undefined && (window !== null || also !== undefined)) {
      mask = causalMask(b, x, cache.pastKey, window);
      if (also !== undefined) mask = b.op('Or', [mask, also]);
      masks.set(window, mask);
    }
    x = block(b, x, i, spec, `${prefix}layers.${i}.`, { turn: turns(i), mask, cache });
  }
  const out = rmsNorm(b, x, `${prefix}norm`, width, eps, { plusOne, name: 'text.out' });
  b.layer('out', out);
  const table = `${prefix}embed_tokens.weight`;
  if (spec.tied) b.skip(`${keys.head}.weight`);
  const head = b.weight(spec.tied ? table : `${keys.head}.weight`, [spec.vocabulary, width], out);
  const options = { microsoft: true, attributes: { transB: 1 } };
  const { logitCap } = spec;
  if (typeof logitCap === 'number') {
    const small = b.op('Div', [b.op('FusedMatMul', [out, head], options), b.floats([logitCap])]);
    b.op('Mul', [b.op('Tanh', [small]), b.floats([logitCap])], { name: 'logits' });
  } else b.op('FusedMatMul', [out, head], { ...options, name: 'logits' });
  b.output('logits', [BATCH, LENGTH, spec.vocabulary]);
}

/** The angles of each block, made once for each kind of positions. */
function turnsOf(b: GraphBuilder, spec: DecoderSpec, own: DecoderOptions['angles']): (layer: number) => Angles | null {
  const made: { rope: Rope; angles: Angles }[] = [];
  let positions: string | null = null;
  return (layer) => {
    const rope = spec.rope(layer);
    if (rope === null) return null;
    const known = made.find((one) => one.rope === rope);
    if (known !== undefined) return known.angles;
    if (own === undefined) positions ??= b.input('position_ids', DATA_TYPE.int64, [BATCH, LENGTH]);
    const fresh = { rope, angles: own === undefined ? angles(b, positions!, rope) : own(b, rope) };
    made.push(fresh);
    return fresh.angles;
  };
}

function cacheOf(b: GraphBuilder, { keyHeads, headSize }: DecoderSpec, layer: number): Cache {
  const past = (what: string): string =>
    b.input(`past_key_values.${layer}.${what}`, DATA_TYPE.float, [BATCH, keyHeads, 'past_sequence_length', headSize]);
  const present = (what: string): string =>
    b.output(`present.${layer}.${what}`, [BATCH, keyHeads, 'total_sequence_length', headSize]);
  return {
    pastKey: past('key'),
    pastValue: past('value'),
    presentKey: present('key'),
    presentValue: present('value'),
  };
}

interface BlockContext {
  readonly turn: Angles | null;
  readonly mask: string | undefined;
  readonly cache: Cache;
}

function block(
  b: GraphBuilder,
  x: string,
  layer: number,
  spec: DecoderSpec,
  key: string,
  context: BlockContext,
): string {
  const { width, inner, eps, plusOne, norms = 'before' } = spec;
  const norm = (from: string, name: string): string => rmsNorm(b, from, `${key}${name}`, width, eps, { plusOne });
  const add = (to: string, branch: string, name: string): string =>
    b.layer(name, b.op('Add', [to, branch], { name: `text.${name}` }));
  const before = (from: string, name: string): string => (norms === 'after' ? from : norm(from, name));
  const after = (from: string, name: string): string => (norms === 'before' ? from : norm(from, name));
  const attended = attend(b, before(x, 'input_layernorm'), spec, `${key}self_attn.`, context);
  const middle = add(x, after(attended, 'post_attention_layernorm'), `${layer}.attn`);
  const entry = before(middle, norms === 'around' ? 'pre_feedforward_layernorm' : 'post_attention_layernorm');
  const options = { width, inner, activation: spec.activation, bias: spec.bias?.mlp ?? false };
  const fed = spec.packed
    ? packedMlp(b, entry, `${key}mlp.`, options)
    : gatedMlp(b, entry, [`${key}mlp.gate_proj`, `${key}mlp.up_proj`, `${key}mlp.down_proj`], options);
  return add(middle, after(fed, 'post_feedforward_layernorm'), `${layer}`);
}

function packedMlp(b: GraphBuilder, x: string, key: string, options: MlpOptions): string {
  const { width, inner, bias } = options;
  const both = linear(b, x, `${key}gate_up_proj`, { from: width, to: 2 * inner, bias });
  const [gate, up] = split(b, both, [inner, inner]);
  const hidden = b.op('Mul', [activation(b, gate, options.activation), up]);
  return linear(b, hidden, `${key}down_proj`, { from: inner, to: width, bias });
}

const split = (b: GraphBuilder, x: string, sizes: readonly number[]): readonly string[] =>
  b.multiple(
    'Split',
    [x, b.integers(sizes)],
    sizes.map((_, i) => `${x}.part${i}`),
    { attributes: { axis: -1 } },
  );

function attend(
  b: GraphBuilder,
  x: string,
  spec: DecoderSpec,
  key: string,
  { turn, mask, cache }: BlockContext,
): string {
  const { width, heads, keyHeads, headSize, bias } = spec;
  const sizes = [heads * headSize, keyHeads * headSize, keyHeads * headSize];
  const qkv = bias?.qkv ?? false;
  const [q, k, v] = spec.packed
    ? split(b, linear(b, x, `${key}qkv_proj`, { from: width, to: sizes[0] + sizes[1] + sizes[2], bias: qkv }), sizes)
    : ['q_proj', 'k_proj', 'v_proj'].map((name, i) =>
        linear(b, x, `${key}${name}`, { from: width, to: sizes[i], bias: qkv }),
      );
  const turned = (from: string, norm: string, count: number): string => {
    const normed = normHeads(b, from, `${key}${norm}`, count, spec);
    return turn === null ? normed : rotate(b, normed, turn, count);
  };
  const mixed = attention(b, [turned(q, 'q_norm', heads), turned(k, 'k_norm', keyHeads), v], {
    heads,
    keyHeads,
    scale: spec.attentionScale,
    cap: spec.attentionCap,
    causal: true,
    mask,
    cache,
  });
  return linear(b, mixed, `${key}o_proj`, { from: sizes[0], to: width, bias: bias?.out ?? false });
}

function normHeads(
  b: GraphBuilder,
  x: string,
  key: string,
  count: number,
  { qkNorm, headSize, eps, plusOne }: DecoderSpec,
): string {
  if (qkNorm === undefined) return x;
  if (qkNorm === 'all') return rmsNorm(b, x, key, count * headSize, eps, { plusOne });
  const apart = b.op('Reshape', [x, b.integers([0, 0, count, headSize])]);
  const normed = rmsNorm(b, apart, key, headSize, eps, { plusOne });
  return b.op('Reshape', [normed, b.integers([0, 0, count * headSize])]);
}
