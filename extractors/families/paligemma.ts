/**
 * PaliGemma: a picture at one size, its tokens first, then <bos>, the question and a line's end; the whole prompt is
 * read in both directions. Sources: `processing_paligemma.py`, `modeling_paligemma.py` in transformers; PaliGemma,
 * arXiv 2407.07726.
 */
import { join } from 'node:path';
import { openProcessor, single } from '../checkpoint/vision-graph.ts';
import type { Family, PromptInput } from './family.ts';
import { declaredSize, fixedSizeVision } from './fixed-size.ts';
import { layoutOfTiles } from './layout.ts';
import { languagePart, openVlm } from './vlm.ts';

const IMAGE = '<image>';

/** The task prefix of the models that answer questions. */
const TASK = 'answer en ';

export const paligemma: Family = {
  name: 'PaliGemma',
  modelTypes: ['paligemma'],
  async open(located, config) {
    const vlm = await openVlm(located, config, IMAGE, { templateNeeded: false });
    const { opened, tools, where } = vlm;
    const settings = config.vision_config ?? config;
    const processor = await openProcessor(located, single(settings.image_size), declaredSize(opened.shape));
    const vision = fixedSizeVision(opened, processor, {
      patch: single(settings.patch_size),
      where: join(where, 'config.json'),
      features: (tiles) => layoutOfTiles(tiles, 0),
    });
    const bos = tools.specials.bos_token ?? '<bos>';
    return {
      vision,
      text: {
        ...languagePart(vlm, {
          spelledOut: false,
          text: (question, visuals) => `${IMAGE.repeat(visuals.length)}${bos}${TASK}${question}\n`,
          // <bos> is written out, after the pictures.
          encode: (text) => [...tools.tokenizer.encode(text, { add_special_tokens: false }).ids],
        }),
        readsAhead: true,
        // 0 in the prompt, 1 in the answer, where the graph asks.
        inputs: (batch: readonly PromptInput[]) => ({
          token_type_ids: {
            values: batch.flatMap(({ ids, prompt }) => ids.map((_, i) => (i < prompt.ids.length ? 0 : 1))),
            dims: [batch.length, batch[0].ids.length],
          },
        }),
      },
      files: vlm.files,
    };
  },
};
