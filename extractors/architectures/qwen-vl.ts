/**
 * Qwen2-VL and Qwen2.5-VL: patches of pictures and clips at their own size, each frame by itself, turned by row and
 * column; in Qwen2.5-VL most blocks see one window of a frame, and patches lie window by window.
 */
import { z } from 'zod';
import { DATA_TYPE } from '../onnx/model.ts';
import {
  type Architecture,
  partOf,
  prefixOf,
  readSettings,
  type Settings,
  type TextArchitecture,
  type Writing,
} from './architecture.ts';
import { attention } from './attention.ts';
import { gatedMlp, layerNorm, linear, mlp, rmsNorm, unsupported } from './blocks.ts';
import type { GraphBuilder } from './builder.ts';
import { writeDecoder, writeEmbeddings } from './decoder.ts';
import { commonSpec, decoderFields, windowsOf } from './llama.ts';
import { languageOf } from './llava.ts';
import { type Angles, type Rope, rotate } from './rope.ts';

const count = z.number().int().positive();
const EPS = 1e-6;

const textSchema = z.looseObject({
  ...decoderFields,
  vocab_size: count.default(152064),
  hidden_size: count.default(8192),
  intermediate_size: count.default(29568),
  num_hidden_layers: count.default(80),
  num_attention_heads: count.default(64),
  num_key_value_heads: count.nullish().default(8),
  rms_norm_eps: z.number().positive().default(1e-5),
  hidden_act: z.string().default('silu'),
  max_position_embeddings: count.default(32768),
  use_sliding_window: z.boolean().default(false),
  sliding_window: count.nullish().default(4096),
  max_window_layers: z.number().int().nonnegative().default(80),
});
const sectionsSchema = z.looseObject({ mrope_section: z.array(count).length(3) });

/** `rope_scaling`, which holds the sections, and was of the type `mrope` before. */
function scalingOf(config: Settings): { sections: number[]; rest: Settings } {
  const name = config.rope_parameters === undefined ? 'rope_scaling' : 'rope_parameters';
  const scaling = partOf(config, name);
  const plain = (type: unknown): unknown => (type === 'mrope' ? 'default' : type);
  const fixed = { ...scaling, type: plain(scaling.type), rope_type: plain(scaling.rope_type) };
  return { sections: readSettings(scaling, sectionsSchema).mrope_section, rest: { ...config, [name]: fixed } };
}

const language: TextArchitecture = {
  modelTypes: [],
  spec(config) {
    const settings = readSettings(scalingOf(config).rest, textSchema);
    return {
      ...commonSpec(settings, 1e6),
      bias: { qkv: true },
      window: settings.use_sliding_window
        ? windowsOf(settings, (layer) => layer >= settings.max_window_layers)
        : undefined,
      tied: settings.tie_word_embeddings ?? false,
    };
  },
};

/** Angles of positions in time, height and width: each pair of dimensions turns by one of them. */
const threefold =
  (sections: readonly number[]) =>
  (b: GraphBuilder, { frequencies, scale }: Rope): Angles => {
    const axes = sections.flatMap((size, axis) => new Array<number>(size).fill(axis));
    if (axes.length !== frequencies.length)
      throw unsupported(`mrope_section sums to ${axes.length}, a head has ${frequencies.length} pairs of dimensions`);
    const positions = b.input('position_ids', DATA_TYPE.int64, [3, 'batch_size', 'sequence_length']);
    const last = b.op('Transpose', [positions], { attributes: { perm: [1, 2, 0] } });
    const chosen = b.op('Gather', [last, b.integers(axes)], { attributes: { axis: 2 } });
    const turned = b.op('Mul', [
      b.op('Cast', [chosen], { attributes: { to: DATA_TYPE.float } }),
      b.floats(frequencies, [1, 1, frequencies.length]),
    ]);
    const scaled = (value: string): string => (scale === 1 ? value : b.op('Mul', [value, b.floats([scale])]));
    return { cos: scaled(b.op('Cos', [turned])), sin: scaled(b.op('Sin', [turned])) };
  };

interface VisionSettings {
  readonly depth: number;
  readonly width: number;
  readonly heads: number;
  readonly inner: number;
  readonly out: number;
  readonly activation: string;
  readonly channels: number;
  readonly patch: number;
  readonly merge: number;
  readonly temporal: number;
  /** Merged patches along the edge of a window, and the blocks that see whole frames; null without windows. */
  readonly windows: { readonly edge: number; readonly whole: readonly number[] } | null;
}

const sharedFields = {
  depth: count.default(32),
  num_heads: count.default(16),
  in_channels: count.default(3),
  patch_size: count.default(14),
  spatial_merge_size: count.default(2),
  temporal_patch_size: count.default(2),
};
const vision2Schema = z.looseObject({
  ...sharedFields,
  embed_dim: count.default(1280),
  hidden_size: count.default(3584),
  mlp_ratio: z.number().positive().default(4),
  hidden_act: z.string().default('quick_gelu'),
});
const vision25Schema = z.looseObject({
  ...sharedFields,
  hidden_size: count.default(3584),
  intermediate_size: count.default(3420),
  out_hidden_size: count.default(3584),
  window_size: count.default(112),
  fullatt_block_indexes: z.array(z.number().int().nonnegative()).default([7, 15, 23, 31]),
  hidden_act: z.string().default('silu'),
});

function visionSettings(config: Settings, windowed: boolean): VisionSettings {
  const shared = (one: z.infer<typeof vision2Schema> | z.infer<typeof vision25Schema>) => ({
    depth: one.depth,
    heads: one.num_heads,
    activation: one.hidden_act,
    channels: one.in_channels,
    patch: one.patch_size,
    merge: one.spatial_merge_size,
    temporal: one.temporal_patch_size,
  });
  if (!windowed) {
    const settings = readSettings(config, vision2Schema);
    const width = settings.embed_dim;
    const inner = Math.floor(width * settings.mlp_ratio);
    return { ...shared(settings), width, inner, out: settings.hidden_size, windows: null };
  }
  const settings = readSettings(config, vision25Schema);
  const edge = Math.floor(settings.window_size / settings.spatial_merge_size / settings.patch_size);
  return {
    ...shared(settings),
    width: settings.hidden_size,
    inner: settings.intermediate_size,
    out: settings.out_hidden_size,
    windows: { edge, whole: settings.fullatt_block_indexes },
  };
}

/** Numbers of a frame that follow the picture, as tensors. */
interface Frame {
  /** Frames, merged rows, merged columns; each a list of one. */
  readonly frames: string;
  readonly down: string;
  readonly across: string;
  /** Place of each merged patch, window by window; null without windows. */
  readonly order: string | null;
  /** Window of each patch, in that order. */
  readonly window: string | null;
}

function frameOf(b: GraphBuilder, { merge, windows }: VisionSettings): Frame {
  const grid = b.input('image_grid_thw', DATA_TYPE.int64, [1, 3]);
  const flat = b.op('Reshape', [grid, b.integers([-1])]);
  const at = (axis: number): string => b.op('Slice', [flat, b.integers([axis]), b.integers([axis + 1])]);
  const merged = (axis: number): string => b.op('Div', [at(axis), b.integers([merge])]);
  const frame = { frames: at(0), down: merged(1), across: merged(2) };
  if (windows === null) return { ...frame, order: null, window: null };
  const total = b.op('Mul', [frame.down, frame.across]);
  const all = b.op('Range', [b.integers(0), b.op('Squeeze', [total]), b.integers(1)]);
  const edge = b.integers([windows.edge]);
  const row = b.op('Div', [b.op('Div', [all, frame.across]), edge]);
  const column = b.op('Div', [b.op('Mod', [all, frame.across]), edge]);
  const window = b.op('Add', [b.op('Mul', [row, frame.across]), column]);
  // Sorted by window, and within one by place: numbers that differ, so that sorting them is stable.
  const order = argsort(b, b.op('Add', [b.op('Mul', [window, total]), all]), total);
  const sorted = b.op('Gather', [window, order]);
  const each = b.op('Reshape', [
    b.op('Expand', [b.op('Unsqueeze', [sorted, b.integers([1])]), b.shape(total, merge * merge)]),
    b.integers([-1]),
  ]);
  return { ...frame, order, window: each };
}

/** Places of rising numbers. */
function argsort(b: GraphBuilder, values: string, size: string): string {
  const outputs = [`${values}.sorted`, `${values}.order`];
  return b.multiple('TopK', [values, size], outputs, { attributes: { axis: 0, largest: 0, sorted: 1 } })[1];
}

/** Angles [frames, patches, head size / 2] by row and column. */
function frameAngles(b: GraphBuilder, frame: Frame, { merge, width, heads }: VisionSettings): Angles {
  const pairs = width / heads / 4;
  const frequencies = Float32Array.from({ length: pairs }, (_, i) =>
    Math.fround(1 / Math.fround(10000 ** Math.fround((2 * i) / (2 * pairs)))),
  );
  const across = (axis: 'row' | 'column'): string => {
    const cells = b.op('Mul', [axis === 'row' ? frame.down : frame.across, b.integers([merge])]);
    const line = b.op('Range', [b.integers(0), b.op('Squeeze', [cells]), b.integers(1)]);
    const split = b.op('Reshape', [
      line,
      axis === 'row' ? b.shape(frame.down, 1, merge, 1) : b.shape(1, frame.across, 1, merge),
    ]);
    const spread = b.op('Expand', [split, b.shape(frame.down, frame.across, merge, merge)]);
    const blocks = b.op('Reshape', [spread, b.integers([-1, merge * merge])]);
    const ordered = frame.order === null ? blocks : b.op('Gather', [blocks, frame.order]);
    const floats = b.op('Cast', [b.op('Reshape', [ordered, b.integers([-1, 1])])], {
      attributes: { to: DATA_TYPE.float },
    });
    return b.op('Mul', [floats, b.floats(frequencies, [1, pairs])]);
  };
  const turned = b.op('Concat', [across('row'), across('column')], { attributes: { axis: 1 } });
  const everywhere = (op: 'Cos' | 'Sin'): string => {
    const one = b.op('Unsqueeze', [b.op(op, [turned]), b.integers([0])]);
    return b.op('Expand', [one, b.shape(frame.frames, 1, 1)]);
  };
  return { cos: everywhere('Cos'), sin: everywhere('Sin') };
}

function writeVision(b: GraphBuilder, settings: VisionSettings, at: string): void {
  const { depth, width, heads, inner, out, channels, patch, merge, temporal, windows } = settings;
  const norm = (x: string, key: string): string =>
    windows === null ? layerNorm(b, x, key, width, EPS) : rmsNorm(b, x, key, width, EPS);
  const size = channels * temporal * patch * patch;
  const pixels = b.input('pixel_values', DATA_TYPE.float, ['patches', size]);
  const frame = frameOf(b, settings);
  const turn = frameAngles(b, frame, settings);
  const filter = b.weight(`${at}patch_embed.proj.weight`, [width, channels, temporal, patch, patch], pixels, [
    width,
    size,
  ]);
  const embedded = b.op('FusedMatMul', [pixels, filter], { microsoft: true, attributes: { transB: 1 } });
  const unit = merge * merge;
  const name = 'vision.embed';
  let x: string;
  if (frame.order === null) x = b.op('Reshape', [embedded, b.shape(frame.frames, -1, width)], { name });
  else {
    const blocks = b.op('Reshape', [embedded, b.shape(frame.frames, -1, unit * width)]);
    const ordered = b.op('Gather', [blocks, frame.order], { attributes: { axis: 1 } });
    x = b.op('Reshape', [ordered, b.shape(frame.frames, -1, width)]);
    // The stream begins at a tensor that isn't a mere reshaping of another.
    x = b.op('Mul', [x, b.floats([1])], { name });
  }
  b.layer('embed', x);
  const same =
    frame.window === null
      ? undefined
      : b.op('Equal', [
          b.op('Unsqueeze', [frame.window, b.integers([0])]),
          b.op('Unsqueeze', [frame.window, b.integers([1])]),
        ]);
  for (let i = 0; i < depth; i++) {
    const key = `${at}blocks.${i}.`;
    const all = linear(b, norm(x, `${key}norm1`), `${key}attn.qkv`, { from: width, to: 3 * width, bias: true });
    const parts = ['q', 'k', 'v'].map((part) => `${all}.${part}`);
    b.multiple('Split', [all, b.integers([width, width, width])], parts, { attributes: { axis: -1 } });
    const [q, k] = parts.slice(0, 2).map((part) => rotate(b, part, turn, heads));
    const mask = windows === null || windows.whole.includes(i) ? undefined : same;
    const mixed = attention(b, [q, k, parts[2]], { heads, mask });
    const attended = linear(b, mixed, `${key}attn.proj`, { from: width, to: width, bias: true });
    x = b.layer(`${i}.attn`, b.op('Add', [x, attended], { name: `vision.${i}.attn` }));
    const entry = norm(x, `${key}norm2`);
    const options = { width, inner, activation: settings.activation, bias: true };
    const fed =
      windows === null
        ? mlp(b, entry, [`${key}mlp.fc1`, `${key}mlp.fc2`], options)
        : gatedMlp(b, entry, [`${key}mlp.gate_proj`, `${key}mlp.up_proj`, `${key}mlp.down_proj`], options);
    x = b.layer(`${i}`, b.op('Add', [x, fed], { name: `vision.${i}` }));
  }
  const rows = b.layer('out', norm(x, `${at}merger.ln_q`));
  const from = unit * width;
  const merged = b.op('Reshape', [rows, b.shape(frame.frames, -1, from)]);
  const hidden = linear(b, merged, `${at}merger.mlp.0`, { from, to: from, bias: true });
  const active = b.op('Gelu', [hidden], { strings: { approximate: 'none' } });
  const features = linear(b, active, `${at}merger.mlp.2`, { from, to: out, bias: true });
  const back =
    frame.order === null
      ? features
      : b.op('Gather', [features, argsort(b, frame.order, b.op('Mul', [frame.down, frame.across]))], {
          attributes: { axis: 1 },
        });
  b.op('Reshape', [back, b.integers([-1, out])], { name: 'image_features' });
  b.output('image_features', ['image_tokens', out]);
}

const qwenVl = (modelType: string, windowed: boolean): Architecture => ({
  modelTypes: [modelType],
  write({ config, has, graph }: Writing) {
    // Older files have the decoder's settings among those of the whole.
    const text =
      config.text_config === undefined ? { ...config, vision_config: undefined } : partOf(config, 'text_config');
    const { spec, keys } = languageOf({ ...config, text_config: text }, has, language);
    writeEmbeddings(graph('embed_tokens'), spec, keys);
    const { sections } = scalingOf(text);
    writeDecoder(graph('decoder_model_merged'), spec, keys, { from: 'inputs_embeds', angles: threefold(sections) });
    const prefix = prefixOf(has, ['model.visual.', 'visual.'], 'patch_embed.proj.weight');
    writeVision(graph('vision_encoder'), visionSettings(partOf(config, 'vision_config'), windowed), prefix);
  },
});

export const qwen2Vl = qwenVl('qwen2_vl', false);
export const qwen25Vl = qwenVl('qwen2_5_vl', true);
