/** SmolLM 3: some layers have no rotary positions. */
import { z } from 'zod';
import { readSettings, type TextArchitecture } from './architecture.ts';
import { decoderSettings } from './decoder-settings.ts';
import { commonSpec, windowsOf } from './llama.ts';

const smollm3Schema = decoderSettings({
  vocabulary: 128256,
  width: 2048,
  inner: 11008,
  layers: 36,
  heads: 16,
  keyHeads: 4,
  eps: 1e-6,
  positions: 32768,
}).extend({
  use_sliding_window: z.boolean().default(false),
  no_rope_layers: z.array(z.number()).nullish(),
  no_rope_layer_interval: z.number().int().positive().default(4),
});

export const smollm3: TextArchitecture = {
  modelTypes: ['smollm3'],
  spec(config) {
    const settings = readSettings(config, smollm3Schema);
    const biased = settings.attention_bias;
    const common = commonSpec(settings, 2e6);
    // What `no_rope_layers` lists is whether a layer has rotary positions.
    const turns = (layer: number): boolean =>
      settings.no_rope_layers?.[layer] === undefined
        ? (layer + 1) % settings.no_rope_layer_interval !== 0
        : settings.no_rope_layers[layer] !== 0;
    return {
      ...common,
      bias: { qkv: biased, out: biased, mlp: settings.mlp_bias },
      rope: (layer) => (turns(layer) ? common.rope(layer) : null),
      window: settings.use_sliding_window ? windowsOf(settings, (layer) => !turns(layer)) : undefined,
      tied: settings.tie_word_embeddings ?? true,
    };
  },
};
