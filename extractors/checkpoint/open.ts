/** Opens a checkpoint folder: what it is, its layers, how it is prompted. No weights are read and nothing is run. */
import { join } from 'node:path';
import type { Layer } from '../../core/artifacts/hidden-states.ts';
import { PlumblineError } from '../../core/errors.ts';
import { hashFiles } from '../../core/formats/hash.ts';
import { readJson } from '../../core/formats/json.ts';
import type { FoundLayer } from '../layers/find.ts';
import { widths } from '../layers/width.ts';
import { type Config, configSchema } from './config.ts';
import { locateCheckpoint, type Variant } from './locate.ts';
import { openText, type TextPart } from './text-part.ts';
import { openVision, type VisionPart } from './vision-part.ts';

/** A checkpoint opened for inspection or extraction. */
export interface Checkpoint {
  readonly directory: string;
  /** The folder's name. */
  readonly name: string;
  readonly modelType: string;
  readonly vision: VisionPart;
  /** Null for a vision encoder without language. */
  readonly text: TextPart | null;
  /** All layers in the order of the data: vision, projector, text. A width of 0 is one that neither graph nor config tells. */
  readonly layers: readonly Layer[];
  /** Files that the results depend on, relative to the folder. */
  readonly files: readonly string[];
}

/**
 * Opens a checkpoint in Hugging Face's ONNX layout: a vision-language model of LLaVA's form (`onnx/vision_encoder.onnx`, `embed_tokens`,
 * `decoder_model_merged`) or a vision encoder alone (`onnx/vision_model.onnx` or `model.onnx`).
 * @param options.variant suffix of the graphs to use, e.g. `_fp16`; by default the plain ones, else the first that is there
 * @throws PlumblineError that says which file is missing, damaged or unsupported
 */
export async function openCheckpoint(path: string, options: { variant?: Variant } = {}): Promise<Checkpoint> {
  const located = await locateCheckpoint(path, options.variant);
  const { directory, name, graphs } = located;
  const config = await readJson(join(directory, 'config.json'), configSchema);
  const encoder = graphs.get('vision_encoder');
  const visionFile = encoder ?? graphs.get('vision_model') ?? graphs.get('model');
  if (visionFile === undefined) throw new PlumblineError('graph-missing', 'the checkpoint has no onnx/vision_encoder.onnx', { where: directory, hint: 'a vision-language checkpoint needs vision_encoder, embed_tokens and decoder_model_merged' });
  const vision = await openVision(located, config, visionFile);
  const text = encoder === undefined ? null : await openText(located, config, vision);
  const graphFiles = [vision.graph, ...(text === null ? [] : [text.embed, text.decoder])];
  const files = [
    'config.json',
    'preprocessor_config.json',
    ...(located.files.has('processor_config.json') ? ['processor_config.json'] : []),
    ...(text?.prompt.tools.files ?? []),
    ...graphFiles.flatMap(({ file, external }) => [file, ...external.map((data) => data.file)]),
  ];
  return { directory, name, modelType: config.model_type ?? 'unknown', vision, text, layers: layersOf(config, vision, text), files: [...new Set(files)].sort() };
}

function layersOf(config: Config, vision: VisionPart, text: TextPart | null): Layer[] {
  const withWidth = (declared: number | undefined) => (layer: FoundLayer): Layer => ({ ...layer, width: layer.width ?? declared ?? 0 });
  const layers = vision.found.layers.map(withWidth((config.vision_config ?? config).hidden_size));
  if (text === null) return layers;
  const streamWidth = text.found.layers[0].width;
  const projector: Layer = {
    name: 'projector',
    part: 'projector',
    depth: 0,
    kind: 'projector',
    tensor: vision.output,
    file: vision.graph.file,
    width: widths(vision.found.flow)(vision.output) ?? streamWidth ?? 0,
    norm: 'none',
    huggingFaceIndex: null,
  };
  return [...layers, projector, ...text.found.layers.map(withWidth(config.text_config?.hidden_size))];
}

/** Hexadecimal sha-256 over all files of the checkpoint that results depend on; reads the weights once. */
export async function checkpointHash(checkpoint: Checkpoint, signal?: AbortSignal): Promise<string> {
  return hashFiles(checkpoint.directory, checkpoint.files, signal);
}
