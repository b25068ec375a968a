/** The arrays of all files, sorted by layer: which rows of which layer each holds. */
import { PlumblineError } from '../../core/errors.ts';
import type { StoredArray } from '../../core/formats/stored-array.ts';
import type { ArrayFile } from './arrays.ts';
import { type NamedLayer, readLayerName, unnamedLayer } from './layers.ts';

/** Rows of one layer in one array. */
export interface Block {
  readonly array: StoredArray;
  /** Elements before the layer's first row. */
  readonly offset: number;
  /** Item ids of the rows. */
  readonly ids: readonly string[];
  /** Name of the file, without folder. */
  readonly file: string;
}

/** One layer and selection with all its rows. */
export interface LayerBlocks {
  readonly named: NamedLayer;
  readonly blocks: readonly Block[];
}

interface Options {
  /** Ids for all files; null where each file holds its own. */
  readonly sharedIds: readonly string[] | null;
  /** What the caller named: a key in the files. */
  readonly idsFrom: string;
  /** Names in place of the arrays' own. */
  readonly layers?: readonly string[] | undefined;
}

interface Slice {
  /** What the array is called, with the layer's number behind it where it holds several. */
  readonly name: string;
  readonly tensor: string;
  readonly width: number;
  readonly block: Block;
}

/** Layers in the order in which the files hold them; rows that several files share out are joined. */
export async function collectBlocks(
  files: readonly ArrayFile[],
  { sharedIds, idsFrom, layers }: Options,
): Promise<LayerBlocks[]> {
  const grouped = new Map<string, Slice[]>();
  for (const [i, file] of files.entries()) {
    const ids = sharedIds ?? (await file.labels(idsFrom));
    if (ids === null)
      throw new PlumblineError(
        'ids-not-given',
        `no item ids: ${idsFrom === 'ids' ? 'the file holds no `ids`' : `\`${idsFrom}\` is no file, and no key in this one`}`,
        {
          where: file.path,
          hint: 'say which row is which item: --ids FILE, an npz array `ids`, or a JSON list `ids` in safetensors metadata',
        },
      );
    const slices = file.arrays.flatMap((array) => slicesOf(file, array, ids));
    if (slices.length === 0)
      throw new PlumblineError('no-arrays', 'the file holds no array of floating-point numbers', {
        where: file.path,
        hint: 'hidden states are float16, bfloat16, float32 or float64',
      });
    for (const slice of slices) {
      // With ids of its own a file may hold other rows of the same layers; with shared ids each array is a layer.
      const group = sharedIds === null ? slice.name : `${i}:${slice.name}`;
      const list = grouped.get(group);
      if (list === undefined) grouped.set(group, [slice]);
      else list.push(slice);
    }
  }
  const groups = [...grouped.values()];
  if (layers !== undefined && layers.length !== groups.length)
    throw new PlumblineError(
      'layers-mismatch',
      `${layers.length} layers are named and the files hold ${groups.length}: ${groups.map(([{ name }]) => name).join(', ')}`,
      { where: files[0].path, hint: 'name all, in this order' },
    );
  return groups.map((slices, i) => {
    const [{ name, tensor, width, block }] = slices;
    const where = `${block.file}:${tensor}`;
    const reading = readLayerName(layers?.[i] ?? name, where);
    if (reading === null) throw unnamedLayer(layers?.[i] ?? name, where);
    const other = slices.find((slice) => slice.width !== width);
    if (other !== undefined)
      throw new PlumblineError(
        'width-mismatch',
        `${name} has ${width} numbers a row in one file and ${other.width} in another`,
        { where: `${other.block.file}:${tensor}`, hint: 'check the files' },
      );
    return { named: { reading, width, tensor, file: block.file }, blocks: slices.map((slice) => slice.block) };
  });
}

/** The layers that an array holds. */
function slicesOf(file: ArrayFile, array: StoredArray, ids: readonly string[]): Slice[] {
  const { shape, name: tensor, where } = array;
  const fileName = file.path.replace(/^.*[/\\]/, '');
  const expected = `[${ids.length}, width] or [layers, ${ids.length}, width]`;
  if ((shape.length !== 2 && shape.length !== 3) || shape.at(-2) !== ids.length || shape.at(-1) === 0) {
    throw new PlumblineError(
      'shape-mismatch',
      `the array is [${shape.join(', ')}]; with ${ids.length} ids, ${expected} was expected`,
      {
        where,
        hint:
          shape.length === 3 && shape[0] === ids.length
            ? 'put the layers first: numpy.moveaxis(array, 1, 0)'
            : 'dump one row an item (the chosen token only) at each layer',
      },
    );
  }
  const width = shape[shape.length - 1];
  const named =
    readLayerName(tensor, where) !== null ? tensor : readLayerName(file.stem, where) !== null ? file.stem : tensor;
  const block = (offset: number): Block => ({ array, offset, ids, file: fileName });
  if (shape.length === 2) return [{ name: named, tensor, width, block: block(0) }];
  const [base, suffix] = tensor.split('@', 2);
  const stem = /^hidden_states?$/i.test(base) || /^hidden_states?$/i.test(file.stem) ? 'hidden_states' : 'layer';
  return Array.from({ length: shape[0] }, (_, layer) => ({
    name: `${stem}.${layer}${suffix === undefined ? '' : `@${suffix}`}`,
    tensor,
    width,
    block: block(layer * ids.length * width),
  }));
}
