/** What a model's file here says: how config.json and the keys of the weights become graphs. */
import type { z } from 'zod';
import { issuesOf } from '../../core/formats/json.ts';
import { unsupported } from './blocks.ts';
import type { GraphBuilder } from './builder.ts';
import type { DecoderSpec } from './decoder.ts';
import type { VisionSpec } from './vision-tower.ts';

/** A part of config.json, or all of it. */
export type Settings = Readonly<Record<string, unknown>>;

/** Graphs under construction. */
export interface Writing {
  readonly config: Settings;
  /** Whether the weights have a key. */
  readonly has: (key: string) => boolean;
  /** Starts a graph of this name, which families look for. */
  readonly graph: (name: string) => GraphBuilder;
}

/** A checkpoint: writes all graphs that its family needs. */
export interface Architecture {
  readonly modelTypes: readonly string[];
  /** Keys beside those that are read that may lie in the files: heads of other tasks, buffers. */
  readonly ignored?: readonly RegExp[];
  write(writing: Writing): void;
}

/** A decoder, by itself or in a vision-language model. */
export interface TextArchitecture {
  readonly modelTypes: readonly string[];
  spec(config: Settings): DecoderSpec;
}

/** A vision encoder, by itself or in a vision-language model. */
export interface VisionArchitecture {
  readonly modelTypes: readonly string[];
  readonly ignored?: readonly RegExp[];
  /**
   * @param prefix before all its keys, with its dot
   * @param has whether the weights have a key
   */
  spec(config: Settings, prefix: string, has: (key: string) => boolean): VisionSpec;
}

/** Reads the fields of a part of config.json. */
export function readSettings<T>(config: Settings, schema: z.ZodType<T>): T {
  const parsed = schema.safeParse(config);
  if (parsed.success) return parsed.data;
  throw unsupported(issuesOf(parsed.error), 'the file does not have the expected fields: compare it with the original');
}

/** The first of `prefixes` under which the weights have `key`; the first of all where none does. */
export const prefixOf = (has: Writing['has'], prefixes: readonly string[], key: string): string =>
  prefixes.find((prefix) => has(`${prefix}${key}`)) ?? prefixes[0];

/** A part of config.json that is an object. */
export function partOf(config: Settings, name: string): Settings {
  const part = config[name];
  if (typeof part === 'object' && part !== null && !Array.isArray(part)) return part as Settings;
  throw unsupported(`config.json has no \`${name}\``, 'compare it with the original checkpoint');
}
