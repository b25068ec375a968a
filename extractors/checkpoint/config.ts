/** The fields that are read of a Hugging Face checkpoint's JSON files; everything else passes. */
import { z } from 'zod';

const positive = z.number().int().positive();

const visionFields = {
  model_type: z.string().optional(),
  hidden_size: positive.optional(),
  image_size: z.union([positive, z.array(positive)]).optional(),
  patch_size: z.union([positive, z.array(positive)]).optional(),
};

/** `config.json` */
export const configSchema = z.looseObject({
  ...visionFields,
  architectures: z.array(z.string()).nullish(),
  image_token_index: z.number().int().optional(),
  image_token_id: z.number().int().optional(),
  vision_feature_select_strategy: z.enum(['default', 'full']).optional(),
  vision_config: z.looseObject(visionFields).optional(),
  text_config: z
    .looseObject({
      model_type: z.string().optional(),
      hidden_size: positive.optional(),
      max_position_embeddings: positive.optional(),
    })
    .optional(),
});
export type Config = z.infer<typeof configSchema>;

const sizeSchema = z.union([
  positive,
  z.object({ height: positive, width: positive }),
  z.object({ shortest_edge: positive }),
]);

/** `preprocessor_config.json` of the processors that resize, crop, rescale and normalise one picture to one size. */
export const preprocessorSchema = z.looseObject({
  image_processor_type: z.string().optional(),
  do_resize: z.boolean().default(true),
  size: sizeSchema.optional(),
  /** Pillow's number of the filter. */
  resample: z.number().int().min(0).max(5).optional(),
  do_center_crop: z.boolean().nullish(),
  crop_size: z.union([positive, z.object({ height: positive, width: positive })]).nullish(),
  do_pad: z.boolean().nullish(),
  /** ConvNeXt's: the share of the resized picture that the crop keeps. */
  crop_pct: z.number().positive().max(1).nullish(),
  do_flip_channel_order: z.boolean().optional(),
  keep_aspect_ratio: z.boolean().optional(),
  do_rescale: z.boolean().default(true),
  rescale_factor: z.number().default(1 / 255),
  do_normalize: z.boolean().default(true),
  image_mean: z.array(z.number()).length(3).optional(),
  image_std: z.array(z.number().positive()).length(3).optional(),
});
export type PreprocessorConfig = z.infer<typeof preprocessorSchema>;

/** `processor_config.json` */
export const processorSchema = z.looseObject({
  image_token: z.string().optional(),
  num_additional_image_tokens: z.number().int().nonnegative().optional(),
  patch_size: positive.nullish(),
  vision_feature_select_strategy: z.enum(['default', 'full']).nullish(),
  chat_template: z.string().nullish(),
});
export type ProcessorConfig = z.infer<typeof processorSchema>;

const tokenSchema = z.union([z.string(), z.looseObject({ content: z.string() })]).nullish();

/** `tokenizer_config.json` */
export const tokenizerConfigSchema = z.looseObject({
  bos_token: tokenSchema,
  eos_token: tokenSchema,
  pad_token: tokenSchema,
  unk_token: tokenSchema,
  chat_template: z.union([z.string(), z.array(z.object({ name: z.string(), template: z.string() }))]).nullish(),
});
export type TokenizerConfig = z.infer<typeof tokenizerConfigSchema>;

/** Text of a special token, which is stored plain or with its flags. */
export function tokenText(token: z.infer<typeof tokenSchema>): string | null {
  return typeof token === 'string' ? token : (token?.content ?? null);
}
