/** Opens a vision encoder's graph: its main input, its output, its layers. */
import { join } from 'node:path';
import { PlumblineError } from '../../core/errors.ts';
import { readJson } from '../../core/formats/json.ts';
import { findLayers, type FoundLayers } from '../layers/find.ts';
import type { Size } from '../preprocess/geometry.ts';
import { type ImageProcessor, imageProcessor } from '../preprocess/processor.ts';
import { type PreprocessorConfig, preprocessorSchema } from './config.ts';
import { type GraphFile, openGraph, pickValue, realInputs } from './graph-file.ts';
import type { Located } from './locate.ts';

export interface VisionGraph {
  readonly graph: GraphFile;
  readonly input: string;
  readonly output: string;
  readonly found: FoundLayers;
  /** Declared sizes of the main input. */
  readonly shape: readonly (number | string)[] | null;
}

/**
 * Opens the graph in `file`; the main input is `pixel_values`, or else the first with four axes.
 * @param outputNames outputs to which layers are looked for, in the order of preference
 * @throws PlumblineError `no-pixel-input`, `no-layers`
 */
export function openVisionGraph(
  located: Located,
  file: string,
  outputNames: readonly string[] = ['image_features', 'last_hidden_state'],
): VisionGraph {
  const graph = openGraph(located, file);
  const inputs = realInputs(graph);
  const input =
    pickValue(inputs, ['pixel_values'], ({ shape }) => shape?.length === 4) ??
    (inputs.length === 1 ? inputs[0] : undefined);
  const { outputs } = graph.model.graph;
  const output = pickValue(outputs, outputNames, ({ shape }) => shape === null || shape.length === 3) ?? outputs[0];
  if (input === undefined)
    throw new PlumblineError(
      'no-pixel-input',
      `the graph takes no pictures: its inputs are ${inputs.map(({ name }) => name).join(', ')}`,
      { where: graph.path, hint: 'the checkpoint needs a graph with an input pixel_values' },
    );
  const found = findLayers(graph.model.graph, {
    part: 'vision',
    file,
    input: input.name,
    output: output.name,
    lastStateIsNormed: false,
  });
  return { graph, input: input.name, output: output.name, found, shape: input.shape };
}

/** The first of a size that config.json gives as one number or as `[height, width]`. */
export const single = (size: number | readonly number[] | undefined): number | null =>
  typeof size === 'number' ? size : (size?.[0] ?? null);

/**
 * The checkpoint's preprocessor_config.json.
 * @throws PlumblineError `no-preprocessor`, or what is wrong with it
 */
export async function readPreprocessor(located: Located): Promise<{ config: PreprocessorConfig; path: string }> {
  if (!located.files.has('preprocessor_config.json'))
    throw new PlumblineError('no-preprocessor', 'the checkpoint has no preprocessor_config.json', {
      where: located.directory,
      hint: 'save it with AutoImageProcessor.from_pretrained(NAME).save_pretrained(FOLDER)',
    });
  const path = join(located.directory, 'preprocessor_config.json');
  return { config: await readJson(path, preprocessorSchema), path };
}

/**
 * The processor that brings every picture to one size, checked against the sizes `[height, width]` that the graph
 * declares.
 */
export async function openProcessor(
  located: Located,
  imageSize: number | null,
  declared: readonly (number | string)[] | undefined,
): Promise<ImageProcessor> {
  const { config, path } = await readPreprocessor(located);
  const processor = imageProcessor(config, path, imageSize);
  checkSize(processor.output, declared, path);
  return processor;
}

export function checkSize(
  { height, width }: Size,
  declared: readonly (number | string)[] | undefined,
  where: string,
): void {
  if (declared?.some((size, i) => typeof size === 'number' && size !== [height, width][i]) === true)
    throw new PlumblineError(
      'size-mismatch',
      `the graph takes pictures of ${declared.join(' × ')}, preprocessing gives ${height} × ${width}`,
      { where, hint: 'the files do not belong together' },
    );
}
