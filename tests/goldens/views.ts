/** Views of moved patches in a folder of its own, and their states: the other view's at the moved place, with noise. */
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Pair } from '../../core/artifacts/contrast-set.ts';
import type { CheckpointAccess } from '../../core/definitions/analysis.ts';
import { Random } from '../../core/random.ts';
import { gaussian, movedTruth, patchesOf, placementOf, viewSet } from '../analysis/correspondence/views.ts';

const [ROWS, COLUMNS, WIDTH, SIZE] = [4, 6, 8, 10];
const LAYERS = ['vision.0', 'vision.1'];

export async function viewsInput(
  layers: CheckpointAccess['layers'],
): Promise<{ directory: string; pairs: readonly Pair[]; checkpoint: CheckpointAccess }> {
  const placement = placementOf(ROWS, COLUMNS, SIZE);
  const shifts = Array.from({ length: 8 }, (_, k) => 1 + (k % 2));
  const directory = await mkdtemp(join(tmpdir(), 'plumbline-golden-'));
  const { pairs } = await viewSet(
    directory,
    shifts.map((shift, k) => ({
      truth: movedTruth(placement, (x, y) => [x - shift * SIZE, y], 15 + 20 * (k % 3)),
      variant: { interval: shift },
    })),
  );
  const patches = patchesOf(placement, LAYERS, (layer, image) => {
    const k = Number.parseInt(image);
    const [second, noise] = [image.endsWith('b.png'), layer === 'vision.0' ? 0.9 : 0.4];
    const scene = gaussian(ROWS * COLUMNS, WIDTH, new Random(4, layer, k));
    const own = gaussian(ROWS * COLUMNS, WIDTH, new Random(4, layer, image));
    const data = own.data.map((value, at) => {
      const [patch, j] = [Math.floor(at / WIDTH), at % WIDTH];
      const [r, c] = [Math.floor(patch / COLUMNS), patch % COLUMNS];
      const from = second ? c + shifts[k] : c;
      return from < COLUMNS ? scene.data[(r * COLUMNS + from) * WIDTH + j] + noise * value : value;
    });
    return { ...own, data };
  });
  const checkpoint: CheckpointAccess = {
    layers,
    answersUnder: () => Promise.reject(new Error('a checkpoint without answers')),
    densePatches: () => Promise.resolve(patches),
  };
  return { directory, pairs, checkpoint };
}
