/** Vision transformers: patches, positions, blocks with norms before attention and MLP. */
import { DATA_TYPE } from '../onnx/model.ts';
import { attention } from './attention.ts';
import { activation, layerNorm, linear, mlp, patchEmbedding, repeated, rmsNorm } from './blocks.ts';
import type { GraphBuilder } from './builder.ts';

/** Of the norms of queries and keys, which config.json doesn't name. */
const QK_EPS = 1e-6;

/** Keys of a block, without `.weight` and `.bias`. */
export interface VisionBlockKeys {
  readonly norms: readonly [string, string];
  readonly qkv: readonly [string, string, string];
  readonly out: string;
  /** Up and down; or gate and up in one matrix, and down. */
  readonly mlp: readonly [string, string];
  /** Factors of the branches (DINOv2), with nothing after them. */
  readonly scales?: readonly [string, string];
  /** RMS norms of queries and keys, over all heads (InternVL). */
  readonly qkNorms?: readonly [string, string];
}

export interface VisionSpec {
  readonly width: number;
  readonly layers: number;
  readonly heads: number;
  readonly inner: number;
  readonly activation: string;
  readonly eps: number;
  readonly channels: number;
  /** Edge of a picture that the positions are of, and of a patch. */
  readonly image: number;
  readonly patch: number;
  readonly patches: { readonly key: string; readonly bias: boolean };
  /**
   * Rows before the patches, [1, n, width] or [width] each: those with positions, which are the first ones, and those
   * without, which are put between them and the patches.
   */
  readonly first: readonly { readonly key: string; readonly shape: readonly number[]; readonly placed: boolean }[];
  readonly positions: {
    readonly key: string;
    /** Axes: [rows, width] or [1, rows, width]. */
    readonly axes: 2 | 3;
    /** How PyTorch interpolates them for pictures of other sizes; null where it doesn't. */
    readonly stretch: 'bicubic' | 'antialiased' | null;
  };
  /** Norm of the embeddings (CLIP). */
  readonly before?: string;
  /** Norm after the last block; null where there is none on the way out. */
  readonly after: string | null;
  readonly qkvBias: boolean;
  /** Whether norms are RMS norms. */
  readonly rms?: boolean;
  /** Whether the MLP is gated with SiLU, gate and up in one matrix (DINOv2 giant). */
  readonly gated?: boolean;
  block(layer: number): VisionBlockKeys;
}

export interface Tower {
  /** As Hugging Face's `hidden_states`: the embeddings, then each block. */
  readonly states: readonly string[];
  /** After the last norm; the last block where there is none. */
  readonly out: string;
}

/** Declares `pixel_values`. */
export function pixelInput(b: GraphBuilder, { channels, image, positions }: VisionSpec): string {
  const size = positions.stretch !== null ? ['height', 'width'] : [image, image];
  return b.input('pixel_values', DATA_TYPE.float, ['batch_size', channels, ...size]);
}

/**
 * The tower up to its last norm.
 * @param name of the tensor after that norm
 */
export function visionTower(b: GraphBuilder, pixels: string, spec: VisionSpec, name = 'vision.out'): Tower {
  let x = embed(b, pixels, spec);
  if (spec.before !== undefined) x = layerNorm(b, x, spec.before, spec.width, spec.eps, 'vision.embed');
  const states = [x];
  for (let i = 0; i < spec.layers; i++) states.push((x = block(b, x, i, spec)));
  if (spec.after === null) return { states, out: x };
  return { states, out: layerNorm(b, x, spec.after, spec.width, spec.eps, name) };
}

/** Says which tensors are layers: the embeddings and the first `count` blocks, and the last norm. */
export function declareLayers(b: GraphBuilder, { states, out }: Tower, count: number, normed: boolean): void {
  b.layer('embed', states[0]);
  for (let i = 0; i < count; i++) {
    b.layer(`${i}.attn`, `vision.${i}.attn`);
    b.layer(`${i}`, states[i + 1]);
  }
  if (normed) b.layer('out', out);
}

function embed(b: GraphBuilder, pixels: string, spec: VisionSpec): string {
  const { width, patch, channels, patches, first, positions, image } = spec;
  const { rows, grid } = patchEmbedding(b, pixels, patches.key, { width, patch, channels, bias: patches.bias });
  const row = ({ key, shape }: VisionSpec['first'][number]): string => {
    const weight = b.weight(key, shape);
    const count = shape.length === 3 ? shape[1] : 1;
    return repeated(
      b,
      shape.length === 3 ? weight : b.op('Reshape', [weight, b.integers([1, 1, width])]),
      rows,
      count,
      width,
    );
  };
  const placed = first.filter((one) => one.placed);
  const unplaced = first.filter((one) => !one.placed);
  const joined = (parts: readonly string[], name?: string): string =>
    parts.length === 1 ? parts[0] : b.op('Concat', parts, { attributes: { axis: 1 }, name });
  const side = Math.floor(image / patch);
  const name = spec.before === undefined ? 'vision.embed' : undefined;
  const table = positionRows(b, positions, placed.length, side, width, grid);
  const sum = b.op('Add', [joined([...placed.map(row), rows]), table], {
    name: unplaced.length === 0 ? name : undefined,
  });
  if (unplaced.length === 0) return sum;
  const at = b.integers([placed.length]);
  const head = b.op('Slice', [sum, b.integers([0]), at, b.integers([1])]);
  const rest = b.op('Slice', [sum, at, b.integers([2 ** 31]), b.integers([1])]);
  return joined([head, ...unplaced.map(row), rest], name);
}

/** Rows of the table of positions, for the grid that a picture has. */
function positionRows(
  b: GraphBuilder,
  { key, axes, stretch }: VisionSpec['positions'],
  before: number,
  side: number,
  width: number,
  grid: string,
): string {
  const count = before + side * side;
  const table = b.weight(key, axes === 2 ? [count, width] : [1, count, width]);
  if (stretch === null) return table;
  const at = b.integers([before]);
  const axis = b.integers([axes - 2]);
  const cells = b.op('Reshape', [
    b.op('Slice', [table, at, b.integers([count]), axis]),
    b.integers([1, side, side, width]),
  ]);
  const planes = b.op('Transpose', [cells], { attributes: { perm: [0, 3, 1, 2] } });
  // PyTorch's two bicubic interpolations; at the table's own size they change nothing.
  const smooth = stretch === 'antialiased';
  const resized = b.op('Resize', [planes, '', '', b.shape(1, width, grid)], {
    attributes: smooth ? { antialias: 1, exclude_outside: 1 } : {},
    strings: { mode: 'cubic', coordinate_transformation_mode: 'half_pixel' },
    floats: { cubic_coeff_a: smooth ? -0.5 : -0.75 },
  });
  const back = b.op('Transpose', [b.op('Reshape', [resized, b.integers([1, width, -1])])], {
    attributes: { perm: [0, 2, 1] },
  });
  if (before === 0) return back;
  const head = b.op('Reshape', [b.op('Slice', [table, b.integers([0]), at, axis]), b.integers([1, before, width])]);
  return b.op('Concat', [head, back], { attributes: { axis: 1 } });
}

function block(b: GraphBuilder, x: string, layer: number, spec: VisionSpec): string {
  const { width, heads, inner, eps, qkvBias } = spec;
  const keys = spec.block(layer);
  const scaled = (branch: string, key: string | undefined): string =>
    key === undefined ? branch : b.op('Mul', [branch, b.weight(key, [width])]);
  const norm = (from: string, key: string): string =>
    spec.rms ? rmsNorm(b, from, key, width, eps) : layerNorm(b, from, key, width, eps);
  const normed = norm(x, keys.norms[0]);
  const [q, k, v] = keys.qkv.map((key, i) => {
    const rows = linear(b, normed, key, { from: width, to: width, bias: qkvBias });
    return keys.qkNorms === undefined || i === 2 ? rows : rmsNorm(b, rows, keys.qkNorms[i], width, QK_EPS);
  });
  const attended = linear(b, attention(b, [q, k, v], { heads }), keys.out, { from: width, to: width, bias: true });
  const middle = b.op('Add', [x, scaled(attended, keys.scales?.[0])], { name: `vision.${layer}.attn` });
  const entry = norm(middle, keys.norms[1]);
  const fed = spec.gated
    ? gatedRows(b, entry, keys.mlp, spec)
    : mlp(b, entry, keys.mlp, { width, inner, activation: spec.activation, bias: true });
  return b.op('Add', [middle, scaled(fed, keys.scales?.[1])], { name: `vision.${layer}` });
}

function gatedRows(b: GraphBuilder, x: string, [both, down]: readonly [string, string], spec: VisionSpec): string {
  const { width, inner } = spec;
  const joined = linear(b, x, both, { from: width, to: 2 * inner, bias: true });
  const [gate, up] = b.multiple('Split', [joined, b.integers([inner, inner])], [`${joined}.gate`, `${joined}.up`], {
    attributes: { axis: -1 },
  });
  return linear(b, b.op('Mul', [activation(b, gate, 'silu'), up]), down, { from: inner, to: width, bias: true });
}
