/** Phi-3: Llama with packed projections and windows. */
import { z } from 'zod';
import { readSettings, type TextArchitecture } from './architecture.ts';
import { unsupported } from './blocks.ts';
import { decoderSettings } from './decoder-settings.ts';
import { commonSpec, windowsOf } from './llama.ts';

const phi3Schema = decoderSettings({
  vocabulary: 32064,
  width: 3072,
  inner: 8192,
  layers: 32,
  heads: 32,
  keyHeads: null,
  eps: 1e-5,
  positions: 4096,
}).extend({ partial_rotary_factor: z.number().positive().default(1) });

export const phi3: TextArchitecture = {
  modelTypes: ['phi3'],
  spec(config) {
    const settings = readSettings(config, phi3Schema);
    if (settings.partial_rotary_factor !== 1)
      throw unsupported(`partial_rotary_factor ${settings.partial_rotary_factor} isn't known how to compute`);
    return {
      ...commonSpec(settings),
      packed: true,
      window: windowsOf(settings, () => true),
      tied: settings.tie_word_embeddings ?? false,
    };
  },
};
