/** ViT, DeiT and DINOv2 (with and without registers). */
import { z } from 'zod';
import { readSettings, type VisionArchitecture } from './architecture.ts';

const count = z.number().int().positive();

const vitSchema = z.looseObject({
  hidden_size: count.default(768),
  intermediate_size: count.default(3072),
  num_hidden_layers: count.default(12),
  num_attention_heads: count.default(12),
  num_channels: count.default(3),
  image_size: count.default(224),
  patch_size: count.default(16),
  hidden_act: z.string().default('gelu'),
  layer_norm_eps: z.number().positive().default(1e-12),
  qkv_bias: z.boolean().default(true),
});

/** The pooler, and heads of other tasks. */
const HEADS = [/(^|\.)pooler\./, /(^|\.)(classifier|cls_classifier|distillation_classifier|decoder)\./, /mask_token$/];

function vitSpec(more: readonly string[]): VisionArchitecture['spec'] {
  return (config, prefix) => {
    const settings = readSettings(config, vitSchema);
    const width = settings.hidden_size;
    return {
      width,
      layers: settings.num_hidden_layers,
      heads: settings.num_attention_heads,
      inner: settings.intermediate_size,
      activation: settings.hidden_act,
      eps: settings.layer_norm_eps,
      channels: settings.num_channels,
      image: settings.image_size,
      patch: settings.patch_size,
      patches: { key: `${prefix}embeddings.patch_embeddings.projection`, bias: true },
      first: ['cls_token', ...more].map((key) => ({
        key: `${prefix}embeddings.${key}`,
        shape: [1, 1, width],
        placed: true,
      })),
      positions: { key: `${prefix}embeddings.position_embeddings`, axes: 3, stretch: null },
      after: `${prefix}layernorm`,
      qkvBias: settings.qkv_bias,
      block(layer) {
        const at = `${prefix}encoder.layer.${layer}.`;
        return {
          norms: [`${at}layernorm_before`, `${at}layernorm_after`],
          qkv: attentionKeys(at),
          out: `${at}attention.output.dense`,
          mlp: [`${at}intermediate.dense`, `${at}output.dense`],
        };
      },
    };
  };
}

const attentionKeys = (at: string): [string, string, string] => [
  `${at}attention.attention.query`,
  `${at}attention.attention.key`,
  `${at}attention.attention.value`,
];

export const vit: VisionArchitecture = { modelTypes: ['vit'], ignored: HEADS, spec: vitSpec([]) };
export const deit: VisionArchitecture = { modelTypes: ['deit'], ignored: HEADS, spec: vitSpec(['distillation_token']) };

const dinov2Schema = vitSchema.extend({
  mlp_ratio: z.number().positive().default(4),
  patch_size: count.default(14),
  layer_norm_eps: z.number().positive().default(1e-6),
  use_swiglu_ffn: z.boolean().default(false),
  num_register_tokens: z.number().int().nonnegative().default(4),
});

export const dinov2: VisionArchitecture = {
  modelTypes: ['dinov2', 'dinov2_with_registers'],
  ignored: HEADS,
  spec(config, prefix) {
    const registered = config.model_type === 'dinov2_with_registers';
    const schema = registered ? dinov2Schema.extend({ patch_size: count.default(16) }) : dinov2Schema;
    const settings = readSettings(config, schema);
    const width = settings.hidden_size;
    const inner = Math.floor(width * settings.mlp_ratio);
    const gated = settings.use_swiglu_ffn;
    const registers = registered ? settings.num_register_tokens : 0;
    const cls = { key: `${prefix}embeddings.cls_token`, shape: [1, 1, width], placed: true };
    const extra = { key: `${prefix}embeddings.register_tokens`, shape: [1, registers, width], placed: false };
    return {
      width,
      layers: settings.num_hidden_layers,
      heads: settings.num_attention_heads,
      // As in DINOv2's own code: two thirds, rounded up to eight.
      inner: gated ? Math.floor((Math.floor((inner * 2) / 3) + 7) / 8) * 8 : inner,
      activation: settings.hidden_act,
      eps: settings.layer_norm_eps,
      channels: settings.num_channels,
      image: settings.image_size,
      patch: settings.patch_size,
      patches: { key: `${prefix}embeddings.patch_embeddings.projection`, bias: true },
      first: registers > 0 ? [cls, extra] : [cls],
      positions: {
        key: `${prefix}embeddings.position_embeddings`,
        axes: 3,
        stretch: registered ? 'antialiased' : 'bicubic',
      },
      after: `${prefix}layernorm`,
      qkvBias: settings.qkv_bias,
      gated,
      block(layer) {
        const at = `${prefix}encoder.layer.${layer}.`;
        return {
          norms: [`${at}norm1`, `${at}norm2`],
          qkv: attentionKeys(at),
          out: `${at}attention.output.dense`,
          mlp: gated ? [`${at}mlp.weights_in`, `${at}mlp.weights_out`] : [`${at}mlp.fc1`, `${at}mlp.fc2`],
          scales: [`${at}layer_scale1.lambda1`, `${at}layer_scale2.lambda1`],
        };
      },
    };
  },
};
