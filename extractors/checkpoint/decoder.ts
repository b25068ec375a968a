/** Opens the graphs of a decoder: token embeddings, blocks, logits. */
import { PlumblineError } from '../../core/errors.ts';
import type { TextPart } from '../families/family.ts';
import { findLayers } from '../layers/find.ts';
import { type GraphFile, openGraph, pickValue, realInputs } from './graph-file.ts';
import type { Located } from './locate.ts';

/** Path of a graph that a family needs; throws `graph-missing`. */
export function requireGraph(located: Located, name: string): string {
  const file = located.graphs.get(name);
  if (file !== undefined) return file;
  throw new PlumblineError('graph-missing', `the checkpoint has no onnx/${name}.onnx`, {
    where: located.directory,
    hint: 'a vision-language checkpoint needs vision_encoder, embed_tokens and decoder_model_merged',
  });
}

/** Token embeddings and a decoder that takes them (`embed_tokens`, `decoder_model_merged`). */
export function openDecoder(
  located: Located,
): Pick<TextPart, 'embed' | 'decoder' | 'input' | 'found'> & { output: string } {
  const embed = openGraph(located, requireGraph(located, 'embed_tokens'));
  const decoder = openGraph(located, requireGraph(located, 'decoder_model_merged'));
  return {
    embed: { graph: embed, input: realInputs(embed)[0].name, output: embed.model.graph.outputs[0].name },
    ...openBlocks(decoder, 'inputs_embeds'),
  };
}

/** Input, output and layers of a decoder's graph. */
export function openBlocks(
  decoder: GraphFile,
  inputName: 'inputs_embeds' | 'input_ids',
): Pick<TextPart, 'decoder' | 'input' | 'found'> & { output: string } {
  const input = pickValue(realInputs(decoder), [inputName], () => false);
  const output = pickValue(decoder.model.graph.outputs, ['logits'], ({ shape }) => shape?.length === 3);
  if (input === undefined || output === undefined)
    throw new PlumblineError(
      'not-a-decoder',
      `the graph has no ${input === undefined ? `input ${inputName}` : 'output logits'}`,
      { where: decoder.path, hint: `export the decoder with ${inputName} and logits` },
    );
  const found = findLayers(decoder.model.graph, {
    part: 'text',
    file: decoder.file,
    input: input.name,
    output: output.name,
    lastStateIsNormed: true,
  });
  return { decoder, input: input.name, output: output.name, found };
}
