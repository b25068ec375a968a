/** One graph of a checkpoint: its file, structure and external data. */
import { statSync } from 'node:fs';
import { dirname, join, normalize, posix } from 'node:path';
import { PlumblineError } from '../../core/errors.ts';
import { fileError } from '../../core/formats/file-errors.ts';
import { inlineFalseBranch } from '../onnx/inline-branch.ts';
import type { OnnxModel, OnnxValue } from '../onnx/model.ts';
import { readOnnxFile } from '../onnx/read.ts';

export interface GraphFile {
  /** Relative to the checkpoint's folder. */
  readonly file: string;
  readonly path: string;
  readonly model: OnnxModel;
  /** External data: as the graph names it, relative to the checkpoint's folder, and in bytes. */
  readonly external: readonly { readonly location: string; readonly file: string; readonly bytes: number }[];
  /**
   * A graph that was written over the checkpoint's weights (`architectures/`), and is no file: its bytes, and the folder
   * that the locations of its external data are relative to.
   */
  readonly written?: { readonly bytes: Uint8Array; readonly folder: string };
}

/** Where graphs are: the checkpoint's folder, and those that are no files. */
export interface GraphPlace {
  readonly directory: string;
  readonly written?: ReadonlyMap<string, GraphFile>;
}

/** Folder that the locations of a graph's external data are relative to. */
export const dataFolder = ({ path, written }: GraphFile): string => written?.folder ?? dirname(path);

/** Reads a graph's structure and finds its external data. */
export function openGraph({ directory, written }: GraphPlace, file: string): GraphFile {
  const known = written?.get(file);
  if (known !== undefined) return known;
  const path = join(directory, file);
  const model = inlineFalseBranch(readOnnxFile(path));
  const external = model.externalFiles.map((location) => {
    const inside = posix.join(posix.dirname(file), location.replaceAll('\\', '/'));
    if (normalize(location).startsWith('..') || posix.isAbsolute(location) || /^[a-z]:/i.test(location))
      throw new PlumblineError('path-escapes', `its weights are said to lie in \`${location}\`, outside its folder`, {
        where: path,
        hint: 'external data must lie beside the graph',
      });
    try {
      return { location, file: inside, bytes: statSync(join(dirname(path), location)).size };
    } catch (error) {
      throw fileError(error, join(dirname(path), location));
    }
  });
  return { file, path, model, external };
}

/** Inputs that have to be fed: those that no weight stands in for. */
export function realInputs(graph: GraphFile): OnnxValue[] {
  const weights = new Set(graph.model.graph.initializers.map(({ name }) => name));
  return graph.model.graph.inputs.filter(({ name }) => !weights.has(name));
}

/** The first of `names` among `values`, else the first that `fallback` accepts. */
export function pickValue(
  values: readonly OnnxValue[],
  names: readonly string[],
  fallback: (value: OnnxValue) => boolean,
): OnnxValue | undefined {
  for (const name of names) {
    const value = values.find((candidate) => candidate.name === name);
    if (value !== undefined) return value;
  }
  return values.find(fallback);
}
