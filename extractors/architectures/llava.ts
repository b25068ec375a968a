/** LLaVA 1.5 and its like, and LLaVA-OneVision: a vision encoder, a projector of two layers, a decoder. */
import { z } from 'zod';
import {
  type Architecture,
  partOf,
  prefixOf,
  readSettings,
  type Settings,
  type TextArchitecture,
  type Writing,
} from './architecture.ts';
import { activation, linear, unsupported } from './blocks.ts';
import { textArchitecture, visionArchitecture } from './parts.ts';
import { type DecoderKeys, type DecoderOptions, type DecoderSpec, writeDecoder, writeEmbeddings } from './decoder.ts';
import { declareLayers, pixelInput, visionTower } from './vision-tower.ts';

const schema = (defaults: { strategy: 'default' | 'full'; layer: number }) =>
  z.looseObject({
    vision_feature_layer: z.union([z.number().int(), z.array(z.number().int())]).default(defaults.layer),
    vision_feature_select_strategy: z.enum(['default', 'full']).default(defaults.strategy),
    projector_hidden_act: z.string().default('gelu'),
    multimodal_projector_bias: z.boolean().default(true),
    tie_word_embeddings: z.boolean().optional(),
  });

/** Prefixes of the parts, those of newer files first. */
export const VISION = ['model.vision_tower.', 'vision_tower.'];
export const PROJECTOR = ['model.multi_modal_projector.', 'multi_modal_projector.'];
const LANGUAGE = ['model.language_model.', 'language_model.model.', 'language_model.', 'model.'];
const HEADS = ['lm_head', 'language_model.lm_head'];

/** The decoder of a vision-language model, and where its weights are. */
export function languageOf(
  config: Settings,
  has: Writing['has'],
  architecture?: TextArchitecture,
): { spec: DecoderSpec; keys: DecoderKeys } {
  const settings = partOf(config, 'text_config');
  // Where the decoder's own part leaves it out, the whole says whether the head is the table of embeddings.
  const tied = settings.tie_word_embeddings ?? config.tie_word_embeddings;
  const own = (architecture ?? textArchitecture(settings)).spec(
    tied === undefined ? settings : { ...settings, tie_word_embeddings: tied },
  );
  // The head is that of the whole, which knows no cap on logits.
  const spec = { ...own, logitCap: null };
  const keys = {
    prefix: prefixOf(has, LANGUAGE, 'embed_tokens.weight'),
    head: prefixOf(has, HEADS, '.weight'),
  };
  return { spec, keys };
}

/** The two graphs of the language side. */
export function writeLanguage(
  { config, has, graph }: Writing,
  sees?: DecoderOptions['sees'],
  architecture?: TextArchitecture,
): DecoderSpec {
  const { spec, keys } = languageOf(config, has, architecture);
  writeEmbeddings(graph('embed_tokens'), spec, keys);
  writeDecoder(graph('decoder_model_merged'), spec, keys, { from: 'inputs_embeds', sees });
  return spec;
}

function write(writing: Writing, defaults: Parameters<typeof schema>[0]): void {
  const { config, has, graph } = writing;
  const settings = readSettings(config, schema(defaults));
  const layer = settings.vision_feature_layer;
  if (typeof layer !== 'number')
    throw unsupported('image features of several layers of the vision encoder aren’t known how to read');
  const { width: to } = writeLanguage(writing);
  const b = graph('vision_encoder');
  const visionSettings = partOf(config, 'vision_config');
  const vision = visionArchitecture(visionSettings);
  const prefix = prefixOf(
    has,
    VISION.flatMap((one) => [`${one}vision_model.`, one]),
    'embeddings.patch_embedding.weight',
  ).replace(/vision_model\.$/, '');
  const spec = vision.spec(visionSettings, prefix, has);
  const tower = visionTower(b, pixelInput(b, spec), spec);
  const index = layer < 0 ? spec.layers + 1 + layer : layer;
  if (index < 0 || index > spec.layers)
    throw unsupported(`vision_feature_layer is ${layer}, the vision encoder has ${spec.layers} layers`);
  declareLayers(b, tower, index, false);
  const rows = tower.states[index];
  const kept =
    settings.vision_feature_select_strategy === 'full'
      ? rows
      : b.op('Slice', [rows, b.integers([1]), b.integers([2 ** 31]), b.integers([1])]);
  const at = prefixOf(has, PROJECTOR, 'linear_1.weight');
  const bias = settings.multimodal_projector_bias;
  const hidden = activation(
    b,
    linear(b, kept, `${at}linear_1`, { from: spec.width, to, bias }),
    settings.projector_hidden_act,
  );
  linear(b, hidden, `${at}linear_2`, { from: to, to, bias, name: 'image_features' });
  b.output('image_features', ['batch_size', 'image_tokens', to]);
}

/** Of the vision encoders, what comes after the layer that is read. */
const UNREAD = [/vision_tower\..*(post_layernorm|head)\./];

export const llava: Architecture = {
  modelTypes: ['llava'],
  ignored: UNREAD,
  write: (writing) => write(writing, { strategy: 'default', layer: -2 }),
};

export const llavaOnevision: Architecture = {
  modelTypes: ['llava_onevision'],
  ignored: UNREAD,
  write: (writing) => {
    write(writing, { strategy: 'full', layer: -1 });
    const { has, graph } = writing;
    const b = graph('vision_encoder');
    const key = prefixOf(has, ['model.', ''], 'image_newline');
    const { width } = languageOf(writing.config, has).spec;
    b.op('Identity', [b.weight(`${key}image_newline`, [width])], { name: 'image_newline' });
    b.output('image_newline', [width]);
  },
};
