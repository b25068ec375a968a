/** Decoders that are Llama but for a few settings: Llama, Mistral, Qwen 2, Qwen 3. */
import { z } from 'zod';
import { readSettings, type TextArchitecture } from './architecture.ts';
import type { DecoderSpec } from './decoder.ts';
import { ropeFields, ropeOf } from './rope.ts';

const count = z.number().int().positive();

/** Fields that these decoders have in common; what transformers takes where one is left out is each model's own. */
export const decoderFields = {
  ...ropeFields,
  vocab_size: count,
  hidden_size: count,
  intermediate_size: count,
  num_hidden_layers: count,
  num_attention_heads: count,
  num_key_value_heads: count.nullish(),
  head_dim: count.nullish(),
  rms_norm_eps: z.number().positive(),
  hidden_act: z.string(),
  tie_word_embeddings: z.boolean().optional(),
  sliding_window: count.nullish(),
  layer_types: z.array(z.string()).nullish(),
};
export type DecoderConfig = z.infer<z.ZodObject<typeof decoderFields>>;

/** What config.json says in the same way for all of them. */
export function commonSpec(config: DecoderConfig, theta = 10000): Omit<DecoderSpec, 'tied'> {
  const headSize = config.head_dim ?? Math.floor(config.hidden_size / config.num_attention_heads);
  const rope = ropeOf(config, headSize, theta);
  return {
    vocabulary: config.vocab_size,
    width: config.hidden_size,
    layers: config.num_hidden_layers,
    heads: config.num_attention_heads,
    keyHeads: config.num_key_value_heads ?? config.num_attention_heads,
    headSize,
    inner: config.intermediate_size,
    activation: config.hidden_act,
    eps: config.rms_norm_eps,
    rope: () => rope,
  };
}

/** The window of a block by `layer_types`, or by what older files imply. */
export function windowsOf(
  { layer_types: types, sliding_window: window }: DecoderConfig,
  implied: (layer: number) => boolean,
): (layer: number) => number | null {
  return (layer) => {
    const slides = types === null || types === undefined ? implied(layer) : types[layer] === 'sliding_attention';
    return slides ? (window ?? null) : null;
  };
}

const llamaSchema = z.looseObject({
  ...decoderFields,
  vocab_size: count.default(32000),
  hidden_size: count.default(4096),
  intermediate_size: count.default(11008),
  num_hidden_layers: count.default(32),
  num_attention_heads: count.default(32),
  rms_norm_eps: z.number().positive().default(1e-6),
  hidden_act: z.string().default('silu'),
  max_position_embeddings: count.default(2048),
  attention_bias: z.boolean().default(false),
  mlp_bias: z.boolean().default(false),
});

export const llama: TextArchitecture = {
  modelTypes: ['llama'],
  spec(config) {
    const settings = readSettings(config, llamaSchema);
    const biased = settings.attention_bias;
    return {
      ...commonSpec(settings),
      bias: { qkv: biased, out: biased, mlp: settings.mlp_bias },
      tied: settings.tie_word_embeddings ?? false,
    };
  },
};

const mistralSchema = z.looseObject({
  ...decoderFields,
  vocab_size: count.default(32000),
  hidden_size: count.default(4096),
  intermediate_size: count.default(14336),
  num_hidden_layers: count.default(32),
  num_attention_heads: count.default(32),
  num_key_value_heads: count.nullish().default(8),
  rms_norm_eps: z.number().positive().default(1e-6),
  hidden_act: z.string().default('silu'),
  max_position_embeddings: count.default(131072),
  sliding_window: count.nullish().default(4096),
});

export const mistral: TextArchitecture = {
  modelTypes: ['mistral'],
  spec(config) {
    const settings = readSettings(config, mistralSchema);
    return {
      ...commonSpec(settings),
      window: windowsOf(settings, () => true),
      tied: settings.tie_word_embeddings ?? false,
    };
  },
};

const qwenSchema = z.looseObject({
  ...decoderFields,
  vocab_size: count.default(151936),
  hidden_size: count.default(4096),
  intermediate_size: count.default(22016),
  num_hidden_layers: count.default(32),
  num_attention_heads: count.default(32),
  num_key_value_heads: count.nullish().default(32),
  rms_norm_eps: z.number().positive().default(1e-6),
  hidden_act: z.string().default('silu'),
  max_position_embeddings: count.default(32768),
  use_sliding_window: z.boolean().default(false),
  sliding_window: count.nullish().default(4096),
  max_window_layers: z.number().int().nonnegative().default(28),
  attention_bias: z.boolean().default(false),
});
type QwenConfig = z.infer<typeof qwenSchema>;

/** Without `use_sliding_window` the window is void, whatever the layers' types say. */
const qwenWindows = (config: QwenConfig): ((layer: number) => number | null) =>
  config.use_sliding_window ? windowsOf(config, (layer) => layer >= config.max_window_layers) : () => null;

export const qwen2: TextArchitecture = {
  modelTypes: ['qwen2'],
  spec(config) {
    const settings = readSettings(config, qwenSchema);
    return {
      ...commonSpec(settings),
      bias: { qkv: true },
      window: qwenWindows(settings),
      tied: settings.tie_word_embeddings ?? false,
    };
  },
};

export const qwen3: TextArchitecture = {
  modelTypes: ['qwen3'],
  spec(config) {
    const settings = readSettings(config, qwenSchema.extend({ head_dim: count.nullish().default(128) }));
    const biased = settings.attention_bias;
    return {
      ...commonSpec(settings),
      qkNorm: 'head',
      bias: { qkv: biased, out: biased },
      window: qwenWindows(settings),
      tied: settings.tie_word_embeddings ?? false,
    };
  },
};
