import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkSet } from '../../../contrast-sets/check.ts';
import { readContrastSet } from '../../../contrast-sets/io.ts';
import { answerByProgram } from '../../../contrast-sets/programs/index.ts';
import { pixelHash, readMask } from '../../../contrast-sets/render/png.ts';
import { renderScene } from '../../../contrast-sets/render/render.ts';
import { frameOf, project } from '../../../contrast-sets/scene/camera.ts';
import { bodyId } from '../../../contrast-sets/scene/solids.ts';
import { views } from '../../../contrast-sets/views/generator.ts';
import { viewsParametersSchema } from '../../../contrast-sets/views/parameters.ts';
import { planViews } from '../../../contrast-sets/views/plan.ts';
import { sampleViews } from '../../../contrast-sets/views/sample.ts';
import { itemsOf, type ContrastSet } from '../../../core/artifacts/contrast-set.ts';
import { readCorrespondences } from '../../../core/artifacts/correspondences.ts';
import { SLOW } from '../../slow.ts';

const parameters = viewsParametersSchema.parse({ scenes: 48 });
const specs = planViews(8, parameters);

describe('pictures of views', () => {
  /** Change these only together with the generator's version. */
  it('are these very bytes on every machine', () => {
    const {
      scene,
      views: [first, second],
      onlyOthers,
      onlyFirst,
    } = sampleViews(specs[2], 8, parameters);
    const hashes = [
      pixelHash(renderScene({ ...scene, camera: first.camera, hidden: onlyOthers }, 96, 96)),
      pixelHash(renderScene({ ...scene, camera: second.camera, hidden: onlyFirst }, 448, 448)),
    ];
    expect(hashes.map((hash) => hash.slice(0, 16))).toEqual(['fa5c864718c5ab70', 'f9bca0e77be1db5b']);
  });

  it('show patterned bodies: four sides of an object differ, and the pattern turns with it', () => {
    const { scene } = sampleViews(specs[0], 8, parameters);
    const look = (yaw: number, cameraYaw: number): number[] => {
      const r = 3;
      const camera = {
        height: 0.45,
        pitch: 0,
        fov: 30,
        yaw: cameraYaw,
        position: [-r * Math.sin((cameraYaw * Math.PI) / 180), -r * Math.cos((cameraYaw * Math.PI) / 180)] as const,
      };
      const object = {
        colour: 'red',
        shape: 'sphere',
        size: 0.9,
        yaw,
        support: 'ground',
        position: [0, 0.45, 0],
        pattern: { kind: 'patches', seed: 5 },
      } as const;
      const light = { ...scene.light, sun: 0 };
      const { rgb, ids } = renderScene({ ...scene, camera, light, objects: [object], noise: 0 }, 64, 64);
      return [...ids].flatMap((id, at) => (id === bodyId(0) ? [rgb[3 * at], rgb[3 * at + 1], rgb[3 * at + 2]] : []));
    };
    const apart = (a: number[], b: number[]): number => a.reduce((sum, v, i) => sum + Math.abs(v - b[i]), 0) / a.length;
    const sides = [0, 90, 180, 270].map((yaw) => look(yaw, 0));
    // Going round it by 90° shows what turning it by 90° the other way does; the ground at the outline differs a
    // little.
    expect(apart(look(0, 90), look(-90, 0))).toBeLessThan(1);
    for (let i = 0; i < 4; i++) for (let j = 0; j < i; j++) expect(apart(sides[i], sides[j])).toBeGreaterThan(5);
  });
});

describe('plan of views', () => {
  it('deals out bins, strata, sides and distractors in balance', () => {
    const requests = specs.flatMap(({ views: all }) => all);
    const count = (of: (request: (typeof requests)[number]) => number): number[] => {
      const counts = new Map<number, number>();
      for (const request of requests) counts.set(of(request), (counts.get(of(request)) ?? 0) + 1);
      return [...counts.values()];
    };
    expect(count(({ bin, stratum }) => 10 * bin + stratum)).toEqual(Array.from({ length: 12 }, () => 4));
    expect(count(({ side }) => side)).toEqual([24, 24]);
    expect(count(({ without }) => without)).toEqual([24, 24]);
    expect(specs.filter(({ distractors }) => distractors === 'both')).toHaveLength(16);
  });

  it('the camera that goes to its right stands to the right of the first one', () => {
    for (const spec of specs.slice(0, 12)) {
      const world = sampleViews(spec, 8, parameters);
      const [first, second] = world.views;
      const [low, high] = parameters.bins[spec.views[0].bin];
      expect(second.viewpoint).toBeGreaterThanOrEqual(low);
      expect(second.viewpoint).toBeLessThanOrEqual(high);
      // Seen from the first camera, which looks at the middle, the second one's place on the circle is on that side.
      const [x, z] = second.camera.position!;
      const [cx, cz] = world.centre;
      const scale = first.distance / second.distance;
      const { u, depth } = project(frameOf(first.camera, 1), [cx + (x - cx) * scale, 0.3, cz + (z - cz) * scale]);
      expect(Math.sign(depth)).toBe(1);
      expect(Math.sign(u - 0.5)).toBe(spec.views[0].side);
    }
  });
});

describe('set of views', () => {
  const folder = mkdtempSync(join(tmpdir(), 'plumbline-views-'));
  let set: ContrastSet;
  beforeAll(async () => {
    await views.generate({
      directory: join(folder, 'a'),
      seed: 8,
      workers: 2,
      parameters: { scenes: 12, size: 112, depthMaps: true },
    });
    set = await readContrastSet(join(folder, 'a'));
  }, 120_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('passes the checks', async () => {
    const { results } = await checkSet(set);
    expect(results.filter(({ status }) => status === 'failed')).toEqual([]);
  });

  it('exchanging the pictures turns the camera’s way round', () => {
    const moves = set.pairs.filter(({ axis }) => axis === 'view-direction');
    expect(moves).toHaveLength(12);
    for (const { first, second } of moves) {
      expect(second.images).toEqual([...first.images].reverse());
      expect(answerByProgram(first)).toBe(first.answer);
      expect(first.answer).not.toBe(second.answer);
      // A planted wrong answer is found: with the places exchanged the program says the other side.
      const { cameras, centre } = first.facts as {
        cameras: { x: number; z: number }[];
        centre: { x: number; z: number };
      };
      expect(answerByProgram({ ...first, facts: { cameras: [...cameras].reverse(), centre } })).toBe(second.answer);
    }
  });

  it('an object is visible in both exactly where both masks show it', async () => {
    const asked = itemsOf(set).filter(({ axis }) => axis === 'co-visibility');
    expect(asked).toHaveLength(24);
    for (const item of asked) {
      const { subject } = item.program as unknown as { subject: string };
      const label = item.objects.find(({ name }) => name === subject)!.label!;
      const shown = await Promise.all(
        item.masks!.map(async (mask) => (await readMask(join(set.directory, mask))).labels.includes(label)),
      );
      expect(shown.filter(Boolean).length).toBe(item.answer === 'Yes' ? 2 : 1);
    }
  });

  it('an intervention changes one of the two pictures', () => {
    for (const { first, second } of set.pairs.filter(({ axis }) => axis === 'co-visibility'))
      expect(first.images.filter((image) => second.images.includes(image))).toHaveLength(1);
  });

  it('carries ground truth in both directions, with the stratum asked for', async () => {
    let inside = 0;
    const withTruth = itemsOf(set).filter(
      ({ axis, correspondences }) => axis === 'view-direction' && correspondences !== undefined,
    );
    expect(withTruth).toHaveLength(24);
    for (const { correspondences, difficulty, images } of withTruth) {
      const truth = await readCorrespondences(join(set.directory, correspondences!));
      expect(difficulty).toBeCloseTo(1 - truth.overlap, 4);
      expect(truth.visible.length).toBeGreaterThan(500);
      if (!images[0].endsWith('-0.png')) continue;
      const spec = planViews(8, { ...parameters, scenes: 12 }).find(({ id }) => images[0].includes(id))!;
      const [low, high] = [
        [0, 0.33],
        [0.33, 0.66],
        [0.66, 1],
      ][spec.views[0].stratum];
      if (1 - truth.overlap >= low - 0.02 && 1 - truth.overlap <= high + 0.02) inside++;
    }
    expect(inside).toBe(12);
  });

  it('with distractors, something is in one picture’s world alone', () => {
    for (const item of itemsOf(set).filter(({ axis }) => axis === 'view-direction')) {
      const names = [0, 1].map(
        (picture) => new Set(item.objects.filter((object) => object.picture === picture).map(({ name }) => name)),
      );
      const forth = item.images[0].endsWith('-0.png');
      const alone = (a: number, b: number): number => [...names[a]].filter((name) => !names[b].has(name)).length;
      if (item.variant!.distractors !== 'none') expect(alone(forth ? 1 : 0, forth ? 0 : 1)).toBeGreaterThan(0);
      if (item.variant!.distractors === 'both') expect(alone(forth ? 0 : 1, forth ? 1 : 0)).toBeGreaterThan(0);
    }
  });

  it('is the same set whatever the number of threads', SLOW, async () => {
    await views.generate({
      directory: join(folder, 'b'),
      seed: 8,
      workers: 1,
      parameters: { scenes: 12, size: 112, depthMaps: true },
    });
    for (const file of ['set.json', 'pairs.jsonl'])
      expect(readFileSync(join(folder, 'b', file), 'utf8')).toBe(readFileSync(join(folder, 'a', file), 'utf8'));
    const { correspondences } = itemsOf(set).find((item) => item.correspondences !== undefined)!;
    expect(readFileSync(join(folder, 'b', correspondences!))).toEqual(
      readFileSync(join(folder, 'a', correspondences!)),
    );
  });

  it('three cameras: each further picture is paired with the first', SLOW, async () => {
    const { directory } = await views.generate({
      directory: join(folder, 'c'),
      seed: 2,
      workers: 1,
      parameters: { scenes: 3, views: 3, size: 64 },
    });
    const three = await readContrastSet(directory);
    expect(three.pairs).toHaveLength(3 * 2 * 2);
    expect(three.header.counts.images).toBe(3 * (3 + 2));
    expect((await checkSet(three)).results.filter(({ status }) => status === 'failed')).toEqual([]);
  });
});
