/** Rotary positions: frequencies by config.json's `rope_scaling` (or `rope_parameters`), as transformers computes them. */
import { z } from 'zod';
import { unsupported } from './blocks.ts';
import type { GraphBuilder } from './builder.ts';

const scalingSchema = z
  .looseObject({
    rope_type: z.string().nullish(),
    type: z.string().nullish(),
    rope_theta: z.number().positive().optional(),
    factor: z.number().positive().nullish(),
    low_freq_factor: z.number().positive().nullish(),
    high_freq_factor: z.number().positive().nullish(),
    original_max_position_embeddings: z.number().positive().nullish(),
    attention_factor: z.number().positive().nullish(),
    beta_fast: z.number().positive().nullish(),
    beta_slow: z.number().positive().nullish(),
    mscale: z.number().nullish(),
    mscale_all_dim: z.number().nullish(),
    truncate: z.boolean().nullish(),
    partial_rotary_factor: z.number().positive().nullish(),
  })
  .nullish();

/** The fields of config.json that say how positions turn. */
export const ropeFields = {
  rope_theta: z.number().positive().optional(),
  rope_scaling: scalingSchema,
  /** transformers 5 writes theta and scaling here. */
  rope_parameters: scalingSchema,
  max_position_embeddings: z.number().int().positive().optional(),
};

export interface RopeConfig {
  readonly rope_theta?: number;
  readonly rope_scaling?: z.infer<typeof scalingSchema>;
  readonly rope_parameters?: z.infer<typeof scalingSchema>;
  readonly max_position_embeddings?: number;
}

export interface Rope {
  /** One a pair of dimensions. */
  readonly frequencies: Float32Array;
  /** Factor of sines and cosines. */
  readonly scale: number;
}

const f = Math.fround;

/** base^(−2i/d) in float32, step by step as PyTorch computes it. */
function plainFrequencies(theta: number, size: number): Float32Array {
  return Float32Array.from({ length: size / 2 }, (_, i) => f(1 / f(theta ** f((2 * i) / size))));
}

/**
 * Frequencies of a head of `size` dimensions.
 * @param theta where config.json names none
 * @throws PlumblineError `unsupported-model` for a type of scaling that isn't known
 */
export function ropeOf(config: RopeConfig, size: number, theta: number): Rope {
  const scaling = config.rope_parameters ?? config.rope_scaling ?? null;
  const base = config.rope_parameters?.rope_theta ?? config.rope_theta ?? theta;
  const type = scaling?.rope_type ?? scaling?.type ?? 'default';
  if ((scaling?.partial_rotary_factor ?? 1) !== 1)
    throw unsupported('`partial_rotary_factor` in the rotary positions isn’t known how to read');
  const plain = plainFrequencies(base, size);
  const needed = (name: 'factor' | 'low_freq_factor' | 'high_freq_factor'): number => {
    const value = scaling?.[name];
    if (typeof value === 'number') return value;
    throw unsupported(`rotary positions of type \`${type}\` need \`${name}\`, which config.json doesn't name`);
  };
  switch (type) {
    case 'default':
      return { frequencies: plain, scale: 1 };
    case 'linear': {
      const factor = needed('factor');
      return { frequencies: plain.map((value) => value / factor), scale: 1 };
    }
    case 'llama3': {
      const [factor, low, high] = [needed('factor'), needed('low_freq_factor'), needed('high_freq_factor')];
      const length = originalLength(config, scaling);
      return {
        scale: 1,
        frequencies: plain.map((value) => {
          const wave = (2 * Math.PI) / value;
          if (wave > length / low) return value / factor;
          if (wave < length / high) return value;
          const smooth = (length / wave - low) / (high - low);
          return ((1 - smooth) * value) / factor + smooth * value;
        }),
      };
    }
    case 'yarn':
      return yarn(config, scaling, plain, base, size, needed('factor'));
    default:
      throw unsupported(
        `rotary positions of type \`${type}\` aren't known; known are default, linear, llama3 and yarn`,
      );
  }
}

type Scaling = z.infer<typeof scalingSchema>;

function originalLength(config: RopeConfig, scaling: Scaling): number {
  const length = scaling?.original_max_position_embeddings ?? config.max_position_embeddings;
  if (length === undefined)
    throw unsupported('config.json names no max_position_embeddings, which rotary positions need');
  return length;
}

/** `_compute_yarn_parameters` of transformers. */
function yarn(
  config: RopeConfig,
  scaling: Scaling,
  plain: Float32Array,
  base: number,
  size: number,
  factor: number,
): Rope {
  const length = originalLength(config, scaling);
  const magnitude = (by: number, scale = 1): number => (by <= 1 ? 1 : 0.1 * scale * Math.log(by) + 1);
  const { mscale, mscale_all_dim: all, attention_factor: stated } = scaling!;
  const scale = stated ?? (mscale && all ? magnitude(factor, mscale) / magnitude(factor, all) : magnitude(factor));
  const dimension = (rotations: number): number =>
    (size * Math.log(length / (rotations * 2 * Math.PI))) / (2 * Math.log(base));
  const round = scaling!.truncate ?? true;
  const fast = dimension(scaling!.beta_fast ?? 32);
  const slow = dimension(scaling!.beta_slow ?? 1);
  const low = Math.max(round ? Math.floor(fast) : fast, 0);
  const top = Math.min(round ? Math.ceil(slow) : slow, size - 1);
  const high = top === low ? top + 0.001 : top;
  return {
    scale,
    frequencies: plain.map((value, i) => {
      const ramp = Math.min(Math.max((i - low) / (high - low), 0), 1);
      return (value / factor) * ramp + value * (1 - ramp);
    }),
  };
}

export interface Angles {
  /** [B, T, head size / 2] */
  readonly cos: string;
  readonly sin: string;
}

/** Sines and cosines of positions [B, T]. */
export function angles(b: GraphBuilder, positions: string, { frequencies, scale }: Rope): Angles {
  const turned = b.op('Mul', [
    b.op('Unsqueeze', [b.op('Cast', [positions], { attributes: { to: 1 } }), b.integers([-1])]),
    b.floats(frequencies, [1, 1, frequencies.length]),
  ]);
  const scaled = (op: 'Cos' | 'Sin'): string => {
    const value = b.op(op, [turned]);
    return scale === 1 ? value : b.op('Mul', [value, b.floats([scale])]);
  };
  return { cos: scaled('Cos'), sin: scaled('Sin') };
}

/** Turns queries or keys [B, T, heads · size], halves against each other. */
export function rotate(b: GraphBuilder, x: string, { cos, sin }: Angles, heads: number): string {
  return b.op('RotaryEmbedding', [x, cos, sin], { attributes: { num_heads: heads, interleaved: 0 } });
}
