/** Pairs of views with known ground truth, written as a set of views, and states in memory. */
import { join } from 'node:path';
import type { ContrastSet, Item, Pair } from '../../../core/artifacts/contrast-set.ts';
import { writeCorrespondences, type Correspondences } from '../../../core/artifacts/correspondences.ts';
import { type DensePatches, patchCentre, type PatchPlacement } from '../../../core/artifacts/dense-patches.ts';
import type { Matrix } from '../../../core/matrix.ts';
import { Random } from '../../../core/random.ts';

export const placementOf = (rows: number, columns: number, size = 10): PatchPlacement => ({
  picture: { width: columns * size, height: rows * size },
  grid: { rows, columns },
  patch: { width: size, height: size },
  left: 0,
  top: 0,
});

/** One point at the centre of every patch, moved by `move`; visible where it stays inside. */
export function movedTruth(
  placement: PatchPlacement,
  move: (x: number, y: number) => readonly [number, number],
  viewpoint = 20,
): Correspondences {
  const { grid, picture } = placement;
  const n = grid.rows * grid.columns;
  const points = new Float32Array(4 * n);
  const visible = new Uint8Array(n);
  for (let i = 0; i < n; i++) {
    const from = patchCentre(placement, i);
    const to = move(...from);
    points.set([...from, ...to], 4 * i);
    visible[i] = to[0] >= 0 && to[0] < picture.width && to[1] >= 0 && to[1] < picture.height ? 1 : 0;
  }
  return {
    points,
    visible,
    depth: new Float32Array(2 * n).fill(2),
    object: new Int32Array(n).fill(1),
    pictures: [picture, picture],
    viewpoint,
    overlap: visible.reduce((sum, v) => sum + v, 0) / n,
  };
}

export interface TestView {
  readonly truth: Correspondences;
  readonly group?: string;
  readonly variant?: Item['variant'];
}

/** Writes the ground truth of view pairs into a folder; pair k has the pictures `ka.png` and `kb.png`. */
export async function viewSet(
  directory: string,
  views: readonly TestView[],
): Promise<Pick<ContrastSet, 'directory' | 'pairs'>> {
  const pairs: Pair[] = [];
  for (const [k, { truth, group = `scene-${k}`, variant }] of views.entries()) {
    const correspondences = `correspondences/${k}.safetensors`;
    await writeCorrespondences(join(directory, correspondences), truth);
    const item: Item = {
      item: `view-${k}`,
      images: [`${k}a.png`, `${k}b.png`],
      question: 'Where is it?',
      options: ['here', 'there'],
      answer: 'here',
      objects: [],
      correspondences,
      variant,
    };
    pairs.push({
      id: `pair-${k}`,
      group,
      axis: 'correspondence',
      kind: 'perturbation',
      conditions: {},
      first: item,
      second: item,
      nuisance: {},
    });
  }
  return { directory, pairs };
}

export function gaussian(rows: number, cols: number, random: Random): Matrix<Float32Array> {
  return { data: Float32Array.from({ length: rows * cols }, () => random.normal()), rows, cols };
}

/** States made on demand from layer and picture. */
export function patchesOf(
  placement: PatchPlacement,
  layers: readonly string[],
  make: (layer: string, image: string) => Matrix<Float32Array>,
): DensePatches {
  return { layers, placement: () => placement, read: (layer, image) => Promise.resolve(make(layer, image)) };
}

/** Random states, each picture and layer its own. */
export const randomPatches = (
  placement: PatchPlacement,
  layers: readonly string[],
  width = 16,
  seed = 3,
): DensePatches =>
  patchesOf(placement, layers, (layer, image) =>
    gaussian(placement.grid.rows * placement.grid.columns, width, new Random(seed, layer, image)),
  );
