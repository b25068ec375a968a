/**
 * What a checkpoint looks like from outside: layers, graphs, preprocessing, and which tokens would be read; nothing is
 * run, no weights are read.
 */
import { basename, dirname, resolve } from 'node:path';
import type { Layer } from '../core/artifacts/hidden-states.ts';
import { PlumblineError } from '../core/errors.ts';
import type { GraphFile } from './checkpoint/graph-file.ts';
import { openGraph, pickValue, realInputs } from './checkpoint/graph-file.ts';
import type { Checkpoint, Door } from './checkpoint/open.ts';
import { findDescription, graphsOf, openCheckpoint, type OpenOptions } from './checkpoint/open.ts';
import { DESCRIPTION_FILES } from './checkpoint/description.ts';
import type { VisionPart } from './families/family.ts';
import { findLayers } from './layers/find.ts';
import { tapLayers, tapName } from './layers/taps.ts';
import { blankVisual } from './run/visuals.ts';
import { tensorsOf } from './onnx/read.ts';
import { describeTokens, type PromptDescription } from './tokens.ts';

export interface GraphDescription {
  /** Relative to the checkpoint's folder. */
  readonly file: string;
  readonly bytes: number;
  /** Bytes of external data; of a graph written over weights, of those that it uses. */
  readonly externalBytes: number;
  readonly opset: number | null;
  readonly producer: string;
  readonly nodes: number;
  /** Numbers in the weights. */
  readonly parameters: number;
  /** Name → shape; free sizes by name, null when the rank is unknown. */
  readonly inputs: Readonly<Record<string, readonly (number | string)[] | null>>;
  readonly outputs: Readonly<Record<string, readonly (number | string)[] | null>>;
}

export interface Inspection {
  readonly name: string;
  readonly directory: string;
  readonly modelType: string;
  /** Whether graphs or weights are read, and why. */
  readonly door: Door;
  readonly layers: readonly Layer[];
  /** Why there are no layers, or what is missing before they can be read; null when nothing is. */
  readonly note: string | null;
  readonly graphs: readonly GraphDescription[];
  /** Null for text alone; size and grid are null where they follow the picture. */
  readonly picture: VisionPart['picture'] | null;
  /** An example prompt; null for a vision encoder alone. */
  readonly prompt: PromptDescription | null;
}

const EXAMPLE = {
  question: 'Compared to the blue cube, is the red sphere far or close from you? Answer with only one word.',
  objects: ['blue cube', 'red sphere'],
};

/** Describes a checkpoint folder, or one that is open already. */
export async function inspectCheckpoint(
  checkpoint: string | Checkpoint,
  options: OpenOptions = {},
): Promise<Inspection> {
  if (
    typeof checkpoint === 'string' &&
    checkpoint.endsWith('.onnx') &&
    options.model === undefined &&
    (await isBare(checkpoint))
  )
    return inspectGraph(checkpoint, options.taps);
  const opened = typeof checkpoint === 'string' ? await openCheckpoint(checkpoint, options) : checkpoint;
  const { name, directory, modelType, door, layers, vision, text } = opened;
  const graphs = graphsOf(opened).map(describeGraph);
  return {
    name,
    directory,
    modelType,
    door,
    layers,
    note: null,
    graphs,
    picture: vision?.picture ?? null,
    prompt: text === null ? null : describePrompt(opened, EXAMPLE.question, EXAMPLE.objects),
  };
}

const isBare = (path: string): Promise<boolean> =>
  findDescription(path).then(
    () => false,
    (error: unknown) => error instanceof PlumblineError && error.code === 'no-description',
  );

const TEXT_INPUTS = ['inputs_embeds', 'input_ids'];

/**
 * A graph by itself, without a description: what it holds, and the layers between its first picture or text input and
 * its first output, or why there are none.
 */
export function inspectGraph(path: string, taps?: readonly string[]): Inspection {
  const directory = dirname(resolve(path));
  const graph = openGraph({ directory }, basename(path));
  const inputs = realInputs(graph);
  const input = pickValue(inputs, ['pixel_values', ...TEXT_INPUTS], ({ shape }) => shape?.length === 4) ?? inputs[0];
  const output =
    pickValue(graph.model.graph.outputs, ['last_hidden_state', 'image_features', 'logits'], () => false) ??
    graph.model.graph.outputs[0];
  const part = TEXT_INPUTS.includes(input?.name ?? '') ? 'text' : 'vision';
  let layers: Layer[] = [];
  let note: string | null = `to read it, describe its input in a ${DESCRIPTION_FILES[0]} beside it`;
  try {
    if (input === undefined)
      throw new PlumblineError('no-layers', 'the graph has no input', {
        where: path,
        hint: 'export it with its inputs',
      });
    const options = {
      part,
      file: graph.file,
      input: input.name,
      output: output.name,
      lastStateIsNormed: output.name === 'logits' && part === 'text',
    } as const;
    const found =
      taps === undefined
        ? findLayers(graph.model.graph, options)
        : tapLayers(
            graph,
            options,
            taps.map((tensor) => ({ name: tapName(part, tensor), tensor })),
          );
    layers = found.layers.map((layer) => ({ ...layer, width: layer.width ?? 0 }));
  } catch (error) {
    if (!(error instanceof PlumblineError) || error.code !== 'no-layers') throw error;
    note = `${error.message}; name tensors with --taps`;
  }
  return {
    name: basename(path, '.onnx'),
    directory,
    modelType: 'graph',
    door: { from: 'onnx', why: 'a graph by itself', unread: [] },
    layers,
    note,
    graphs: [describeGraph(graph)],
    picture: null,
    prompt: null,
  };
}

function describeGraph(graph: GraphFile): GraphDescription {
  const { file, model, external } = graph;
  const shapes = (
    values: readonly { name: string; shape: readonly (number | string)[] | null }[],
  ): GraphDescription['inputs'] => Object.fromEntries(values.map(({ name, shape }) => [name, shape]));
  return {
    file,
    bytes: model.size,
    externalBytes:
      graph.written === undefined
        ? external.reduce((sum, { bytes }) => sum + bytes, 0)
        : model.graph.initializers.reduce(
            (sum, { external: file, raw }) => sum + (file === null ? 0 : (raw?.length ?? 0)),
            0,
          ),
    opset: model.opsets.get('') ?? null,
    producer: model.producer,
    nodes: model.graph.nodes.length,
    // Some exporters keep weights in Constant nodes.
    parameters: [...tensorsOf(model.graph)].reduce(
      (sum, { dims }) => sum + dims.reduce((product, size) => product * size, 1),
      0,
    ),
    inputs: shapes(realInputs(graph)),
    outputs: shapes(model.graph.outputs),
  };
}

/**
 * The prompt of a question beside a black picture, token by token, with what each selection reads.
 * @param objects names of the objects in the order of the question
 */
export function describePrompt(
  checkpoint: Checkpoint,
  question: string,
  objects: readonly string[],
): PromptDescription {
  const { vision } = checkpoint;
  const item = {
    item: 'example',
    images: vision === null ? [] : ['black'],
    question,
    options: [],
    objects: objects.map((name) => ({ name })),
  };
  return describeTokens(checkpoint, item, vision === null ? [] : [blankVisual(vision)]);
}
