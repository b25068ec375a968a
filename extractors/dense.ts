/**
 * Dense extraction: the state of every patch of every picture, at the layers before the text, for correspondence
 * between views.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { itemsOf, type ContrastSet } from '../core/artifacts/contrast-set.ts';
import { type DensePatches, type PatchPlacement, patchCentre, PIXELS } from '../core/artifacts/dense-patches.ts';
import type { Layer } from '../core/artifacts/hidden-states.ts';
import { PlumblineError } from '../core/errors.ts';
import {
  DENSE_FILE,
  type DenseHeader,
  hasDenseShard,
  openDensePatches,
  writeDenseHeader,
  writeDenseShard,
} from '../core/formats/dense-patches.ts';
import { hashValue } from '../core/formats/hash.ts';
import type { OnProgress } from '../core/progress.ts';
import { type Checkpoint, checkpointHash } from './checkpoint/open.ts';
import type { Layout, Visual, VisionPart } from './families/family.ts';
import { decodeImage } from './preprocess/image.ts';
import { resizeImage } from './preprocess/resample.ts';
import { checkDevice, type Device } from './run/device.ts';
import { layerShapes, layoutOf } from './run/layer-shapes.ts';
import { VisionRunner } from './run/vision.ts';
import { loadVisuals, type Region } from './run/visuals.ts';

export interface DenseOptions {
  readonly checkpoint: Checkpoint;
  readonly set: ContrastSet;
  /** Folder for the states; made when missing. */
  readonly directory: string;
  /** Names of layers of the vision encoder or the projector; by default all but the sums inside blocks (`….attn`). */
  readonly layers?: readonly string[] | undefined;
  /** Where the encoder runs; defaults to *cpu*. */
  readonly device?: Device;
  readonly onProgress?: OnProgress | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Raised when the numbers, or how they are stored, come out differently. */
const DENSE_VERSION = 1;
const MAX_PICTURES = 16;
const SHARD_BYTES = 64 << 20;
const FLOAT = 4;
/** Edge of a patch in the raw-RGB baseline, in pixels. */
const RGB_EDGE = 8;

/**
 * Reads the states of all patches of a set's pairs of views. Shards are written as they are finished: a second call
 * with the same inputs reads the folder, and one after an interruption goes on. Layers whose patches are not those of
 * the first layer (pyramids, projectors that merge patches) are left out and named in the header.
 * @throws PlumblineError `no-vision`, `no-views`, `unknown-layer`, `tiled-pictures`, and as `extract`
 */
export async function extractDense({
  checkpoint,
  set,
  directory,
  layers: names,
  device = 'cpu',
  onProgress,
  signal,
}: DenseOptions): Promise<DensePatches & { readonly header: DenseHeader }> {
  signal?.throwIfAborted();
  checkDevice(device);
  const part = checkpoint.vision;
  if (part === null)
    throw new PlumblineError('no-vision', 'the checkpoint has no vision encoder', {
      where: checkpoint.directory,
      hint: 'correspondence is read from patches of pictures',
    });
  const images = [...new Set(itemsOf(set).flatMap((item) => (item.correspondences === undefined ? [] : item.images)))];
  if (images.length === 0)
    throw new PlumblineError('no-views', 'no item of this set has correspondences between two pictures', {
      where: set.directory,
      hint: 'make a set of views: plumbline generate views',
    });
  const wanted = layersNamed(checkpoint, names);
  const hash = await checkpointHash(checkpoint, signal);
  const key = hashValue({
    version: DENSE_VERSION,
    checkpoint: hash,
    pictures: images.map((image) => set.header.imageHashes[image] ?? image),
    images,
    layers: wanted.map(({ name, tensor, file }) => ({ name, tensor, file })),
    ...(device !== 'cpu' && { device }),
  });
  if (await isFinished(directory, key)) return openDensePatches(directory);

  const shapes = await layerShapes(
    part,
    wanted.filter((layer) => layer.part === 'vision'),
  );
  const layoutIn = (layer: Layer, visual: Visual): Layout =>
    shapes.has(layer.name) ? layoutOf(shapes.get(layer.name)!, visual) : visual.features!;
  const [sample] = await loadVisuals(
    part,
    set.directory,
    [{ kind: 'picture', images: [images[0]] }],
    set.header.imageHashes,
  );
  const gridOf = (layer: Layer): string =>
    layoutIn(layer, sample)
      .tiles.map(({ grid }) => `${grid.rows} × ${grid.columns}`)
      .join(', ');
  const [first] = wanted;
  const same = wanted.filter((layer) => gridOf(layer) === gridOf(first));
  const runner = await VisionRunner.open(part, same, { features: false, device });
  try {
    const held = same.map((layer) => ({ ...layer, width: runner.widthOf(layer) }));
    const { grid } = placementOf(layoutIn(first, sample), sample, images[0]);
    const patches = grid.rows * grid.columns;
    const pixels = 3 * RGB_EDGE ** 2;
    const picturesPerShard = Math.max(
      1,
      Math.min(
        MAX_PICTURES,
        Math.floor(SHARD_BYTES / (FLOAT * patches * (pixels + held.reduce((sum, { width }) => sum + width, 0)))),
      ),
    );
    const pictures: DenseHeader['pictures'] = [];
    for (let start = 0; start < images.length; start += picturesPerShard) {
      signal?.throwIfAborted();
      const chunk = images.slice(start, start + picturesPerShard);
      const visuals = await loadVisuals(
        part,
        set.directory,
        chunk.map((image) => ({ kind: 'picture', images: [image] })),
        set.header.imageHashes,
      );
      const placements = visuals.map((visual, i) => placementOf(layoutIn(first, visual), visual, chunk[i]));
      pictures.push(...chunk.map((image, i) => ({ image, placement: placements[i] })));
      const shard = start / picturesPerShard;
      if (!(await hasDenseShard(directory, shard, key))) {
        const states = await runAll(runner, part, visuals, placements, held, patches);
        const rgb = new Float32Array(chunk.length * patches * pixels);
        for (const [i, image] of chunk.entries())
          rgb.set(await rgbPatches(join(set.directory, image), placements[i]), i * patches * pixels);
        await writeDenseShard(directory, shard, key, grid, chunk.length, states.set(PIXELS, rgb));
      }
      onProgress?.({
        stage: `extract ${checkpoint.name}`,
        done: start + chunk.length,
        total: images.length,
        unit: 'pictures',
      });
    }
    await writeDenseHeader(directory, {
      format: 'plumbline-dense-patches',
      version: 1,
      key,
      checkpoint: { name: checkpoint.name, hash },
      set: { name: set.header.name, hash: set.header.hash },
      grid: { rows: grid.rows, columns: grid.columns },
      layers: held,
      otherGrids: wanted.filter((layer) => !same.includes(layer)).map(({ name }) => name),
      pixels,
      picturesPerShard,
      pictures,
    });
  } finally {
    await runner.release();
  }
  return openDensePatches(directory);
}

function layersNamed(checkpoint: Checkpoint, names: readonly string[] | undefined): Layer[] {
  const readable = checkpoint.layers.filter(({ part }) => part !== 'text');
  if (names === undefined) return readable.filter(({ kind }) => kind !== 'attn');
  return [...new Set(names)].map((name) => {
    const layer = readable.find((candidate) => candidate.name === name);
    if (layer !== undefined) return layer;
    throw new PlumblineError('unknown-layer', `no layer \`${name}\` with patches of pictures`, {
      where: checkpoint.name,
      hint: `layers are ${readable.map((candidate) => candidate.name).join(', ')}`,
    });
  });
}

async function isFinished(directory: string, key: string): Promise<boolean> {
  const text = await readFile(join(directory, DENSE_FILE), 'utf8').catch(() => '');
  if (!text.includes(key)) return false;
  const { header } = await openDensePatches(directory);
  for (let shard = 0; shard * header.picturesPerShard < header.pictures.length; shard++)
    if (!(await hasDenseShard(directory, shard, key))) return false;
  return true;
}

/** Where the patches of a layer lie in the original picture. */
function placementOf({ tiles }: Layout, { originals: [picture] }: Visual, image: string): PatchPlacement {
  if (tiles.length !== 1)
    throw new PlumblineError('tiled-pictures', `this model cuts the picture into ${tiles.length} tiles`, {
      where: image,
      hint: 'correspondence needs one grid of patches over the picture: take smaller pictures, or another checkpoint',
    });
  const [{ grid, placement }] = tiles;
  const [scaleX, scaleY] = [picture.width / placement.resized.width, picture.height / placement.resized.height];
  return {
    picture: { width: picture.width, height: picture.height },
    grid: { rows: grid.rows, columns: grid.columns },
    patch: { width: grid.patch * scaleX, height: (grid.patchHeight ?? grid.patch) * scaleY },
    left: placement.left * scaleX,
    top: placement.top * scaleY,
  };
}

/**
 * All layers' states [pictures, P, width]. A patch is pooled alone: by a box around its centre that holds no other's.
 */
async function runAll(
  runner: VisionRunner,
  part: VisionPart,
  visuals: readonly Visual[],
  placements: readonly PatchPlacement[],
  layers: readonly Layer[],
  patches: number,
): Promise<Map<string, Float32Array>> {
  const states = new Map(layers.map(({ name, width }) => [name, new Float32Array(visuals.length * patches * width)]));
  const alone = !part.batchable || part.graph.model.graph.nodes.some(({ op }) => op === 'DynamicQuantizeLinear');
  const size = alone ? 1 : visuals.length;
  for (let start = 0; start < visuals.length; start += size) {
    const regions = placements.slice(start, start + size).map((placement) =>
      Array.from({ length: patches }, (_, i): Region => {
        const [x, y] = patchCentre(placement, i);
        const { width, height } = placement.patch;
        return { box: [x - width / 4, y - height / 4, width / 2, height / 2], picture: 0 };
      }),
    );
    const { pooled } = await runner.run(visuals.slice(start, start + size), regions);
    for (const { name, width } of layers) states.get(name)!.set(pooled.get(name)!, start * patches * width);
  }
  return states;
}

/**
 * The picture's own patches, 8 × 8 pixels of red, green and blue in [0, 1]; black where the model's picture reaches
 * beyond it.
 */
async function rgbPatches(path: string, { picture, grid, patch, left, top }: PatchPlacement): Promise<Float32Array> {
  const [perX, perY] = [RGB_EDGE / patch.width, RGB_EDGE / patch.height];
  const image = resizeImage(
    await decodeImage(path),
    Math.round(picture.width * perX),
    Math.round(picture.height * perY),
    'bilinear',
  );
  const [x0, y0] = [Math.round(left * perX), Math.round(top * perY)];
  const size = 3 * RGB_EDGE ** 2;
  const values = new Float32Array(grid.rows * grid.columns * size);
  for (let row = 0; row < grid.rows * RGB_EDGE; row++) {
    for (let column = 0; column < grid.columns * RGB_EDGE; column++) {
      const [x, y] = [x0 + column, y0 + row];
      if (x < 0 || y < 0 || x >= image.width || y >= image.height) continue;
      const to =
        (Math.floor(row / RGB_EDGE) * grid.columns + Math.floor(column / RGB_EDGE)) * size +
        3 * ((row % RGB_EDGE) * RGB_EDGE + (column % RGB_EDGE));
      for (let channel = 0; channel < 3; channel++)
        values[to + channel] = image.data[3 * (y * image.width + x) + channel] / 255;
    }
  }
  return values;
}
