/** PaliGemma (1 and 2) and Gemma 3 with pictures: SigLIP, one linear map, a Gemma that reads pictures in both directions. */
import { z } from 'zod';
import { DATA_TYPE } from '../onnx/model.ts';
import {
  type Architecture,
  partOf,
  prefixOf,
  readSettings,
  type TextArchitecture,
  type Writing,
} from './architecture.ts';
import { linear, rmsNorm, unsupported } from './blocks.ts';
import type { GraphBuilder } from './builder.ts';
import { siglipVision } from './clip.ts';
import { gemma, gemma2, gemma3 } from './gemma.ts';
import { PROJECTOR, VISION, writeLanguage } from './llava.ts';
import { declareLayers, pixelInput, type VisionSpec, visionTower } from './vision-tower.ts';

const tokenTypes = (b: GraphBuilder): string =>
  b.input('token_type_ids', DATA_TYPE.int64, ['batch_size', 'sequence_length']);

/** The tower's rows after its last norm. */
function rowsOf({ config, has, graph }: Writing): { b: GraphBuilder; spec: VisionSpec; rows: string } {
  const b = graph('vision_encoder');
  const anchor = 'embeddings.patch_embedding.weight';
  const prefix = prefixOf(
    has,
    VISION.flatMap((one) => [`${one}vision_model.`, one]),
    anchor,
  ).replace(/vision_model\.$/, '');
  const spec = siglipVision.spec(partOf(config, 'vision_config'), prefix, has);
  const tower = visionTower(b, pixelInput(b, spec), spec);
  declareLayers(b, tower, spec.layers, true);
  return { b, spec, rows: tower.out };
}

/** All of the prompt (type 0) is seen by all; the answer (type 1) only by what comes after. */
function seesPrompt(b: GraphBuilder): string {
  return b.op('Unsqueeze', [b.op('Equal', [tokenTypes(b), b.integers(0)]), b.integers([1, 2])]);
}

/** PaliGemma's decoder's windows are void: the mask that the whole gives it takes their place. */
const withoutWindows = (text: TextArchitecture): TextArchitecture => ({
  modelTypes: text.modelTypes,
  spec: (config) => ({ ...text.spec(config), window: undefined }),
});

export const paligemma: Architecture = {
  modelTypes: ['paligemma'],
  ignored: [/vision_model\.head\./],
  write(writing) {
    const text = partOf(writing.config, 'text_config');
    const type = typeof text.model_type === 'string' ? text.model_type : 'gemma';
    if (type !== 'gemma' && type !== 'gemma2')
      throw unsupported(`a PaliGemma with a decoder of type \`${type}\` isn't known how to compute`);
    const { width } = writeLanguage(writing, seesPrompt, withoutWindows(type === 'gemma' ? gemma : gemma2));
    const { b, spec, rows } = rowsOf(writing);
    const at = prefixOf(writing.has, PROJECTOR, 'linear.weight');
    const projected = linear(b, rows, `${at}linear`, { from: spec.width, to: width, bias: true });
    // The decoder scales all embeddings, also those of pictures.
    b.op('Mul', [projected, b.floats([1 / Math.sqrt(width)])], { name: 'image_features' });
    b.output('image_features', ['batch_size', 'image_tokens', width]);
  },
};

/** Tokens of one picture (type 1, one after the other) see one another. */
function seesPicture(b: GraphBuilder): string {
  const types = tokenTypes(b);
  const shown = b.op('Equal', [types, b.integers(1)]);
  const marks = b.op('Cast', [shown], { attributes: { to: DATA_TYPE.int64 } });
  const before = b.op('Pad', [
    b.op('Slice', [marks, b.integers([0]), b.integers([-1]), b.integers([1])]),
    b.integers([0, 1, 0, 0]),
  ]);
  const starts = b.op('Cast', [b.op('Greater', [marks, before])], { attributes: { to: DATA_TYPE.int64 } });
  const groups = b.op('Mul', [b.op('CumSum', [starts, b.integers(1)]), marks]);
  const queries = b.op('Unsqueeze', [groups, b.integers([1, 3])]);
  const keys = b.op('Unsqueeze', [groups, b.integers([1, 2])]);
  return b.op('And', [b.op('Equal', [queries, keys]), b.op('Greater', [keys, b.integers(0)])]);
}

const gemma3Schema = z.looseObject({ mm_tokens_per_image: z.number().int().positive().default(256) });

export const gemma3Vlm: Architecture = {
  modelTypes: ['gemma3'],
  ignored: [/vision_model\.head\./],
  write(writing) {
    const { mm_tokens_per_image: tokens } = readSettings(writing.config, gemma3Schema);
    const { width } = writeLanguage(writing, seesPicture, gemma3);
    const { b, spec, rows } = rowsOf(writing);
    const at = prefixOf(writing.has, PROJECTOR, 'mm_input_projection_weight');
    const side = Math.floor(spec.image / spec.patch);
    const kernel = Math.floor(side / Math.floor(Math.sqrt(tokens)));
    if (kernel * Math.floor(Math.sqrt(tokens)) !== side)
      throw unsupported(`${tokens} tokens a picture don't divide a grid of ${side} × ${side} patches`);
    const planes = b.op('Reshape', [
      b.op('Transpose', [rows], { attributes: { perm: [0, 2, 1] } }),
      b.integers([0, spec.width, side, side]),
    ]);
    const pooled = b.op('AveragePool', [planes], {
      attributes: { kernel_shape: [kernel, kernel], strides: [kernel, kernel] },
    });
    const flat = b.op('Reshape', [pooled, b.integers([0, spec.width, -1])]);
    const cells = b.op('Transpose', [flat], { attributes: { perm: [0, 2, 1] } });
    const normed = rmsNorm(b, cells, `${at}mm_soft_emb_norm`, spec.width, spec.eps, { plusOne: true });
    const matrix = b.weight(`${at}mm_input_projection_weight`, [spec.width, width], normed);
    b.op('MatMul', [normed, matrix], { name: 'image_features' });
    b.output('image_features', ['batch_size', tokens, width]);
  },
};
