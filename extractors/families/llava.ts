/** LLaVA 1.5 and its like: every picture at one size, one image token a patch. Sources: `LlavaProcessor`, `LlavaForConditionalGeneration` in transformers. */
import { join } from 'node:path';
import { PlumblineError } from '../../core/errors.ts';
import { readJson } from '../../core/formats/json.ts';
import { openDecoder, requireGraph } from '../checkpoint/decoder.ts';
import { type ProcessorConfig, processorSchema } from '../checkpoint/config.ts';
import { openProcessor, openVisionGraph, single } from '../checkpoint/vision-graph.ts';
import { encodePrompt, expandPrompt, renderPrompt } from '../prompt/prompt.ts';
import { loadPromptTools } from '../prompt/tokenizer.ts';
import type { Family } from './family.ts';
import { declaredSize, fixedSizeVision } from './fixed-size.ts';
import { layoutOfTiles } from './layout.ts';

export const llava: Family = {
  name: 'LLaVA',
  modelTypes: ['llava', 'vipllava'],
  async open(located, config) {
    const { directory } = located;
    const configPath = join(directory, 'config.json');
    const settings = config.vision_config ?? config;
    const opened = openVisionGraph(located, requireGraph(located, 'vision_encoder'));
    const processor = await openProcessor(located, single(settings.image_size), declaredSize(opened.shape));
    const decoder = openDecoder(located);
    const hasProcessor = located.files.has('processor_config.json');
    const settingsOfProcessor: ProcessorConfig = hasProcessor ? await readJson(join(directory, 'processor_config.json'), processorSchema) : {};
    const tools = await loadPromptTools(located);
    const token = settingsOfProcessor.image_token ?? '<image>';
    const id = config.image_token_id ?? config.image_token_index ?? tools.tokenizer.token_to_id(token);
    if (id === undefined) throw new PlumblineError('image-token', `no token \`${token}\` in the vocabulary`, { where: configPath, hint: 'config.json must name image_token_index' });
    // A kept class token comes before the patches in the features, and so in the prompt.
    const strategy = config.vision_feature_select_strategy ?? settingsOfProcessor.vision_feature_select_strategy ?? 'default';
    const featurePrefix = strategy === 'full' ? 1 : 0;
    const vision = fixedSizeVision(opened, processor, { patch: single(settings.patch_size), where: configPath, features: (tiles) => layoutOfTiles(tiles, featurePrefix) });
    const encode = (text: string): number[] => encodePrompt(tools, text);
    return {
      vision,
      text: {
        ...decoder,
        tools,
        encode,
        prompt({ question }, visuals) {
          const text = renderPrompt({ tools, question, visuals: visuals.map(() => 'image'), token, where: directory });
          return expandPrompt(question, text, encode(text), { id, counts: visuals.map(({ features }) => features!.length), token, where: directory });
        },
      },
      files: ['preprocessor_config.json', ...(hasProcessor ? ['processor_config.json'] : [])],
    };
  },
};
