/** What a checkpoint looks like from outside: layers, graphs, preprocessing, and which tokens would be read; nothing is run, no weights are read. */
import type { Layer, Selection } from '../core/artifacts/hidden-states.ts';
import { PlumblineError } from '../core/errors.ts';
import type { GraphFile } from './checkpoint/graph-file.ts';
import { realInputs } from './checkpoint/graph-file.ts';
import type { Checkpoint } from './checkpoint/open.ts';
import { graphsOf, openCheckpoint } from './checkpoint/open.ts';
import type { Variant } from './checkpoint/locate.ts';
import type { VisionPart } from './families/family.ts';
import { phrasePositions } from './prompt/phrase.ts';
import { blankVisual } from './run/visuals.ts';

export interface GraphDescription {
  /** Relative to the checkpoint's folder. */
  readonly file: string;
  readonly bytes: number;
  /** Bytes of external data. */
  readonly externalBytes: number;
  readonly opset: number | null;
  readonly producer: string;
  readonly nodes: number;
  /** Numbers in the weights. */
  readonly parameters: number;
  /** Name → shape; free sizes by name, null when the rank is unknown. */
  readonly inputs: Readonly<Record<string, readonly (number | string)[] | null>>;
  readonly outputs: Readonly<Record<string, readonly (number | string)[] | null>>;
}

export interface TokenDescription {
  readonly position: number;
  readonly id: number;
  readonly text: string;
  /** Number of the patch (row by row) that an image token stands for; null for other tokens and for a kept class token. */
  readonly patch: number | null;
  /** Selections that read this position. */
  readonly selections: readonly Selection[];
}

export interface PromptDescription {
  readonly question: string;
  /** The rendered chat template, with the image token once. */
  readonly text: string;
  readonly tokens: readonly TokenDescription[];
}

export interface Inspection {
  readonly name: string;
  readonly directory: string;
  readonly modelType: string;
  readonly layers: readonly Layer[];
  readonly graphs: readonly GraphDescription[];
  /** Null for text alone; size and grid are null where they follow the picture. */
  readonly picture: VisionPart['picture'] | null;
  /** An example prompt; null for a vision encoder alone. */
  readonly prompt: PromptDescription | null;
}

const EXAMPLE = { question: 'Compared to the blue cube, is the red sphere far or close from you? Answer with only one word.', objects: ['blue cube', 'red sphere'] };

/** Describes a checkpoint folder, or one that is open already. */
export async function inspectCheckpoint(checkpoint: string | Checkpoint, options: { variant?: Variant } = {}): Promise<Inspection> {
  const opened = typeof checkpoint === 'string' ? await openCheckpoint(checkpoint, options) : checkpoint;
  const { name, directory, modelType, layers, vision, text } = opened;
  const graphs = graphsOf(opened).map(describeGraph);
  return { name, directory, modelType, layers, graphs, picture: vision?.picture ?? null, prompt: text === null ? null : describePrompt(opened, EXAMPLE.question, EXAMPLE.objects) };
}

function describeGraph(graph: GraphFile): GraphDescription {
  const { file, model, external } = graph;
  const shapes = (values: readonly { name: string; shape: readonly (number | string)[] | null }[]): GraphDescription['inputs'] => Object.fromEntries(values.map(({ name, shape }) => [name, shape]));
  return {
    file,
    bytes: model.size,
    externalBytes: external.reduce((sum, { bytes }) => sum + bytes, 0),
    opset: model.opsets.get('') ?? null,
    producer: model.producer,
    nodes: model.graph.nodes.length,
    parameters: model.graph.initializers.reduce((sum, { dims }) => sum + dims.reduce((product, size) => product * size, 1), 0),
    inputs: shapes(realInputs(graph)),
    outputs: shapes(model.graph.outputs),
  };
}

/**
 * The prompt of a question, token by token, with what each selection reads.
 * @param objects names of the objects in the order of the question
 */
export function describePrompt(checkpoint: Checkpoint, question: string, objects: readonly string[]): PromptDescription {
  const { text, vision } = checkpoint;
  if (text === null) throw new PlumblineError('no-language', 'a vision encoder alone has no prompts', { where: checkpoint.directory, hint: 'use a vision-language checkpoint' });
  const visuals = vision === null ? [] : [blankVisual(vision)];
  const prompt = text.prompt({ question, options: [] }, visuals);
  const words = phrasePositions(text.tools, prompt, objects.slice(0, 2));
  const { tokenizer } = text.tools;
  const patches = new Map<number, number>();
  visuals.forEach(({ features }, i) => features!.tiles.forEach(({ rows }) => rows.forEach((row, patch) => patches.set(prompt.images[i][row], patch))));
  const tokens = prompt.ids.map((id, position): TokenDescription => {
    const selections: Selection[] = words.flatMap((at, i) => (at === position ? [`words:${i + 1}` as Selection] : []));
    if (position === prompt.ids.length - 1) selections.push('last');
    return { position, id, text: tokenizer.decode([id], { skip_special_tokens: false, clean_up_tokenization_spaces: false }), patch: patches.get(position) ?? null, selections };
  });
  return { question, text: prompt.text, tokens };
}
