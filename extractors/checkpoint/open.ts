/** Opens a checkpoint folder: what it is, its layers, how it is prompted. No weights are read and nothing is run. */
import { readdir } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { Layer } from '../../core/artifacts/hidden-states.ts';
import { PlumblineError } from '../../core/errors.ts';
import { hashFiles, hashValue, sha256 } from '../../core/formats/hash.ts';
import { readJson } from '../../core/formats/json.ts';
import { FAMILIES, familyOf } from '../families/index.ts';
import type { Family, Parts, TextPart, VisionPart } from '../families/family.ts';
import { openDescribed } from '../families/described.ts';
import { dualEncoder, takesBoth } from '../families/dual-encoder.ts';
import { textGraphFile, textModel } from '../families/text-model.ts';
import { visionEncoder } from '../families/vision-encoder.ts';
import type { FoundLayer, FoundLayers } from '../layers/find.ts';
import { hasTensor, tapLayers, tapName, unknownTensor } from '../layers/taps.ts';
import { widths } from '../layers/width.ts';
import { type Config, configSchema } from './config.ts';
import { DESCRIPTION_FILES, readDescription } from './description.ts';
import { writeGraphs } from '../architectures/index.ts';
import { hasWeights } from '../weights/files.ts';
import { openWeights } from '../weights/open.ts';
import { type GraphFile, openGraph, realInputs } from './graph-file.ts';
import { type Located, locateCheckpoint, type Variant } from './locate.ts';

/** A checkpoint opened for inspection or extraction. */
export interface Checkpoint {
  readonly directory: string;
  /** The folder's name. */
  readonly name: string;
  readonly modelType: string;
  /** Name of the family that reads it. */
  readonly family: string;
  /** Null for text alone. */
  readonly vision: VisionPart | null;
  /** Null for a vision encoder without language. */
  readonly text: TextPart | null;
  /**
   * All layers in the order of the data: vision, projector, text. A width of 0 is one that neither graph nor config
   * tells.
   */
  readonly layers: readonly Layer[];
  /** Files that the results depend on, relative to the folder. */
  readonly files: readonly string[];
  readonly door: Door;
}

/** What a checkpoint is read from, and why. */
export interface Door {
  readonly from: 'onnx' | 'weights';
  readonly why: string;
  /** Tensors of the weights that nothing here reads: heads of other tasks. */
  readonly unread: readonly string[];
}

/**
 * Opens a checkpoint in Hugging Face's layout: a vision-language model of a known family, a dual encoder, a vision
 * encoder, or a model of text alone. It is read from its ONNX graphs where there are any (`onnx/vision_encoder.onnx`,
 * `embed_tokens`, `decoder_model_merged`; `vision_model` and `text_model`; `model`), else from its weights
 * (`model.safetensors`, or shards and their index), over which graphs are written.
 * @param options.variant suffix of the graphs to use, e.g. `_fp16`; by default the plain ones, else the first that is
 * there
 * @throws PlumblineError that says which file is missing, damaged or unsupported
 */
export async function openCheckpoint(path: string, options: OpenOptions = {}): Promise<Checkpoint> {
  const checkpoint = await openWhole(path, options);
  return options.taps === undefined ? checkpoint : withTaps(checkpoint, options.taps);
}

export interface OpenOptions {
  readonly variant?: Variant;
  /** A description of the graph (`checkpoint/description.ts`), when it doesn't lie beside it under its usual name. */
  readonly model?: string;
  /** Reads the weights or the graphs where both are there; by default the graphs. */
  readonly from?: Door['from'];
  /** Tensors to read in the place of the layers that are found. */
  readonly taps?: readonly string[];
}

async function openWhole(path: string, options: OpenOptions): Promise<Checkpoint> {
  const described = options.model ?? (await findDescription(path));
  if (described !== null) return openDescription(described);
  const found = await locateCheckpoint(path, options.variant);
  const { directory, name } = found;
  const config = await readJson(join(directory, 'config.json'), configSchema);
  const { located, door, index } = await chooseDoor(found, config, options.from);
  const modelType = config.model_type ?? 'unknown';
  const family = chooseFamily(located, modelType);
  const parts = await family.open(located, config);
  const files = [
    'config.json',
    ...parts.files,
    ...(parts.text?.tools.files ?? []),
    ...index,
    ...graphsOf(parts).flatMap(graphFiles),
  ];
  return {
    directory,
    name,
    door,
    modelType,
    family: family.name,
    vision: parts.vision,
    text: parts.text,
    layers: layersOf(config, parts),
    files: [...new Set(files)].sort(),
  };
}

/** The graphs that a checkpoint has, or else those that are written over its weights. */
async function chooseDoor(
  found: Located,
  config: Config,
  from: Door['from'] | undefined,
): Promise<{ located: Located; door: Door; index: readonly string[] }> {
  const { directory, files, graphs } = found;
  const weighty = hasWeights(files);
  if (graphs.size === 0 && from === 'onnx')
    throw new PlumblineError('graph-missing', 'the checkpoint has no ONNX graphs', {
      where: directory,
      hint: 'it can be read from its weights',
    });
  if (!weighty && from === 'weights')
    throw new PlumblineError('no-weights', 'the checkpoint has no model.safetensors', {
      where: directory,
      hint: 'it can be read from its ONNX graphs',
    });
  if (graphs.size > 0 && from !== 'weights') {
    const why = weighty
      ? from === 'onnx'
        ? 'as asked for; it has weights, too'
        : 'it has weights, too: where both are there, the graphs are taken'
      : 'it has no safetensors weights';
    return { located: found, door: { from: 'onnx', why, unread: [] }, index: [] };
  }
  const weights = await openWeights(directory, files);
  const written = writeGraphs(weights, config);
  const why = graphs.size > 0 ? 'as asked for; it has ONNX graphs, too' : 'it has no ONNX graphs';
  return {
    located: {
      ...found,
      graphs: new Map([...written.graphs].map(([name, { file }]) => [name, file])),
      written: new Map([...written.graphs.values()].map((graph) => [graph.file, graph])),
    },
    door: { from: 'weights', why, unread: written.unread },
    index: weights.index === null ? [] : [weights.index],
  };
}

/** Files of a graph: itself, where it is one, and its external data. */
const graphFiles = ({ file, external, written }: GraphFile): string[] => [
  ...(written === undefined ? [file] : []),
  ...external.map((data) => data.file),
];

/** The description that lies in a folder, or beside an `.onnx` file. */
export async function findDescription(path: string): Promise<string | null> {
  const folder = path.endsWith('.onnx') ? dirname(path) : path;
  const names = await readdir(folder).catch(() => [] as string[]);
  const found = DESCRIPTION_FILES.find((name) => names.includes(name));
  if (found !== undefined) return join(folder, found);
  if (!path.endsWith('.onnx') || !names.includes(basename(path))) return null;
  throw new PlumblineError('no-description', 'an .onnx file alone doesn’t say how pictures become its input', {
    where: path,
    hint: `describe it in a ${DESCRIPTION_FILES[0]} beside it (extractors/checkpoint/description.ts shows how); \`plumbline inspect\` works without`,
  });
}

async function openDescription(path: string): Promise<Checkpoint> {
  const directory = resolve(dirname(path));
  const description = await readDescription(path);
  const parts = openDescribed(directory, description, path);
  const files = [basename(path), ...graphsOf(parts).flatMap(graphFiles)];
  return {
    directory,
    name: basename(description.model, '.onnx'),
    modelType: 'described',
    family: 'described',
    door: { from: 'onnx', why: 'a description of the graph lies beside it', unread: [] },
    vision: parts.vision,
    text: null,
    layers: layersOf({}, parts),
    files: [...new Set(files)].sort(),
  };
}

/**
 * The checkpoint with tensors of its graphs as layers, in the place of those found.
 * @throws PlumblineError `unknown-tensor`
 */
export function withTaps(checkpoint: Checkpoint, tensors: readonly string[]): Checkpoint {
  const { vision, text } = checkpoint;
  const ofVision =
    vision === null
      ? []
      : tensors.filter(
          (tensor) =>
            hasTensor(vision.graph, tensor) &&
            (text?.decoder.file !== vision.graph.file || vision.found.cuts.reached.has(tensor)),
        );
  const ofText =
    text === null ? [] : tensors.filter((tensor) => !ofVision.includes(tensor) && hasTensor(text.decoder, tensor));
  const unknown = tensors.find((tensor) => !ofVision.includes(tensor) && !ofText.includes(tensor));
  if (unknown !== undefined)
    throw unknownTensor(
      unknown,
      [vision?.graph, text?.decoder].filter((graph) => graph !== undefined),
    );
  const tapsOf = (
    part: 'vision' | 'text',
    graph: GraphFile,
    output: string,
    input: string,
    chosen: readonly string[],
  ): FoundLayers =>
    tapLayers(
      graph,
      { part, file: graph.file, input, output, lastStateIsNormed: false },
      chosen.map((tensor) => ({ name: tapName(part, tensor), tensor })),
    );
  const visionTaps =
    vision === null ? [] : tapsOf('vision', vision.graph, vision.output, vision.input, ofVision).layers;
  const textTaps = text === null ? [] : tapsOf('text', text.decoder, text.found.end, text.input, ofText).layers;
  const streamWidth = text?.found.layers[0].width ?? 0;
  return {
    ...checkpoint,
    vision: vision === null ? null : { ...vision, found: { ...vision.found, uniform: false } },
    layers: [
      ...visionTaps.map((layer) => ({ ...layer, width: layer.width ?? 0 })),
      ...textTaps.map((layer) => ({ ...layer, width: layer.width ?? streamWidth })),
    ],
  };
}

function chooseFamily(located: Located, modelType: string): Family {
  const { graphs, directory } = located;
  const family = familyOf(modelType);
  if (family !== undefined) return family;
  if (graphs.has('vision_encoder'))
    throw new PlumblineError('unsupported-model', `models of type \`${modelType}\` can't be prompted`, {
      where: join(directory, 'config.json'),
      hint: `supported vision-language models: ${FAMILIES.flatMap(({ modelTypes }) => modelTypes).join(', ')}`,
    });
  const pair = graphs.has('vision_model') && graphs.has('text_model');
  const single = graphs.get('model');
  const graph = single === undefined ? null : openGraph(located, single);
  if (pair || (graph !== null && takesBoth(graph))) return dualEncoder;
  const ids = graph !== null && realInputs(graph).some(({ name }) => name === 'input_ids');
  if (ids || (graph === null && !graphs.has('vision_model') && textGraphFile(located) !== undefined)) return textModel;
  return visionEncoder;
}

/** The graphs of a checkpoint, in the order of the data. */
export function graphsOf({ vision, text }: Pick<Parts, 'vision' | 'text'>): GraphFile[] {
  const graphs = [vision?.graph, text?.embed?.graph, text?.decoder].filter((graph) => graph !== undefined);
  return graphs.filter(({ file }, i) => graphs.findIndex((other) => other.file === file) === i);
}

function layersOf(config: Config, { vision, text }: Parts): Layer[] {
  const withWidth =
    (declared: number | undefined) =>
    (layer: FoundLayer): Layer => ({ ...layer, width: layer.width ?? declared ?? 0 });
  const visionLayers =
    vision === null ? [] : vision.found.layers.map(withWidth((config.vision_config ?? config).hidden_size));
  if (text === null) return visionLayers;
  const textLayers = text.found.layers.map(withWidth((config.text_config ?? config).hidden_size));
  if (vision === null) return textLayers;
  if (text.similarity !== undefined) return [...visionLayers, ...textLayers];
  const projector: Layer = {
    name: 'projector',
    part: 'projector',
    depth: 0,
    kind: 'projector',
    tensor: vision.output,
    file: vision.graph.file,
    width: widths(vision.found.flow).last(vision.output) ?? text.found.layers[0].width ?? 0,
    norm: 'none',
    huggingFaceIndex: null,
  };
  return [...visionLayers, projector, ...textLayers];
}

/** Hexadecimal sha-256 over all files of the checkpoint that results depend on; reads the weights once. */
export async function checkpointHash(checkpoint: Checkpoint, signal?: AbortSignal): Promise<string> {
  const files = await hashFiles(checkpoint.directory, checkpoint.files, signal);
  const written = graphsOf(checkpoint).flatMap(({ written: graph }) => graph ?? []);
  if (written.length === 0) return files;
  // Graphs that another version writes otherwise may give other numbers.
  return hashValue({ files, graphs: written.map(({ bytes }) => sha256(bytes)) });
}
