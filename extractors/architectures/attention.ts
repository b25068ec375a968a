/** Attention over rows [B, T, heads · size], with a cache where a decoder has one. */
import type { GraphBuilder } from './builder.ts';

export interface AttentionOptions {
  readonly heads: number;
  /** Heads of keys and values; fewer than `heads` where groups share them. Defaults to *heads*. */
  readonly keyHeads?: number;
  /** Factor of the products; defaults to *1/√size*. */
  readonly scale?: number;
  /** Tokens see only earlier ones. */
  readonly causal?: boolean;
  /** Which keys each query sees, as booleans [T, all] or broadcast to it; has causality in it. */
  readonly mask?: string;
  /** Products are squeezed into ±cap by tanh. */
  readonly cap?: number | null;
  /** Names of the cache's inputs and outputs. */
  readonly cache?: Cache;
}

/** A block's keys and values so far, and with the new ones. */
export interface Cache {
  readonly pastKey: string;
  readonly pastValue: string;
  readonly presentKey: string;
  readonly presentValue: string;
}

export function attention(
  b: GraphBuilder,
  [q, k, v]: readonly [string, string, string],
  { heads, keyHeads = heads, scale, causal = false, mask, cap, cache }: AttentionOptions,
): string {
  const inputs = [q, k, v, ...(mask === undefined && cache === undefined ? [] : [mask ?? ''])];
  if (cache !== undefined) inputs.push(cache.pastKey, cache.pastValue);
  const floats: Record<string, number> = {};
  if (scale !== undefined) floats.scale = scale;
  if (typeof cap === 'number') floats.softcap = cap;
  const options = {
    attributes: { q_num_heads: heads, kv_num_heads: keyHeads, is_causal: causal && mask === undefined ? 1 : 0 },
    floats,
  };
  if (cache === undefined) return b.op('Attention', inputs, options);
  const output = `${cache.presentKey}.attention`;
  return b.multiple('Attention', inputs, [output, cache.presentKey, cache.presentValue], options)[0];
}

/**
 * Which keys each query sees: those up to itself, of them the last `window` where there is one: booleans [T, all].
 * @param x new tokens [B, T, …]
 * @param past keys so far [B, heads, P, size]
 */
export function causalMask(b: GraphBuilder, x: string, past: string, window: number | null): string {
  const scalar = (list: string): string => b.op('Squeeze', [list]);
  const before = scalar(b.dimension(past, 2));
  const all = b.op('Add', [before, scalar(b.dimension(x, 1))]);
  const keys = b.op('Unsqueeze', [b.op('Range', [b.integers(0), all, b.integers(1)]), b.integers([0])]);
  const queries = b.op('Unsqueeze', [b.op('Range', [before, all, b.integers(1)]), b.integers([1])]);
  const seen = b.op('LessOrEqual', [keys, queries]);
  if (window === null) return seen;
  const near = b.op('Less', [b.op('Sub', [queries, keys]), b.integers(window)]);
  return b.op('And', [seen, near]);
}
