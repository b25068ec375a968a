/** CLIP and SigLIP: their vision encoders, their text encoders, and both together. */
import { z } from 'zod';
import { DATA_TYPE } from '../onnx/model.ts';
import {
  type Architecture,
  partOf,
  prefixOf,
  readSettings,
  type Settings,
  type VisionArchitecture,
  type Writing,
} from './architecture.ts';
import { attention } from './attention.ts';
import { layerNorm, linear, mlp, repeated, unsupported } from './blocks.ts';
import type { GraphBuilder } from './builder.ts';
import {
  declareLayers,
  pixelInput,
  type Tower,
  visionTower,
  type VisionBlockKeys,
  type VisionSpec,
} from './vision-tower.ts';

const count = z.number().int().positive();

const visionSchema = (act: string, eps: number, patch: number) =>
  z.looseObject({
    hidden_size: count.default(768),
    intermediate_size: count.default(3072),
    num_hidden_layers: count.default(12),
    num_attention_heads: count.default(12),
    num_channels: count.default(3),
    image_size: count.default(224),
    patch_size: count.default(patch),
    hidden_act: z.string().default(act),
    layer_norm_eps: z.number().positive().default(eps),
  });
const clipVisionSchema = visionSchema('quick_gelu', 1e-5, 32);
const siglipVisionSchema = visionSchema('gelu_pytorch_tanh', 1e-6, 16);

const blockKeys =
  (prefix: string) =>
  (layer: number): VisionBlockKeys => {
    const at = `${prefix}encoder.layers.${layer}.`;
    return {
      norms: [`${at}layer_norm1`, `${at}layer_norm2`],
      qkv: [`${at}self_attn.q_proj`, `${at}self_attn.k_proj`, `${at}self_attn.v_proj`],
      out: `${at}self_attn.out_proj`,
      mlp: [`${at}mlp.fc1`, `${at}mlp.fc2`],
    };
  };

function towerSpec(
  settings: z.infer<typeof clipVisionSchema>,
  at: string,
): Omit<VisionSpec, 'first' | 'patches' | 'after'> {
  return {
    width: settings.hidden_size,
    layers: settings.num_hidden_layers,
    heads: settings.num_attention_heads,
    inner: settings.intermediate_size,
    activation: settings.hidden_act,
    eps: settings.layer_norm_eps,
    channels: settings.num_channels,
    image: settings.image_size,
    patch: settings.patch_size,
    positions: { key: `${at}embeddings.position_embedding.weight`, axes: 2, stretch: null },
    qkvBias: true,
    block: blockKeys(at),
  };
}

/** Files of newer versions leave one level out. */
const modelPrefix = (prefix: string, has: (key: string) => boolean): string =>
  prefixOf(has, [`${prefix}vision_model.`, prefix], 'embeddings.patch_embedding.weight');

export const clipVision: VisionArchitecture = {
  modelTypes: ['clip_vision_model'],
  ignored: [/vision_model\.post_layernorm\./, /^visual_projection\./],
  spec(config, prefix, has) {
    const at = modelPrefix(prefix, has);
    const settings = readSettings(config, clipVisionSchema);
    return {
      ...towerSpec(settings, at),
      patches: { key: `${at}embeddings.patch_embedding`, bias: false },
      first: [{ key: `${at}embeddings.class_embedding`, shape: [settings.hidden_size], placed: true }],
      before: `${at}pre_layrnorm`,
      after: null,
    };
  },
};

export const siglipVision: VisionArchitecture = {
  modelTypes: ['siglip_vision_model'],
  ignored: [/vision_model\.head\./],
  spec(config, prefix, has) {
    const at = modelPrefix(prefix, has);
    const settings = readSettings(config, siglipVisionSchema);
    return {
      ...towerSpec(settings, at),
      patches: { key: `${at}embeddings.patch_embedding`, bias: true },
      first: [],
      after: `${at}post_layernorm`,
    };
  },
};

const textSchema = (defaults: {
  vocabulary: number;
  width: number;
  inner: number;
  heads: number;
  positions: number;
  act: string;
  eps: number;
}) =>
  z.looseObject({
    vocab_size: count.default(defaults.vocabulary),
    hidden_size: count.default(defaults.width),
    intermediate_size: count.default(defaults.inner),
    num_hidden_layers: count.default(12),
    num_attention_heads: count.default(defaults.heads),
    max_position_embeddings: count.default(defaults.positions),
    hidden_act: z.string().default(defaults.act),
    layer_norm_eps: z.number().positive().default(defaults.eps),
    eos_token_id: z.number().int().default(49407),
    projection_size: count.optional(),
  });
const clipTextSchema = textSchema({
  vocabulary: 49408,
  width: 512,
  inner: 2048,
  heads: 8,
  positions: 77,
  act: 'quick_gelu',
  eps: 1e-5,
});
const siglipTextSchema = textSchema({
  vocabulary: 32000,
  width: 768,
  inner: 3072,
  heads: 12,
  positions: 64,
  act: 'gelu_pytorch_tanh',
  eps: 1e-6,
});
type TextSettings = z.infer<typeof clipTextSchema>;

/** All rows of a text after the last norm. */
function textTower(b: GraphBuilder, ids: string, settings: TextSettings, prefix: string, causal: boolean): string {
  const { hidden_size: width, layer_norm_eps: eps, num_attention_heads: heads } = settings;
  const gather = (key: string, rows: number, at: string): string => {
    const table = b.raw(`${prefix}embeddings.${key}.weight`, [rows, width]);
    const taken = b.op('Gather', [table.name, at], { attributes: { axis: 0 } });
    return table.type === DATA_TYPE.float ? taken : b.op('Cast', [taken], { attributes: { to: DATA_TYPE.float } });
  };
  const length = b.op('Squeeze', [b.dimension(ids, 1)]);
  const places = b.op('Range', [b.integers(0), length, b.integers(1)]);
  let x = b.op(
    'Add',
    [
      gather('token_embedding', settings.vocab_size, ids),
      gather('position_embedding', settings.max_position_embeddings, places),
    ],
    { name: 'text.embed' },
  );
  b.layer('text.embed', x);
  const keysOf = blockKeys(prefix);
  for (let i = 0; i < settings.num_hidden_layers; i++) {
    const keys = keysOf(i);
    const normed = layerNorm(b, x, keys.norms[0], width, eps);
    const [q, k, v] = keys.qkv.map((key) => linear(b, normed, key, { from: width, to: width, bias: true }));
    const mixed = attention(b, [q, k, v], { heads, causal });
    const attended = linear(b, mixed, keys.out, { from: width, to: width, bias: true });
    x = b.layer(`text.${i}.attn`, b.op('Add', [x, attended], { name: `text.${i}.attn` }));
    const entry = layerNorm(b, x, keys.norms[1], width, eps);
    const fed = mlp(b, entry, keys.mlp, {
      width,
      inner: settings.intermediate_size,
      activation: settings.hidden_act,
      bias: true,
    });
    x = b.layer(`text.${i}`, b.op('Add', [x, fed], { name: `text.${i}` }));
  }
  return b.layer('text.out', layerNorm(b, x, `${prefix}final_layer_norm`, width, eps, 'text.out'));
}

/** Declares the layers of the vision side of a graph for both sides. */
function declareVision(b: GraphBuilder, tower: Tower, layers: number, normed: boolean): void {
  b.layer('vision.embed', tower.states[0]);
  for (let i = 0; i < layers; i++) {
    b.layer(`vision.${i}.attn`, `vision.${i}.attn`);
    b.layer(`vision.${i}`, tower.states[i + 1]);
  }
  if (normed) b.layer('vision.out', tower.out);
}

/** A row of each of the batch: of the token at `position`, as a list of one for each text or of one for all. */
const rowAt = (b: GraphBuilder, x: string, position: number): string =>
  b.op('Gather', [x, b.integers(position)], { attributes: { axis: 1 } });

/** The position at which CLIP reads a text: its end token; in old files, whose config names another, the largest id. */
function endRow(b: GraphBuilder, x: string, ids: string, end: number): string {
  const marks =
    end === 2 ? ids : b.op('Cast', [b.op('Equal', [ids, b.integers(end)])], { attributes: { to: DATA_TYPE.int64 } });
  const position = b.op('ArgMax', [marks], { attributes: { axis: 1, keepdims: 1 } });
  return b.op('GatherND', [x, position], { attributes: { batch_dims: 1 } });
}

const normalised = (b: GraphBuilder, x: string): string =>
  b.op('Div', [x, b.op('ReduceL2', [x, b.integers([-1])], { attributes: { keepdims: 1 } })]);

/** scale · cosines + bias, [pictures, texts]. */
function similarities(b: GraphBuilder, images: string, texts: string, bias: string | null): void {
  const cosines = b.op('FusedMatMul', [normalised(b, images), normalised(b, texts)], {
    microsoft: true,
    attributes: { transB: 1 },
  });
  const scale = b.op('Exp', [scalar(b, 'logit_scale')]);
  const scaled = b.op('Mul', [cosines, scale], { name: bias === null ? 'logits_per_image' : undefined });
  if (bias !== null) b.op('Add', [scaled, scalar(b, bias)], { name: 'logits_per_image' });
  b.output('logits_per_image', ['image_batch_size', 'text_batch_size']);
}

/** A number of the weights, stored with no axis (CLIP) or with one (SigLIP). */
const scalar = (b: GraphBuilder, key: string): string => b.weight(key, b.axesOf(key) === 0 ? [] : [1]);

const textInput = (b: GraphBuilder): string =>
  b.input('input_ids', DATA_TYPE.int64, ['text_batch_size', 'sequence_length']);

/** Older files say some settings in `…_config_dict`, which then count. */
function clipPart(config: Settings, name: string): Settings {
  const older = config[`${name}_dict`];
  return { ...partOf(config, name), ...(typeof older === 'object' && older !== null ? older : {}) };
}

export const clip: Architecture = {
  modelTypes: ['clip'],
  write({ config, has, graph }) {
    const b = graph('model');
    const spec = clipVision.spec(clipPart(config, 'vision_config'), '', has);
    const settings = readSettings(clipPart(config, 'text_config'), clipTextSchema);
    const width = readSettings(config, z.looseObject({ projection_dim: count.default(512) })).projection_dim;
    const tower = visionTower(b, pixelInput(b, spec), spec);
    const seen = layerNorm(b, rowAt(b, tower.out, 0), 'vision_model.post_layernorm', spec.width, spec.eps);
    declareVision(b, tower, spec.layers, false);
    const images = linear(b, seen, 'visual_projection', {
      from: spec.width,
      to: width,
      bias: false,
      name: 'image_embeds',
    });
    const ids = textInput(b);
    const rows = textTower(b, ids, settings, 'text_model.', true);
    const read = endRow(b, rows, ids, settings.eos_token_id);
    const texts = linear(b, read, 'text_projection', {
      from: settings.hidden_size,
      to: width,
      bias: false,
      name: 'text_embeds',
    });
    similarities(b, images, texts, null);
    b.output('text_embeds', ['text_batch_size', width]);
    b.output('image_embeds', ['image_batch_size', width]);
  },
};

export const siglip: Architecture = {
  modelTypes: ['siglip'],
  write({ config, has, graph }) {
    const b = graph('model');
    const visionConfig = partOf(config, 'vision_config');
    const spec = siglipVision.spec(visionConfig, '', has);
    if (visionConfig.vision_use_head === false) throw unsupported('a SigLIP without its head has no embeddings');
    const settings = readSettings(partOf(config, 'text_config'), siglipTextSchema);
    const tower = visionTower(b, pixelInput(b, spec), spec);
    declareVision(b, tower, spec.layers, true);
    const images = b.op('Identity', [poolingHead(b, tower.out, spec)], { name: 'image_embeds' });
    const ids = textInput(b);
    const rows = textTower(b, ids, settings, 'text_model.', false);
    const width = settings.projection_size ?? settings.hidden_size;
    const texts = linear(b, rowAt(b, rows, -1), 'text_model.head', {
      from: settings.hidden_size,
      to: width,
      bias: true,
      name: 'text_embeds',
    });
    similarities(b, images, texts, 'logit_bias');
    b.output('text_embeds', ['text_batch_size', width]);
    b.output('image_embeds', ['image_batch_size', spec.width]);
  },
};

/** SigLIP's head: one learnt query attends to all rows, and an MLP is added. */
function poolingHead(b: GraphBuilder, x: string, { width, heads, inner, activation, eps }: VisionSpec): string {
  const at = 'vision_model.head.';
  const probe = repeated(b, b.weight(`${at}probe`, [1, 1, width]), x, 1, width);
  const packed = b.weight(`${at}attention.in_proj_weight`, [3 * width, width], x);
  const biases = b.weight(`${at}attention.in_proj_bias`, [3 * width]);
  const sizes = b.integers([width, width, width]);
  const parts = ['q', 'k', 'v'];
  const matrices = b.multiple(
    'Split',
    [packed, sizes],
    parts.map((part) => `head.${part}.weight`),
    { attributes: { axis: 0 } },
  );
  const vectors = b.multiple(
    'Split',
    [biases, sizes],
    parts.map((part) => `head.${part}.bias`),
    { attributes: { axis: 0 } },
  );
  const [q, k, v] = [probe, x, x].map((from, i) =>
    b.op('Add', [b.op('FusedMatMul', [from, matrices[i]], { microsoft: true, attributes: { transB: 1 } }), vectors[i]]),
  );
  const mixed = attention(b, [q, k, v], { heads });
  const pooled = linear(b, mixed, `${at}attention.out_proj`, { from: width, to: width, bias: true });
  const normed = layerNorm(b, pooled, `${at}layernorm`, width, eps);
  const fed = mlp(b, normed, [`${at}mlp.fc1`, `${at}mlp.fc2`], { width, inner, activation, bias: true });
  return rowAt(b, b.op('Add', [pooled, fed]), 0);
}

/** A vision encoder by itself: `last_hidden_state`. */
export function encoderAlone(vision: VisionArchitecture, prefixes: readonly string[], anchor: string): Architecture {
  return {
    modelTypes: vision.modelTypes,
    ignored: vision.ignored,
    write({ config, has, graph }: Writing) {
      const b = graph('vision_model');
      const spec = vision.spec(config, prefixOf(has, prefixes, anchor), has);
      const tower = visionTower(b, pixelInput(b, spec), spec, 'last_hidden_state');
      declareLayers(b, tower, spec.layers, spec.after !== null);
      if (spec.after === null) b.op('Identity', [tower.out], { name: 'last_hidden_state' });
      b.output('last_hidden_state', ['batch_size', 'tokens', spec.width]);
    },
  };
}
