/** What models are built of: linear layers, norms, activations, attention, patches, positions. */
import { PlumblineError } from '../../core/errors.ts';
import type { GraphBuilder } from './builder.ts';

/** The error for a setting of config.json that isn't known how to compute. */
export function unsupported(
  what: string,
  hint = 'take hidden states from PyTorch instead (docs/from-pytorch.md)',
): PlumblineError {
  return new PlumblineError('unsupported-model', what, { where: 'config.json', hint });
}

export interface LinearOptions {
  readonly from: number;
  readonly to: number;
  /** By default where the weights have one. */
  readonly bias?: boolean;
  readonly name?: string;
}

/** x·Wᵀ + b with Hugging Face's weights [out, in] as they are. */
export function linear(b: GraphBuilder, x: string, key: string, { from, to, bias, name }: LinearOptions): string {
  const biased = bias ?? b.has(`${key}.bias`);
  const weight = b.weight(`${key}.weight`, [to, from], x);
  const product = b.op('FusedMatMul', [x, weight], {
    microsoft: true,
    attributes: { transB: 1 },
    name: biased ? undefined : name,
  });
  return biased ? b.op('Add', [product, b.weight(`${key}.bias`, [to])], { name }) : product;
}

export function layerNorm(b: GraphBuilder, x: string, key: string, size: number, eps: number, name?: string): string {
  return b.op('LayerNormalization', [x, b.weight(`${key}.weight`, [size]), b.weight(`${key}.bias`, [size])], {
    attributes: { axis: -1 },
    floats: { epsilon: eps },
    name,
  });
}

/** @param plusOne whether the weight is stored less one, as Gemma's */
export function rmsNorm(
  b: GraphBuilder,
  x: string,
  key: string,
  size: number,
  eps: number,
  { plusOne = false, name }: { plusOne?: boolean; name?: string } = {},
): string {
  const weight = b.weight(`${key}.weight`, [size]);
  const scale = plusOne ? b.op('Add', [weight, b.floats([1])]) : weight;
  return b.op('SimplifiedLayerNormalization', [x, scale], {
    attributes: { axis: -1, stash_type: 1 },
    floats: { epsilon: eps },
    name,
  });
}

type Activation = (b: GraphBuilder, x: string) => string;
const gelu =
  (approximate: 'none' | 'tanh'): Activation =>
  (b, x) =>
    b.op('Gelu', [x], { strings: { approximate } });

const ACTIVATIONS: Readonly<Record<string, Activation>> = {
  silu: (b, x) => b.op('Mul', [x, b.op('Sigmoid', [x])]),
  swish: (b, x) => b.op('Mul', [x, b.op('Sigmoid', [x])]),
  gelu: gelu('none'),
  gelu_new: gelu('tanh'),
  gelu_pytorch_tanh: gelu('tanh'),
  gelu_fast: gelu('tanh'),
  quick_gelu: (b, x) => b.op('Mul', [x, b.op('Sigmoid', [b.op('Mul', [x, b.floats([1.702])])])]),
  relu: (b, x) => b.op('Relu', [x]),
};

/** @throws PlumblineError `unsupported-model` for an activation that isn't known */
export function activation(b: GraphBuilder, x: string, name: string): string {
  if (!Object.hasOwn(ACTIVATIONS, name))
    throw unsupported(`the activation \`${name}\` isn't known; known are ${Object.keys(ACTIVATIONS).join(', ')}`);
  return ACTIVATIONS[name](b, x);
}

export interface MlpOptions {
  readonly width: number;
  readonly inner: number;
  readonly activation: string;
  readonly bias?: boolean;
}

/** down(act(up(x))) */
export function mlp(b: GraphBuilder, x: string, [up, down]: readonly [string, string], options: MlpOptions): string {
  const { width, inner, bias } = options;
  const hidden = activation(b, linear(b, x, up, { from: width, to: inner, bias }), options.activation);
  return linear(b, hidden, down, { from: inner, to: width, bias });
}

/** down(act(gate(x)) · up(x)) */
export function gatedMlp(
  b: GraphBuilder,
  x: string,
  [gate, up, down]: readonly [string, string, string],
  options: MlpOptions,
): string {
  const { width, inner, bias } = options;
  const opened = activation(b, linear(b, x, gate, { from: width, to: inner, bias }), options.activation);
  const hidden = b.op('Mul', [opened, linear(b, x, up, { from: width, to: inner, bias })]);
  return linear(b, hidden, down, { from: inner, to: width, bias });
}

export interface PatchOptions {
  readonly width: number;
  readonly patch: number;
  readonly channels: number;
  readonly bias?: boolean;
}

/** Patches of pictures [B, C, H, W] as rows [B, patches, width], and the grid's size [2]. */
export function patchEmbedding(
  b: GraphBuilder,
  pixels: string,
  key: string,
  { width, patch, channels, bias }: PatchOptions,
): { rows: string; grid: string } {
  const inputs = [pixels, b.weight(`${key}.weight`, [width, channels, patch, patch], pixels)];
  if (bias ?? b.has(`${key}.bias`)) inputs.push(b.weight(`${key}.bias`, [width]));
  const planes = b.op('Conv', inputs, { attributes: { kernel_shape: [patch, patch], strides: [patch, patch] } });
  const grid = b.op('Shape', [planes], { attributes: { start: 2, end: 4 } });
  const flat = b.op('Reshape', [planes, b.integers([0, 0, -1])]);
  return { rows: b.op('Transpose', [flat], { attributes: { perm: [0, 2, 1] } }), grid };
}

/** Rows [1, n, width] that are the same for every picture, once for each entry of the batch of `like`. */
export function repeated(b: GraphBuilder, row: string, like: string, rows: number, width: number): string {
  return b.op('Expand', [row, b.shape(b.dimension(like, 0), rows, width)]);
}
