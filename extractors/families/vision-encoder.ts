/** Vision encoders without language. */
import { join } from 'node:path';
import { PlumblineError } from '../../core/errors.ts';
import { realInputs } from '../checkpoint/graph-file.ts';
import { openProcessor, openVisionGraph, single, type VisionGraph } from '../checkpoint/vision-graph.ts';
import type { Size } from '../preprocess/geometry.ts';
import type { Family, Feed, Feeds } from './family.ts';
import { declaredSize, fixedSizeVision } from './fixed-size.ts';
import { isNaflex, naflexVision } from './naflex.ts';

export const visionEncoder: Family = {
  name: 'vision encoder',
  modelTypes: [],
  async open(located, config) {
    const file = located.graphs.get('vision_model') ?? located.graphs.get('model');
    if (file === undefined)
      throw new PlumblineError('graph-missing', 'the checkpoint has no onnx/vision_encoder.onnx', {
        where: located.directory,
        hint: 'a vision-language checkpoint needs vision_encoder, embed_tokens and decoder_model_merged',
      });
    const opened = openVisionGraph(located, file);
    if (await isNaflex(located))
      return { vision: await naflexVision(located, opened, null), text: null, files: ['preprocessor_config.json'] };
    const settings = config.vision_config ?? config;
    const processor = await openProcessor(located, single(settings.image_size), declaredSize(opened.shape));
    const patch = single(settings.patch_size);
    const vision = fixedSizeVision(opened, processor, {
      patch,
      where: join(located.directory, 'config.json'),
      features: null,
      extra: extraInputs(opened, processor.output, patch),
    });
    return { vision, text: null, files: ['preprocessor_config.json'] };
  },
};

/**
 * What a graph takes beside the pixels. `noise`: a masked autoencoder shuffles its patches by it and drops the last
 * ones; rising noise keeps all in order, as far as the graph's mask ratio lets it.
 */
export function extraInputs({ graph, input }: VisionGraph, { height, width }: Size, patch: number | null): Feeds {
  const feeds: Record<string, Feed> = {};
  for (const { name } of realInputs(graph)) {
    if (name === input) continue;
    const patches = patch === null ? 0 : Math.floor(height / patch) * Math.floor(width / patch);
    if (name === 'noise' && patches > 0)
      feeds[name] = { values: Float32Array.from({ length: patches }, (_, i) => i / patches), dims: [1, patches] };
    else if (name === 'bool_masked_pos' && patches > 0)
      feeds[name] = { values: new Uint8Array(patches), dims: [1, patches] };
    else if (name === 'pixel_mask' || name === 'pixel_attention_mask')
      feeds[name] = { values: new Float32Array(height * width).fill(1), dims: [1, height, width] };
    else
      throw new PlumblineError('unknown-input', `the graph has the input \`${name}\`, which isn't known how to feed`, {
        where: graph.path,
        hint: 'give its values in a plumbline.yaml beside the graph',
      });
  }
  return feeds;
}
