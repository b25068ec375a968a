/** The vision side of a checkpoint: graph, layers, preprocessing and patch grid. */
import { join } from 'node:path';
import { PlumblineError } from '../../core/errors.ts';
import { readJson } from '../../core/formats/json.ts';
import type { FoundLayers } from '../layers/find.ts';
import { findLayers } from '../layers/find.ts';
import { DATA_TYPE } from '../onnx/model.ts';
import type { PatchGrid } from '../preprocess/geometry.ts';
import { type ImageProcessor, imageProcessor } from '../preprocess/processor.ts';
import { type Config, preprocessorSchema } from './config.ts';
import { type GraphFile, openGraph, pickValue, realInputs } from './graph-file.ts';
import type { Located } from './locate.ts';

export interface VisionPart {
  readonly graph: GraphFile;
  readonly input: string;
  readonly output: string;
  readonly found: FoundLayers;
  readonly processor: ImageProcessor;
  readonly grid: PatchGrid;
}

const single = (size: number | readonly number[] | undefined): number | null => (typeof size === 'number' ? size : (size?.[0] ?? null));

export async function openVision(located: Located, config: Config, file: string): Promise<VisionPart> {
  const graph = openGraph(located.directory, file);
  const input = pickValue(realInputs(graph), ['pixel_values'], ({ shape }) => shape?.length === 4);
  const output = pickValue(graph.model.graph.outputs, ['image_features', 'last_hidden_state'], ({ shape }) => shape === null || shape.length === 3) ?? graph.model.graph.outputs[0];
  if (input === undefined)
    throw new PlumblineError('no-pixel-input', `the graph takes no pictures: its inputs are ${realInputs(graph).map(({ name }) => name).join(', ')}`, { where: graph.path, hint: 'the checkpoint needs a graph with an input pixel_values' });
  if (input.dataType !== DATA_TYPE.float) throw new PlumblineError('unsupported-type', `the input \`${input.name}\` is not float32`, { where: graph.path, hint: 'export the graph with float32 inputs and outputs' });
  const settings = config.vision_config ?? config;
  if (!located.files.has('preprocessor_config.json'))
    throw new PlumblineError('no-preprocessor', 'the checkpoint has no preprocessor_config.json', { where: located.directory, hint: "save it with AutoImageProcessor.from_pretrained(NAME).save_pretrained(FOLDER)" });
  const preprocessorPath = join(located.directory, 'preprocessor_config.json');
  const processor = imageProcessor(await readJson(preprocessorPath, preprocessorSchema), preprocessorPath, single(settings.image_size));
  const found = findLayers(graph.model.graph, { part: 'vision', file, input: input.name, output: output.name, lastStateIsNormed: false });
  const patch = single(settings.patch_size);
  if (patch === null) throw new PlumblineError('no-patch-size', 'config.json names no patch_size for the vision encoder', { where: join(located.directory, 'config.json'), hint: 'only patch-based vision encoders can be read' });
  const { height, width } = processor.output;
  const declared = input.shape?.slice(2);
  if (declared !== undefined && declared.some((size, i) => typeof size === 'number' && size !== [height, width][i]))
    throw new PlumblineError('size-mismatch', `the graph takes pictures of ${declared.join(' × ')}, preprocessing gives ${height} × ${width}`, { where: preprocessorPath, hint: 'the files do not belong together' });
  return { graph, input: input.name, output: output.name, found, processor, grid: { rows: Math.floor(height / patch), columns: Math.floor(width / patch), patch } };
}
