/** Phi-3, OLMo 2 and SmolLM 3. */
import { z } from 'zod';
import { readSettings, type TextArchitecture } from './architecture.ts';
import { unsupported } from './blocks.ts';
import { commonSpec, decoderFields, windowsOf } from './llama.ts';

const count = z.number().int().positive();

const schema = (defaults: {
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

const phi3Schema = schema({
  vocabulary: 32064,
  width: 3072,
  inner: 8192,
  layers: 32,
  heads: 32,
  keyHeads: null,
  eps: 1e-5,
  positions: 4096,
}).extend({ partial_rotary_factor: z.number().positive().default(1) });

export const phi3: TextArchitecture = {
  modelTypes: ['phi3'],
  spec(config) {
    const settings = readSettings(config, phi3Schema);
    if (settings.partial_rotary_factor !== 1)
      throw unsupported(`partial_rotary_factor ${settings.partial_rotary_factor} isn't known how to compute`);
    return {
      ...commonSpec(settings),
      packed: true,
      window: windowsOf(settings, () => true),
      tied: settings.tie_word_embeddings ?? false,
    };
  },
};

const olmo2Schema = schema({
  vocabulary: 50304,
  width: 4096,
  inner: 11008,
  layers: 32,
  heads: 32,
  keyHeads: null,
  eps: 1e-5,
  positions: 2048,
});

export const olmo2: TextArchitecture = {
  modelTypes: ['olmo2'],
  spec(config) {
    const settings = readSettings(config, olmo2Schema);
    const biased = settings.attention_bias;
    return {
      ...commonSpec(settings),
      bias: { qkv: biased, out: biased },
      norms: 'after',
      qkNorm: 'all',
      tied: settings.tie_word_embeddings ?? false,
    };
  },
};

const smollm3Schema = schema({
  vocabulary: 128256,
  width: 2048,
  inner: 11008,
  layers: 36,
  heads: 16,
  keyHeads: 4,
  eps: 1e-6,
  positions: 32768,
}).extend({
  use_sliding_window: z.boolean().default(false),
  no_rope_layers: z.array(z.number()).nullish(),
  no_rope_layer_interval: count.default(4),
});

export const smollm3: TextArchitecture = {
  modelTypes: ['smollm3'],
  spec(config) {
    const settings = readSettings(config, smollm3Schema);
    const biased = settings.attention_bias;
    const common = commonSpec(settings, 2e6);
    // What `no_rope_layers` lists is whether a layer has rotary positions.
    const turns = (layer: number): boolean =>
      settings.no_rope_layers?.[layer] === undefined
        ? (layer + 1) % settings.no_rope_layer_interval !== 0
        : settings.no_rope_layers[layer] !== 0;
    return {
      ...common,
      bias: { qkv: biased, out: biased, mlp: settings.mlp_bias },
      rope: (layer) => (turns(layer) ? common.rope(layer) : null),
      window: settings.use_sliding_window ? windowsOf(settings, (layer) => !turns(layer)) : undefined,
      tied: settings.tie_word_embeddings ?? true,
    };
  },
};
