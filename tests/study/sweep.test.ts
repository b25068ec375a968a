/** A sweep of a small ViT over views of a textured plane that slides across the picture. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { writeCorrespondences } from '../../core/artifacts/correspondences.ts';
import { openRun } from '../../study/record.ts';
import { sweep } from '../../study/sweep.ts';
import { temporaryFolder } from '../extractors/support.ts';
import { EDGE, slidingViews, vit } from './sliding-views.ts';
import { SLOW } from '../slow.ts';

let folder: string;
let views: string;
let checkpoint: string;

beforeAll(async () => {
  folder = await temporaryFolder();
  checkpoint = await vit(join(folder, 'vit'));
  views = await slidingViews(join(folder, 'views'), 24);
});

test('raw RGB finds a plane that only slides; nothing is done twice; states go when they are used', SLOW, async () => {
  const out = join(folder, 'run');
  const { record, best: picked, results, csv } = await sweep({ checkpoints: [checkpoint], sets: [views], out });
  const [best] = picked;
  expect(best).toMatchObject({ checkpoint: 'vit', set: 'views', measure: 'PCK@2' });
  expect(best.rawRgb!.value).toBe(1);
  expect(best.planted.value).toBe(1);
  // Half of the planes move by one patch, within PCK@2; the others by two, which lies on its edge.
  expect(best.samePosition.value).toBe(1);
  expect(best.chance).toBeGreaterThan(0.3);
  const [{ result }] = results;
  expect(result.layers.map(({ layer }) => layer)).toEqual([
    'vision.embed',
    'vision.0',
    'vision.1',
    'vision.2',
    'vision.out',
  ]);
  expect(result.bins.map(({ pairs }) => pairs)).toEqual([6, 6, 6, 6]);
  const still = result.baselines
    .find(({ name }) => name === 'same position')!
    .pck.find(({ threshold, bin }) => threshold === 'PCK@1' && bin === 'all')!;
  // 12 points a picture one patch away are right, 8 two patches away wrong.
  expect(still.perPoint.value).toBeCloseTo(12 / 20, 12);
  expect(still.perImage.value).toBe(0.5);
  expect(await readdir(join(out, 'states', 'vit', 'views'))).toEqual([]);

  const lines = (await readFile(csv, 'utf8')).trimEnd().split('\r\n');
  expect(lines[0].split(',').slice(0, 8)).toEqual([
    'checkpoint',
    'set',
    'kind',
    'layer',
    'measure',
    'bin',
    'mean',
    'value',
  ]);
  expect(lines.some((line) => line.startsWith('vit,views,baseline,planted coordinates,PCK@1,all,per image,1,'))).toBe(
    true,
  );
  expect((await openRun(out)).record).toEqual(record);
  expect(record.studies.map(({ preset }) => preset)).toEqual(['sweep']);

  const file = join(out, 'results', 'vit', 'views', 'correspondence.json');
  const before = (await stat(file)).mtimeMs;
  let stages = 0;
  const again = await sweep({ checkpoints: [checkpoint], sets: [views], out, onProgress: () => stages++ });
  expect(stages).toBe(0);
  expect((await stat(file)).mtimeMs).toBe(before);
  expect(again.results).toEqual(results);
});

test('an interrupted sweep goes on, keeps states when asked to, and gives the same numbers', SLOW, async () => {
  const out = join(folder, 'stopped');
  const controller = new AbortController();
  const stop = sweep({
    checkpoints: [checkpoint],
    sets: [views],
    out,
    signal: controller.signal,
    onProgress: ({ stage }) => stage === 'vit: correspondence' && controller.abort(new Error('stop')),
  });
  await expect(stop).rejects.toThrow('stop');
  expect(await readdir(join(out, 'states', 'vit', 'views', 'dense'))).toContain('dense.json');
  const stages = new Set<string>();
  const { results } = await sweep({
    checkpoints: [checkpoint],
    sets: [views],
    out,
    keepStates: true,
    onProgress: ({ stage }) => stages.add(stage),
  });
  expect([...stages]).toEqual(['vit: correspondence']);
  expect(await readdir(join(out, 'states', 'vit', 'views', 'dense'))).toContain('dense.json');
  const whole = await sweep({ checkpoints: [checkpoint], sets: [views], out: join(folder, 'run') });
  expect(results).toEqual(whole.results);
});

test('changed ground truth is computed again; missing sets and checkpoints are named', async () => {
  const other = await slidingViews(join(folder, 'other'), 4);
  const out = join(folder, 'changed');
  const first = await sweep({ checkpoints: [checkpoint], sets: [other], out, layers: ['vision.1'] });
  expect(first.results[0].result.layers.map(({ layer }) => layer)).toEqual(['vision.1']);
  const point = {
    points: Float32Array.of(4, 4, 4, 4),
    visible: Uint8Array.of(1),
    depth: Float32Array.of(1, 1),
    object: Int32Array.of(1),
    pictures: [
      { width: EDGE, height: EDGE },
      { width: EDGE, height: EDGE },
    ] as const,
    viewpoint: 0,
    overlap: 1,
  };
  await writeCorrespondences(join(other, 'correspondences/0.safetensors'), point);
  const second = await sweep({ checkpoints: [checkpoint], sets: [other], out, layers: ['vision.1'] });
  expect(second.results[0].result).not.toEqual(first.results[0].result);
  expect(second.results[0].result.points.visible).toBe(first.results[0].result.points.visible - 11);
  await expect(sweep({ checkpoints: [checkpoint], sets: [] })).rejects.toMatchObject({ code: 'no-set' });
  await expect(sweep({ checkpoints: [], sets: [views] })).rejects.toMatchObject({ code: 'no-checkpoint' });
  await expect(sweep({ checkpoints: [checkpoint], sets: [join(folder, 'none')] })).rejects.toMatchObject({
    code: 'set-not-found',
  });
});
