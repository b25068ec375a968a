/** OLMo 2: norms after attention and MLP, queries and keys normed over all heads. */
import { readSettings, type TextArchitecture } from './architecture.ts';
import { decoderSettings } from './decoder-settings.ts';
import { commonSpec } from './llama.ts';

const olmo2Schema = decoderSettings({
  vocabulary: 50304,
  width: 4096,
  inner: 11008,
  layers: 32,
  heads: 32,
  keyHeads: null,
  eps: 1e-5,
  positions: 2048,
});

export const olmo2: TextArchitecture = {
  modelTypes: ['olmo2'],
  spec(config) {
    const settings = readSettings(config, olmo2Schema);
    const biased = settings.attention_bias;
    return {
      ...commonSpec(settings),
      bias: { qkv: biased, out: biased },
      norms: 'after',
      qkNorm: 'all',
      tied: settings.tie_word_embeddings ?? false,
    };
  },
};
