/** The settings of decoders that differ from Llama in few things, with what transformers takes where one is left out. */
import { z } from 'zod';
import { decoderFields } from './llama.ts';

const count = z.number().int().positive();

export const decoderSettings = (defaults: {
  vocabulary: number;
  width: number;
  inner: number;
  layers: number;
  heads: number;
  keyHeads: number | null;
  eps: number;
  positions: number;
}) =>
  z.looseObject({
    ...decoderFields,
    vocab_size: count.default(defaults.vocabulary),
    hidden_size: count.default(defaults.width),
    intermediate_size: count.default(defaults.inner),
    num_hidden_layers: count.default(defaults.layers),
    num_attention_heads: count.default(defaults.heads),
    num_key_value_heads: count.nullish().default(defaults.keyHeads),
    rms_norm_eps: z.number().positive().default(defaults.eps),
    hidden_act: z.string().default('silu'),
    max_position_embeddings: count.default(defaults.positions),
    attention_bias: z.boolean().default(false),
    mlp_bias: z.boolean().default(false),
  });
