/** Gemma 1, 2 and 3. */
import { z } from 'zod';
import { readSettings, type TextArchitecture } from './architecture.ts';
import { unsupported } from './blocks.ts';
import { commonSpec, decoderFields, windowsOf } from './llama.ts';
import { ropeOf } from './rope.ts';

const count = z.number().int().positive();

const gemmaSchema = z.looseObject({
  ...decoderFields,
  vocab_size: count.default(256000),
  hidden_size: count.default(3072),
  intermediate_size: count.default(24576),
  num_hidden_layers: count.default(28),
  num_attention_heads: count.default(16),
  num_key_value_heads: count.nullish().default(16),
  head_dim: count.nullish().default(256),
  rms_norm_eps: z.number().positive().default(1e-6),
  hidden_act: z.string().default('gelu_pytorch_tanh'),
  max_position_embeddings: count.default(8192),
  attention_bias: z.boolean().default(false),
});

export const gemma: TextArchitecture = {
  modelTypes: ['gemma'],
  spec(config) {
    const settings = readSettings(config, gemmaSchema);
    const biased = settings.attention_bias;
    return {
      ...commonSpec(settings),
      bias: { qkv: biased, out: biased },
      plusOne: true,
      embeddingScale: Math.sqrt(settings.hidden_size),
      tied: settings.tie_word_embeddings ?? true,
    };
  },
};

const gemma2Schema = gemmaSchema.extend({
  hidden_size: count.default(2304),
  intermediate_size: count.default(9216),
  num_hidden_layers: count.default(26),
  num_attention_heads: count.default(8),
  num_key_value_heads: count.nullish().default(4),
  hidden_activation: z.string().default('gelu_pytorch_tanh'),
  query_pre_attn_scalar: z.number().positive().default(256),
  sliding_window: count.nullish().default(4096),
  final_logit_softcapping: z.number().positive().nullish().default(30),
  attn_logit_softcapping: z.number().positive().nullish().default(50),
});

export const gemma2: TextArchitecture = {
  modelTypes: ['gemma2'],
  spec(config) {
    const settings = readSettings(config, gemma2Schema);
    const biased = settings.attention_bias;
    return {
      ...commonSpec({ ...settings, hidden_act: settings.hidden_activation }),
      bias: { qkv: biased, out: biased },
      norms: 'around',
      plusOne: true,
      embeddingScale: Math.sqrt(settings.hidden_size),
      attentionScale: settings.query_pre_attn_scalar ** -0.5,
      attentionCap: settings.attn_logit_softcapping,
      logitCap: settings.final_logit_softcapping,
      window: windowsOf(settings, (layer) => layer % 2 === 0),
      tied: settings.tie_word_embeddings ?? true,
    };
  },
};

const gemma3Schema = gemma2Schema.extend({
  vocab_size: count.default(262208),
  max_position_embeddings: count.default(131072),
  final_logit_softcapping: z.number().positive().nullish(),
  rope_local_base_freq: z.number().positive().default(10000),
  sliding_window_pattern: count.default(6),
  use_bidirectional_attention: z.boolean().nullish(),
});

export const gemma3: TextArchitecture = {
  modelTypes: ['gemma3_text'],
  spec(config) {
    const settings = readSettings(config, gemma3Schema);
    if (settings.use_bidirectional_attention === true)
      throw unsupported('a Gemma 3 that reads in both directions isn’t known how to compute');
    if (settings.rope_parameters !== undefined)
      throw unsupported('rotary positions by kinds of layers (`rope_parameters` of Gemma 3) aren’t known how to read');
    const biased = settings.attention_bias;
    const common = commonSpec({ ...settings, hidden_act: settings.hidden_activation }, 1e6);
    const near = ropeOf({ rope_theta: settings.rope_local_base_freq }, common.headSize, 10000);
    const window = windowsOf(settings, (layer) => (layer + 1) % settings.sliding_window_pattern !== 0);
    return {
      ...common,
      bias: { qkv: biased, out: biased },
      norms: 'around',
      qkNorm: 'head',
      plusOne: true,
      embeddingScale: Math.sqrt(settings.hidden_size),
      scalesTable: true,
      attentionScale: settings.query_pre_attn_scalar ** -0.5,
      logitCap: settings.final_logit_softcapping,
      window,
      rope: (layer) => (window(layer) === null ? common.rope(layer) : near),
      tied: settings.tie_word_embeddings ?? true,
    };
  },
};
