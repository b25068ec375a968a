/**
 * Gemma 3: a picture at one size, pooled to a fixed number of tokens, which see one another in both directions; crops
 * ("pan and scan") are off, as by default. Sources: `processing_gemma3.py`, `modeling_gemma3.py` in transformers.
 */
import { join } from 'node:path';
import { z } from 'zod';
import { openProcessor, single } from '../checkpoint/vision-graph.ts';
import type { Family, PromptInput } from './family.ts';
import { declaredSize, fixedSizeVision } from './fixed-size.ts';
import { layoutOfTiles } from './layout.ts';
import { languagePart, openVlm, pictureTemplate } from './vlm.ts';

const START = '<start_of_image>';
const END = '<end_of_image>';
const IMAGE = '<image_soft_token>';
const configSchema = z.looseObject({ mm_tokens_per_image: z.number().int().positive().default(256) });

export const gemma3: Family = {
  name: 'Gemma 3',
  modelTypes: ['gemma3'],
  async open(located, config) {
    const vlm = await openVlm(located, config, IMAGE);
    const { opened, where, image } = vlm;
    const settings = config.vision_config ?? config;
    const processor = await openProcessor(located, single(settings.image_size), declaredSize(opened.shape));
    const tokens = configSchema.parse(config).mm_tokens_per_image;
    const side = Math.sqrt(tokens);
    const grid = { rows: side, columns: side, patch: processor.output.width / side };
    const vision = fixedSizeVision(opened, processor, {
      patch: single(settings.patch_size),
      where: join(where, 'config.json'),
      features: (tiles) =>
        layoutOfTiles(
          tiles.map((tile) => ({ ...tile, grid })),
          0,
        ),
    });
    const sequence = `\n\n${START}${IMAGE.repeat(tokens)}${END}\n\n`;
    return {
      vision,
      text: {
        ...languagePart(vlm, {
          spelledOut: true,
          text: (question, visuals) =>
            pictureTemplate(vlm, question, visuals.length, START).replaceAll(START, sequence),
        }),
        // 1 at image tokens; exports without this input are causal throughout.
        inputs: (batch: readonly PromptInput[]) => ({
          token_type_ids: {
            values: batch.flatMap(({ ids }) => ids.map((id) => (id === image.id ? 1 : 0))),
            dims: [batch.length, batch[0].ids.length],
          },
        }),
      },
      files: vlm.files,
    };
  },
};
