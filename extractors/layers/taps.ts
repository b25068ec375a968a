/** Layers that are named instead of found: any tensors of a graph. */
import { PlumblineError } from '../../core/errors.ts';
import { closest } from '../../core/closest.ts';
import type { GraphFile } from '../checkpoint/graph-file.ts';
import { findCuts } from './cuts.ts';
import type { FindOptions, FoundLayer, FoundLayers } from './find.ts';
import { flowOf } from './flow.ts';
import { widths } from './width.ts';

export interface NamedTensor {
  /** Name of the layer. */
  readonly name: string;
  readonly tensor: string;
}

/** Name of the layer that a tensor is read as, when only the tensor is named. */
export const tapName = (part: FindOptions['part'], tensor: string): string =>
  `${part}.${tensor.replace(/^\/+/, '').replace(/[^\w.-]+/g, '.')}`;

/** Whether a graph has a tensor that can be read. */
export const hasTensor = ({ model }: GraphFile, tensor: string): boolean =>
  model.graph.nodes.some(({ outputs }) => tensor !== '' && outputs.includes(tensor));

/**
 * Taps in the place of found layers, in the order given.
 * @throws PlumblineError `unknown-tensor`, with the name that was probably meant
 */
export function tapLayers(graph: GraphFile, options: FindOptions, taps: readonly NamedTensor[]): FoundLayers {
  const flow = flowOf(graph.model.graph, options.file);
  const width = widths(flow);
  const layers = taps.map(({ name, tensor }, depth): FoundLayer => {
    if (!hasTensor(graph, tensor)) throw unknownTensor(tensor, [graph]);
    return {
      name,
      part: options.part,
      depth,
      kind: 'other',
      tensor,
      file: options.file,
      width: width.last(tensor),
      norm: 'none',
      huggingFaceIndex: null,
    };
  });
  return {
    layers,
    flow,
    cuts: findCuts(flow, options.input, options.output),
    end: taps.at(-1)?.tensor ?? options.output,
    uniform: false,
  };
}

export function unknownTensor(tensor: string, graphs: readonly GraphFile[]): PlumblineError {
  const names = graphs.flatMap(({ model }) => model.graph.nodes.flatMap(({ outputs }) => outputs));
  const meant = closest(tensor, names);
  return new PlumblineError('unknown-tensor', `no node of the graph makes the tensor \`${tensor}\``, {
    where: graphs.map(({ path }) => path).join(', '),
    hint: meant === null ? 'Netron (netron.app) shows the names of tensors' : `did you mean \`${meant}\`?`,
  });
}
