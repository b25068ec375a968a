/**
 * LLaVA 1.5 and its like: every picture at one size, one image token a patch. Sources: `LlavaProcessor`,
 * `LlavaForConditionalGeneration` in transformers.
 */
import { join } from 'node:path';
import { openProcessor, single } from '../checkpoint/vision-graph.ts';
import type { Family } from './family.ts';
import { declaredSize, fixedSizeVision } from './fixed-size.ts';
import { layoutOfTiles } from './layout.ts';
import { languagePart, openVlm, pictureTemplate } from './vlm.ts';

export const llava: Family = {
  name: 'LLaVA',
  modelTypes: ['llava', 'vipllava'],
  async open(located, config) {
    const vlm = await openVlm(located, config, '<image>');
    const { opened, image, where } = vlm;
    const settings = config.vision_config ?? config;
    const processor = await openProcessor(located, single(settings.image_size), declaredSize(opened.shape));
    // A kept class token comes before the patches in the features, and so in the prompt.
    const strategy = config.vision_feature_select_strategy ?? vlm.processor.vision_feature_select_strategy ?? 'default';
    const featurePrefix = strategy === 'full' ? 1 : 0;
    return {
      vision: fixedSizeVision(opened, processor, {
        patch: single(settings.patch_size),
        where: join(where, 'config.json'),
        features: (tiles) => layoutOfTiles(tiles, featurePrefix),
      }),
      text: languagePart(vlm, {
        spelledOut: false,
        text: (question, visuals) => pictureTemplate(vlm, question, visuals.length, image.token),
      }),
      files: vlm.files,
    };
  },
};
