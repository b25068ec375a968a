/** InternVL in the form of transformers: InternViT, four patches to a token, a projector, a decoder. */
import { z } from 'zod';
import { type Architecture, partOf, prefixOf, readSettings, type VisionArchitecture } from './architecture.ts';
import { activation, layerNorm, linear, unsupported } from './blocks.ts';
import type { GraphBuilder } from './builder.ts';
import { PROJECTOR, VISION, writeLanguage } from './llava.ts';
import { declareLayers, pixelInput, visionTower } from './vision-tower.ts';

const count = z.number().int().positive();
/** A size, or its height and width, which must be equal. */
const square = z.union([count, z.tuple([count, count]).refine(([a, b]) => a === b, 'a square is needed')]);
const edge = (size: z.infer<typeof square>): number => (typeof size === 'number' ? size : size[0]);

const visionSchema = z.looseObject({
  hidden_size: count.default(1024),
  intermediate_size: count.default(4096),
  num_hidden_layers: count.default(24),
  num_attention_heads: count.default(16),
  num_channels: count.default(3),
  image_size: square.default(448),
  patch_size: square.default(14),
  hidden_act: z.string().default('gelu'),
  layer_norm_eps: z.number().positive().default(1e-6),
  attention_bias: z.boolean().default(false),
  use_qk_norm: z.boolean().default(false),
  norm_type: z.enum(['layer_norm', 'rms_norm']).default('layer_norm'),
  use_absolute_position_embeddings: z.boolean().default(true),
  use_mean_pooling: z.boolean().default(true),
});

export const internVit: VisionArchitecture = {
  modelTypes: ['internvl_vision'],
  ignored: [/mask_token$/],
  spec(config, prefix) {
    const settings = readSettings(config, visionSchema);
    if (!settings.use_absolute_position_embeddings)
      throw unsupported('an InternViT without absolute positions isn’t known how to compute');
    const width = settings.hidden_size;
    return {
      width,
      layers: settings.num_hidden_layers,
      heads: settings.num_attention_heads,
      inner: settings.intermediate_size,
      activation: settings.hidden_act,
      eps: settings.layer_norm_eps,
      channels: settings.num_channels,
      image: edge(settings.image_size),
      patch: edge(settings.patch_size),
      patches: { key: `${prefix}embeddings.patch_embeddings.projection`, bias: true },
      first: [{ key: `${prefix}embeddings.cls_token`, shape: [1, 1, width], placed: true }],
      positions: { key: `${prefix}embeddings.position_embeddings`, axes: 3, stretch: null },
      after: settings.use_mean_pooling ? null : `${prefix}layernorm`,
      qkvBias: settings.attention_bias,
      rms: settings.norm_type === 'rms_norm',
      block(layer) {
        const at = `${prefix}encoder.layer.${layer}.`;
        return {
          norms: [`${at}layernorm_before`, `${at}layernorm_after`],
          qkv: [`${at}attention.q_proj`, `${at}attention.k_proj`, `${at}attention.v_proj`],
          out: `${at}attention.projection_layer`,
          mlp: [`${at}mlp.fc1`, `${at}mlp.fc2`],
          scales: [`${at}lambda_1`, `${at}lambda_2`],
          qkNorms: settings.use_qk_norm ? [`${at}attention.q_norm`, `${at}attention.k_norm`] : undefined,
        };
      },
    };
  },
};

const schema = z.looseObject({
  downsample_ratio: z.number().positive().default(0.5),
  projector_hidden_act: z.string().default('gelu'),
  vision_feature_layer: z.union([z.number().int(), z.array(z.number().int())]).default(-1),
  vision_feature_select_strategy: z.enum(['default', 'full']).default('default'),
});

/** Neighbouring patches of a square grid [B, side², width] side by side: [B, (side / by)², width · by²]. */
export function shuffled(b: GraphBuilder, x: string, side: number, by: number, width: number): string {
  const across = b.op('Reshape', [x, b.integers([0, side, side / by, width * by])]);
  const turned = b.op('Transpose', [across], { attributes: { perm: [0, 2, 1, 3] } });
  const joined = b.op('Reshape', [turned, b.integers([0, side / by, side / by, width * by * by])]);
  const back = b.op('Transpose', [joined], { attributes: { perm: [0, 2, 1, 3] } });
  return b.op('Reshape', [back, b.integers([0, -1, width * by * by])]);
}

export const internvl: Architecture = {
  modelTypes: ['internvl'],
  ignored: [/mask_token$/],
  write(writing) {
    const { config, has, graph } = writing;
    const settings = readSettings(config, schema);
    const { vision_feature_layer: layer } = settings;
    if (layer !== -1)
      throw unsupported(`vision_feature_layer ${String(layer)} isn't known how to read: -1 was expected`);
    if (settings.vision_feature_select_strategy === 'full')
      throw unsupported('vision_feature_select_strategy `full` leaves the class token among the patches of the grid');
    const { width: to } = writeLanguage(writing);
    const b = graph('vision_encoder');
    const spec = internVit.spec(partOf(config, 'vision_config'), prefixOf(has, VISION, 'embeddings.cls_token'), has);
    const by = 1 / settings.downsample_ratio;
    const side = Math.floor(spec.image / spec.patch);
    if (!Number.isInteger(by) || side % by !== 0)
      throw unsupported(`downsample_ratio ${settings.downsample_ratio} doesn't divide a grid of ${side} × ${side}`);
    const tower = visionTower(b, pixelInput(b, spec), spec);
    declareLayers(b, tower, spec.layers, spec.after !== null);
    const patches = b.op('Slice', [tower.out, b.integers([1]), b.integers([2 ** 31]), b.integers([1])]);
    const from = spec.width * by * by;
    const at = prefixOf(has, PROJECTOR, 'linear_1.weight');
    const normed = layerNorm(b, shuffled(b, patches, side, by, spec.width), `${at}layer_norm`, from, 1e-5);
    const hidden = activation(
      b,
      linear(b, normed, `${at}linear_1`, { from, to, bias: true }),
      settings.projector_hidden_act,
    );
    linear(b, hidden, `${at}linear_2`, { from: to, to, bias: true, name: 'image_features' });
    b.output('image_features', ['tiles', (side / by) ** 2, to]);
  },
};
