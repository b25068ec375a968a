/** Any `.onnx` file that a `plumbline.yaml` describes (`checkpoint/description.ts`). */
import { PlumblineError } from '../../core/errors.ts';
import { closest } from '../../core/closest.ts';
import type { PreprocessorConfig } from '../checkpoint/config.ts';
import type { Description } from '../checkpoint/description.ts';
import { openGraph, pickValue, realInputs } from '../checkpoint/graph-file.ts';
import { checkSize } from '../checkpoint/vision-graph.ts';
import { tapLayers } from '../layers/taps.ts';
import { findLayers } from '../layers/find.ts';
import type { OnnxValue } from '../onnx/model.ts';
import type { PatchGrid } from '../preprocess/geometry.ts';
import { imageProcessor } from '../preprocess/processor.ts';
import { FILTERS } from '../preprocess/resample.ts';
import type { Feed, Parts } from './family.ts';
import { declaredSize, fixedSizeVision } from './fixed-size.ts';

/**
 * Opens the graph of a description.
 * @param directory folder of the description
 * @param where path of the description, for errors
 * @throws PlumblineError `invalid-description`, where it doesn't fit the graph
 */
export function openDescribed(directory: string, description: Description, where: string): Parts {
  const graph = openGraph({ directory }, description.model);
  const invalid = (what: string, hint: string): PlumblineError =>
    new PlumblineError('invalid-description', what, { where, hint });
  const inputs = realInputs(graph);
  const { outputs } = graph.model.graph;
  const named = (kind: string, name: string | undefined, values: readonly OnnxValue[]): OnnxValue | undefined => {
    const found = values.find((value) => value.name === name);
    if (name === undefined || found !== undefined) return found;
    const names = values.map((value) => value.name);
    throw invalid(
      `the graph has no ${kind} \`${name}\``,
      `did you mean \`${closest(name, names) ?? names[0]}\`? ${kind}s are ${names.join(', ')}`,
    );
  };
  const input =
    named('input', description.input, inputs) ??
    pickValue(inputs, ['pixel_values'], ({ shape }) => shape?.length === 4) ??
    (inputs.length === 1 ? inputs[0] : undefined);
  if (input === undefined)
    throw invalid(
      `which of the inputs ${inputs.map(({ name }) => name).join(', ')} takes the picture isn't said`,
      'add `input: NAME`',
    );
  const output =
    named('output', description.output, outputs) ??
    pickValue(outputs, ['last_hidden_state'], () => false) ??
    outputs[0];

  const { picture, tokens, layers } = description;
  const { width, height } = picture;
  const processor = imageProcessor(processorConfig(picture), where, null);
  checkSize(processor.output, declaredSize(input.shape), where);
  const extra: Record<string, Feed> = {};
  for (const [name, { value, shape }] of Object.entries(description.inputs)) {
    named('input', name, inputs);
    const size = shape.reduce((product, edge) => product * edge, 1);
    if (size > 1 << 24)
      throw invalid(`the input \`${name}\` would hold ${size} numbers`, 'give the shape for one picture');
    if (Array.isArray(value) && value.length !== size)
      throw invalid(
        `the input \`${name}\` has ${value.length} values for the shape [${shape.join(', ')}]`,
        `give ${size}, or one number for all`,
      );
    extra[name] = { values: Array.isArray(value) ? value : new Float32Array(size).fill(value), dims: shape };
  }
  const missing = inputs.find(({ name }) => name !== input.name && !(name in extra));
  if (missing !== undefined)
    throw invalid(
      `the graph has the input \`${missing.name}\`, for which there is no value`,
      `add inputs: { ${missing.name}: { value: 0, shape: [${(missing.shape ?? [1]).map((size) => (typeof size === 'number' && size > 0 ? size : 1)).join(', ')}] } }`,
    );

  const options = {
    part: 'vision',
    file: graph.file,
    input: input.name,
    output: output.name,
    lastStateIsNormed: false,
  } as const;
  const found =
    layers === undefined
      ? findLayers(graph.model.graph, options)
      : tapLayers(
          graph,
          options,
          Object.entries(layers).map(([name, tensor]) => ({ name: `vision.${name}`, tensor })),
        );
  const grid: PatchGrid | null =
    tokens?.rows !== undefined && tokens.columns !== undefined
      ? { rows: tokens.rows, columns: tokens.columns, patch: width / tokens.columns, patchHeight: height / tokens.rows }
      : null;
  const vision = fixedSizeVision(
    { graph, input: input.name, output: output.name, found, shape: input.shape },
    processor,
    { patch: tokens?.patch ?? null, grid, where, features: null, extra },
  );
  return {
    vision: tokens?.prefix === undefined ? vision : { ...vision, prefix: tokens.prefix },
    text: null,
    files: [],
  };
}

function processorConfig({
  width,
  height,
  resize,
  shortest_edge,
  filter,
  channels,
  scale,
  mean,
  std,
}: Description['picture']): PreprocessorConfig {
  const size = { width, height };
  return {
    do_resize: resize !== 'none',
    size: resize === 'shortest-edge' ? { shortest_edge: shortest_edge ?? Math.max(width, height) } : size,
    resample: FILTERS.indexOf(filter),
    do_center_crop: resize !== 'stretch',
    crop_size: size,
    do_rescale: true,
    rescale_factor: scale,
    do_normalize: mean !== undefined || std !== undefined,
    image_mean: mean ?? [0, 0, 0],
    image_std: std ?? [1, 1, 1],
    do_flip_channel_order: channels === 'bgr',
  };
}
