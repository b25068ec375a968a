/** Vision encoders without language. */
import { join } from 'node:path';
import { PlumblineError } from '../../core/errors.ts';
import { openProcessor, openVisionGraph, single } from '../checkpoint/vision-graph.ts';
import type { Family } from './family.ts';
import { fixedSizeVision } from './fixed-size.ts';

export const visionEncoder: Family = {
  name: 'vision encoder',
  modelTypes: [],
  async open(located, config) {
    const file = located.graphs.get('vision_model') ?? located.graphs.get('model');
    if (file === undefined) throw new PlumblineError('graph-missing', 'the checkpoint has no onnx/vision_encoder.onnx', { where: located.directory, hint: 'a vision-language checkpoint needs vision_encoder, embed_tokens and decoder_model_merged' });
    const opened = openVisionGraph(located, file);
    const settings = config.vision_config ?? config;
    const processor = await openProcessor(located, single(settings.image_size), opened.shape?.slice(2));
    return { vision: fixedSizeVision(opened, processor, single(settings.patch_size), join(located.directory, 'config.json'), null), text: null, files: ['preprocessor_config.json'] };
  },
};
