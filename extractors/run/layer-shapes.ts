/** Shapes of a vision encoder's layers, and where the patches of a visual lie in them. */
import type { Layer } from '../../core/artifacts/hidden-states.ts';
import { PlumblineError } from '../../core/errors.ts';
import type { Layout, TilePlan, VisionPart, Visual } from '../families/family.ts';
import { layoutOfTiles } from '../families/layout.ts';
import { DATA_TYPE } from '../onnx/model.ts';
import { openSession } from './session.ts';
import { blankVisual } from './visuals.ts';

/** How a layer's tensor is read, and its own patches. */
export interface LayerShape {
  readonly rank: number;
  /** Numbers a row; null where it wasn't looked at, since the graph tells. */
  readonly width: number | null;
  /** Four axes with the channels second ([B, C, H, W]) instead of last. */
  readonly channelsFirst: boolean;
  /** Rows of each tile before its patches: class token, registers. */
  readonly prefix: number;
  /** Rows and columns where they are not those of the tile's own grid. */
  readonly grid: { readonly rows: number; readonly columns: number } | null;
}

const shapeName = (layer: string): string => `plumbline.shape.${layer}`;

/**
 * Runs a black picture to see the layers' shapes: through the embedding alone where all layers have as many rows (the
 * layers after it are cut off, so this costs next to nothing), else through all of them.
 * @throws PlumblineError `patch-mismatch`, `not-tokens`
 */
export async function layerShapes(part: VisionPart, layers: readonly Layer[]): Promise<Map<string, LayerShape>> {
  const { graph, found } = part;
  if (layers.length === 0) return new Map();
  const probed = found.uniform ? [found.layers[0]] : layers;
  const visual = blankVisual(part);
  const session = await openSession(
    graph,
    {
      nodes: probed.map(({ name, tensor }) => ({ op: 'Shape', inputs: [tensor], outputs: [shapeName(name)] })),
      outputs: probed.map(({ name }) => ({ name: shapeName(name), dataType: DATA_TYPE.int64 })),
    },
    1,
  );
  try {
    const outputs = await session.feed(visual.feeds);
    const shapes = probed.map(({ name }) => Array.from(outputs[shapeName(name)].data as BigInt64Array, Number));
    return new Map(
      layers.map((layer, i) => [layer.name, readShape(part, visual, layer, found.uniform ? shapes[0] : shapes[i])]),
    );
  } finally {
    await session.release();
  }
}

function readShape(part: VisionPart, { tiles }: Visual, layer: Layer, dims: readonly number[]): LayerShape {
  const patches = tiles.reduce((sum, { grid }) => sum + grid.rows * grid.columns, 0);
  const [tile] = tiles;
  if (dims.length === 4) {
    // Channels last only where the graph's weights say so.
    const channelsFirst = !(layer.width > 0 && dims[1] !== layer.width && dims[3] === layer.width);
    const grid = channelsFirst ? { rows: dims[2], columns: dims[3] } : { rows: dims[1], columns: dims[2] };
    return { rank: 4, width: channelsFirst ? dims[1] : dims[3], channelsFirst, prefix: 0, grid };
  }
  if (dims.length !== 2 && dims.length !== 3)
    throw new PlumblineError(
      'not-tokens',
      `the layer ${layer.name} has ${dims.length} axes, [batch, tokens, width] were expected`,
      { where: part.graph.path, hint: 'only encoders that split the picture into tokens can be read' },
    );
  const width = part.found.uniform ? null : dims.at(-1)!;
  const rows = dims.slice(0, -1).reduce((product, size) => product * size, 1);
  const extra = (rows - patches) / tiles.length;
  if (part.prefix !== undefined && patches > 1 && extra !== part.prefix && extra > -1)
    throw new PlumblineError(
      'patch-mismatch',
      `the layer ${layer.name} has ${rows} rows, ${part.prefix} + ${patches} patches were described`,
      { where: part.graph.path, hint: 'check rows, columns and prefix' },
    );
  if (extra >= 0 && Number.isInteger(extra) && (part.found.uniform || patches > 1))
    return { rank: dims.length, width, channelsFirst: false, prefix: extra, grid: null };
  // Fewer rows than patches in one picture: a later stage of a pyramid, whose grid keeps the proportions.
  const shrink = Math.sqrt(rows / patches);
  const grid = { rows: Math.round(tile.grid.rows * shrink), columns: Math.round(tile.grid.columns * shrink) };
  if (part.found.uniform || tiles.length > 1 || grid.rows * grid.columns !== rows)
    throw new PlumblineError(
      'patch-mismatch',
      `its layers hold fewer tokens than the ${tile.grid.rows} × ${tile.grid.columns} patches that config.json implies`,
      { where: part.graph.path, hint: 'check patch_size, and the size in preprocessor_config.json' },
    );
  return { rank: dims.length, width, channelsFirst: false, prefix: 0, grid };
}

/** Where the patches of a visual lie in a layer of this shape. */
export function layoutOf(shape: LayerShape, visual: Visual): Layout {
  const { grid, prefix } = shape;
  if (grid === null) return layoutOfTiles(visual.tiles, prefix);
  const tiles = visual.tiles.map(({ pictures, placement }): TilePlan => {
    const patch = placement.output.width / grid.columns;
    return { pictures, placement, grid: { ...grid, patch, patchHeight: placement.output.height / grid.rows } };
  });
  return layoutOfTiles(tiles, prefix);
}
