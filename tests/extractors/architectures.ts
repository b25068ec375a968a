/**
 * The fixtures of tests/fixtures/architectures: small checkpoints of many architectures, with PyTorch's numbers (see
 * the README there).
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Item } from '../../core/artifacts/contrast-set.ts';
import { readFloats, readSafetensorsHeader, type SafetensorsHeader } from '../../core/formats/safetensors.ts';
import type { Layer } from '../../core/artifacts/hidden-states.ts';
import type { GraphFile } from '../../extractors/checkpoint/graph-file.ts';
import type { Feeds, Visual } from '../../extractors/families/family.ts';
import { type Checkpoint, openCheckpoint } from '../../extractors/index.ts';
import { DATA_TYPE } from '../../extractors/onnx/model.ts';
import { floatsOf, openSession } from '../../extractors/run/session.ts';
import { loadVisuals } from '../../extractors/run/visuals.ts';
import { rowError } from './support.ts';

export const ARCHITECTURES = 'tests/fixtures/architectures';
export const PICTURES = join(ARCHITECTURES, 'images');

export interface ArchitectureItem {
  id: string;
  images: string[];
  question?: string;
  text?: string;
  ids?: number[];
  options?: string[];
  scores?: Record<string, number>;
}

export interface Architecture {
  name: string;
  directory: string;
  kind: string;
  indices: Record<string, number>;
  texts?: { id: string; text: string; ids: number[] }[];
  items: ArchitectureItem[];
  header: SafetensorsHeader;
  tensor(name: string): Promise<Float32Array>;
}

export async function readArchitecture(name: string): Promise<Architecture> {
  const directory = join(ARCHITECTURES, name);
  const states = join(directory, 'parity', 'states.safetensors');
  const header = await readSafetensorsHeader(states);
  const rest = JSON.parse(readFileSync(join(directory, 'parity', 'items.json'), 'utf8')) as Omit<
    Architecture,
    'name' | 'directory' | 'header' | 'tensor'
  >;
  return { ...rest, name, directory, header, tensor: (tensor) => readFloats(states, tensor, header) };
}

/**
 * Set PLUMBLINE_WEIGHTS to a folder of the same checkpoints with model.safetensors in the place of onnx/ to run the tests
 * through the other door.
 */
const FOLDER = process.env.PLUMBLINE_WEIGHTS ?? ARCHITECTURES;

export const openArchitecture = (name: string): Promise<Checkpoint> =>
  openCheckpoint(join(existsSync(join(FOLDER, name)) ? FOLDER : ARCHITECTURES, name));

/** A picture of the fixtures through a checkpoint's preprocessing. */
export async function visualOf(checkpoint: Checkpoint, image: string): Promise<Visual> {
  return (await loadVisuals(checkpoint.vision!, PICTURES, [{ kind: 'picture', images: [image] }]))[0];
}

/** All numbers of some tensors of a graph. */
export async function tensorsOf(
  graph: GraphFile,
  feeds: Feeds,
  layers: readonly Pick<Layer, 'name' | 'tensor'>[],
): Promise<Map<string, Float32Array>> {
  const session = await openSession(
    graph,
    {
      nodes: layers.map(({ name, tensor }) => ({
        op: 'Cast',
        inputs: [tensor],
        outputs: [`tap.${name}`],
        attributes: { to: DATA_TYPE.float },
      })),
      outputs: layers.map(({ name }) => ({ name: `tap.${name}`, dataType: DATA_TYPE.float })),
    },
    1,
  );
  try {
    const outputs = await session.feed(feeds);
    return new Map(layers.map(({ name }) => [name, floatsOf(outputs, `tap.${name}`).data.slice()]));
  } finally {
    await session.release();
  }
}

/** methods §7 over rows of `width` numbers. */
export function tensorError(got: Float32Array, wanted: Float32Array, width: number): number {
  const rows = (data: Float32Array): Float32Array[] =>
    Array.from({ length: data.length / width }, (_, i) => data.subarray(i * width, (i + 1) * width));
  return rowError(rows(got), rows(wanted));
}

/** An item as a contrast set has it. */
export const itemOf = (item: ArchitectureItem, objects: Item['objects'] = []): Item => ({
  item: item.id,
  images: item.images,
  question: item.question ?? 'What is it?',
  options: item.options ?? ['a', 'b'],
  answer: (item.options ?? ['a'])[0],
  objects,
});
