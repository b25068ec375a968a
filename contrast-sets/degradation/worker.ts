/**
 * Worker thread of `generate.ts`: degrades the pictures of one scene in every kind and severity, and pairs each item
 * with its degraded twin.
 */
import { copyFile, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { workerData } from 'node:worker_threads';
import sharp from 'sharp';
import { conditionFor, type Item, type Pair, type SceneObject } from '../../core/artifacts/contrast-set.ts';
import { Random } from '../../core/random.ts';
import { serveJobs } from '../../core/worker-pool.ts';
import type { SceneOutput } from '../build.ts';
import { pixelHash, readPixels, writePng, type Pixels } from '../render/png.ts';
import { degradationKind } from './kinds/index.ts';
import type { Degraded, Severity } from './kinds/kind.ts';
import type { DegradationParameters } from './parameters.ts';

export interface DegradationSpec {
  readonly group: string;
  /** One pair of the source an item of the scene; its first side is degraded. */
  readonly pairs: readonly Pair[];
}

export interface DegradationWorkerOptions extends DegradationParameters {
  readonly directory: string;
  readonly seed: number;
}

const { directory, seed, source, kinds, severities } = workerData as DegradationWorkerOptions;
// The threads of this pool already fill the processors.
sharp.concurrency(1);

const degradedFile = (image: string, kind: string, severity: number): string =>
  image.replace(/(\.\w+)?$/, `-${kind}-${severity}.png`);

/** The box of what was inside a box, after every point moved; clipped to the picture. */
function movedBox(
  [x, y, w, h]: NonNullable<SceneObject['box']>,
  moved: NonNullable<Degraded['moved']>,
  { width, height }: Pixels,
): NonNullable<SceneObject['box']> {
  const steps = [0, 0.25, 0.5, 0.75, 1];
  const edge = steps.flatMap((s) => [
    moved(x + s * w, y),
    moved(x + s * w, y + h),
    moved(x, y + s * h),
    moved(x + w, y + s * h),
  ]);
  const [left, right] = [
    Math.max(0, Math.min(...edge.map(([px]) => px))),
    Math.min(width, Math.max(...edge.map(([px]) => px))),
  ];
  const [top, bottom] = [
    Math.max(0, Math.min(...edge.map(([, py]) => py))),
    Math.min(height, Math.max(...edge.map(([, py]) => py))),
  ];
  const round = (value: number): number => Math.round(value * 100) / 100;
  return [round(left), round(top), round(right - left), round(bottom - top)];
}

async function degrade({ group, pairs }: DegradationSpec): Promise<SceneOutput> {
  const images: Record<string, string> = {};
  const files = [...new Set(pairs.flatMap(({ first }) => first.images))];
  const clean = new Map<string, Pixels>();
  for (const file of files) {
    const pixels = await readPixels(join(source, file));
    clean.set(file, pixels);
    images[file] = pixelHash(pixels);
  }
  for (const file of new Set([...files, ...pairs.flatMap(({ first }) => first.masks ?? [])])) {
    await mkdir(dirname(join(directory, file)), { recursive: true });
    await copyFile(join(source, file), join(directory, file));
  }
  const out: Pair[] = [];
  for (const name of kinds) {
    const kind = degradationKind(name);
    for (const severity of severities) {
      const results = new Map<string, Degraded>();
      for (const file of files) {
        const degraded = await kind.apply(
          clean.get(file)!,
          kind.levels.values[(severity as Severity) - 1],
          new Random(seed, 'degradation', name, severity, group, file),
        );
        const target = degradedFile(file, name, severity);
        await writePng(join(directory, target), degraded.picture);
        images[target] = pixelHash(degraded.picture);
        results.set(file, degraded);
      }
      const moves = [...results.values()].some(({ moved }) => moved !== undefined);
      for (const pair of pairs) {
        // Where things move, two that are nearly level can trade places.
        if (moves && conditionFor(pair) === 'ambiguous') continue;
        const second = degradedItem(pair.first, name, severity, results);
        out.push({ ...pair, id: second.item, kind: 'perturbation', second: moves ? withoutMaps(second) : second });
      }
    }
  }
  return { pairs: out, images };
}

/** Maps of the clean picture don't lie over one whose parts moved. */
function withoutMaps(item: Item): Item {
  const rest = { ...item };
  delete rest.masks;
  delete rest.depthMaps;
  delete rest.correspondences;
  return rest;
}

function degradedItem(item: Item, name: string, severity: number, results: ReadonlyMap<string, Degraded>): Item {
  return {
    ...item,
    item: `${item.item}-${name}-${severity}`,
    images: item.images.map((file) => degradedFile(file, name, severity)),
    variant: { ...item.variant, degradation: name, severity },
    objects: item.objects.map((object) => {
      const file = item.images[object.picture ?? 0];
      const { moved, picture } = results.get(file)!;
      if (object.box === undefined || moved === undefined) return object;
      return {
        ...object,
        box: movedBox(object.box, moved, picture),
        ...(object.centre && { centre: [...moved(...object.centre)] as [number, number] }),
      };
    }),
  };
}

serveJobs(async (spec: DegradationSpec) => ({ result: await degrade(spec) }));
