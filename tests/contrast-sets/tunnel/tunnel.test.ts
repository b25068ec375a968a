import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkSet } from '../../../contrast-sets/check.ts';
import { readContrastSet } from '../../../contrast-sets/io.ts';
import { pixelHash } from '../../../contrast-sets/render/png.ts';
import { renderTunnel, tunnelFrame, WALL_ID, type TunnelScene } from '../../../contrast-sets/render/tunnel.ts';
import { bodyId } from '../../../contrast-sets/scene/solids.ts';
import { tunnel } from '../../../contrast-sets/tunnel/generator.ts';
import { FAR_SIZES, SIZE_SUM, tunnelParametersSchema } from '../../../contrast-sets/tunnel/parameters.ts';
import { appearanceOf, picturesOf, planTunnel, type TunnelPicture } from '../../../contrast-sets/tunnel/plan.ts';
import { tunnelScene } from '../../../contrast-sets/tunnel/scene.ts';
import { answerIsCanonical, itemsOf, type ContrastSet } from '../../../core/artifacts/contrast-set.ts';
import { SLOW } from '../../slow.ts';

const parameters = tunnelParametersSchema.parse({});
const scene = (
  seed: number,
  appearance: number,
  angles: [number, number],
  far: 0 | 1,
  overrides: object = {},
): TunnelScene => {
  const look = appearanceOf(seed, appearance, parameters);
  const picture = picturesOf({ appearance, angles }, look.objects).find(
    (one) => one.far === far && one.angles.join() === angles.join(),
  )!;
  return tunnelScene(look, picture, { ...parameters, ...overrides });
};

describe('tunnel pictures', () => {
  /** Change these only together with the generator's version. */
  it('are these very bytes on every machine', () => {
    expect(
      [
        pixelHash(renderTunnel(scene(1, 0, [3, 9], 0), 96, 96)),
        pixelHash(renderTunnel(scene(1, 4, [14, 5], 1), 448, 448)),
      ].map((hash) => hash.slice(0, 16)),
    ).toEqual(['99afca23c043cec7', '0aef49354009af07']);
  });

  it('have the analytic depth of the walls, a sphere and a cube within a millimetre', () => {
    const found = [0, 1, 2, 3, 4, 5].map((appearance) => scene(7, appearance, [2, 11], 0));
    const counts = { walls: 0, sphere: 0, cube: 0 };
    let worst = 0;
    for (const one of found) {
      const size = 128;
      const { depth, ids } = renderTunnel(one, size, size);
      const half = Math.tan((one.fov * Math.PI) / 360);
      for (let at = 0; at < ids.length; at++) {
        const [dx, dy] = [((at % size) + 0.5) / size - 0.5, 0.5 - (Math.floor(at / size) + 0.5) / size].map(
          (value) => 2 * half * value,
        );
        if (ids[at] === WALL_ID) {
          counts.walls++;
          worst = Math.max(worst, Math.abs(depth[at] - Math.min(1 / Math.abs(dx), 1 / Math.abs(dy), one.length)));
          continue;
        }
        const { solid: s } = one.solids[ids[at] === bodyId(0) ? 0 : 1];
        const [x, y, z] = [dx * depth[at] - s.x, 1 + dy * depth[at] - s.y, depth[at] - s.z];
        if (s.shape === 'sphere') {
          counts.sphere++;
          const a = dx * dx + dy * dy + 1;
          const b = -(dx * s.x + dy * (s.y - 1) + s.z);
          const c = s.x * s.x + (s.y - 1) ** 2 + s.z * s.z - s.rx * s.rx;
          worst = Math.max(worst, Math.abs(depth[at] - (-b - Math.sqrt(b * b - a * c)) / a));
        } else {
          counts.cube++;
          // On the surface: the largest of the three local coordinates is the half edge. How far the depth is off is at
          // most this times the ray's slope against a face.
          const local = Math.max(Math.abs(x * s.cos - z * s.sin), Math.abs(y), Math.abs(x * s.sin + z * s.cos));
          worst = Math.max(worst, Math.abs(local - s.rx));
        }
      }
    }
    expect(Math.min(...Object.values(counts))).toBeGreaterThan(300);
    expect(worst).toBeLessThan(1e-3);
  });

  it('show objects where the ring is seen at their depth', () => {
    const one = scene(2, 1, [4, 10], 0);
    const frame = tunnelFrame(one, 1);
    const { ids } = renderTunnel(one, 400, 400);
    for (const [index, [angle, depth]] of (
      [
        [4, 4],
        [10, 2],
      ] as const
    ).entries()) {
      const of = [...ids.keys()].filter((at) => ids[at] === bodyId(index));
      const xs = of.map((at) => at % 400);
      const ys = of.map((at) => Math.floor(at / 400));
      const centre = [(Math.min(...xs) + Math.max(...xs) + 1) / 2, (Math.min(...ys) + Math.max(...ys) + 1) / 2];
      const radius = (frame.focal * 0.6 * 400) / depth;
      expect(Math.abs(centre[0] - (200 + radius * Math.cos((angle * Math.PI) / 8)))).toBeLessThanOrEqual(1);
      expect(Math.abs(centre[1] - (200 - radius * Math.sin((angle * Math.PI) / 8)))).toBeLessThanOrEqual(1);
    }
  });

  it('look the same upside down: nothing but the objects tells up from down', () => {
    const one = { ...scene(2, 1, [4, 10], 0), solids: [], noise: 0 };
    const even: TunnelScene = { ...one, walls: [one.walls[0], one.walls[0], one.walls[0], one.walls[0]] };
    const { rgb } = renderTunnel(even, 100, 100);
    const brightness = (from: number, to: number): number =>
      rgb.subarray(from * 300, to * 300).reduce((sum, v) => sum + v, 0) / ((to - from) * 300);
    // Tiles differ by chance, by 10 % of their brightness each.
    expect(Math.abs(brightness(0, 50) - brightness(50, 100))).toBeLessThan(6);
  });

  it('haze and lamp: the same object is duller far away', () => {
    const contrast = (far: 0 | 1): number => {
      const { rgb, ids } = renderTunnel(scene(1, 0, [3, 9], far), 224, 224);
      const of = [...ids.keys()].filter((at) => ids[at] === bodyId(0));
      return (
        of.reduce(
          (sum, at) =>
            sum +
            Math.max(rgb[3 * at], rgb[3 * at + 1], rgb[3 * at + 2]) -
            Math.min(rgb[3 * at], rgb[3 * at + 1], rgb[3 * at + 2]),
          0,
        ) / of.length
      );
    };
    expect(contrast(1)).toBeGreaterThan(contrast(0) + 15);
  });
});

describe('tunnel plan', () => {
  it('phase: 3,072 pictures, every pair of angles once an instance; the far object as often above as below', () => {
    const pictures = planTunnel(0, parameters).flatMap((spec) => picturesOf(spec));
    expect(pictures).toHaveLength(3072);
    expect(new Set(pictures.map(({ id }) => id)).size).toBe(3072);
    const height = ({ far, angles }: TunnelPicture): number => {
      const y = (angle: number, depth: number): number => Math.sin((angle * Math.PI) / 8) / depth;
      return y(angles[far], 4) - y(angles[1 - far], 2);
    };
    const above = pictures.filter((picture) => height(picture) > 1e-9).length;
    const below = pictures.filter((picture) => height(picture) < -1e-9).length;
    expect(above).toBe(below);
    for (let instance = 0; instance < 12; instance++)
      expect(
        new Set(
          pictures
            .filter((one) => one.instance === instance)
            .map(({ far, angles }) => `${angles[far]},${angles[1 - far]}`),
        ).size,
      ).toBe(256);
  });

  it('size: opposite each other, eleven ratios, sizes that add up', () => {
    const pictures = planTunnel(0, { ...parameters, variant: 'size', instances: 2 }).flatMap((spec) =>
      picturesOf(spec),
    );
    expect(pictures).toHaveLength(2 * 11 * 16);
    for (const {
      angles: [a, b],
      sizes: [first, second],
    } of pictures) {
      expect(Math.abs(a - b)).toBe(8);
      expect(first + second).toBeCloseTo(SIZE_SUM, 12);
    }
    expect(new Set(pictures.map(({ sizes, far }) => sizes[far].toFixed(2))).size).toBe(FAR_SIZES.length);
  });

  it('objects that trade depths keep their apparent size', () => {
    const { objects } = appearanceOf(3, 2, parameters);
    const [asFar, asNear] = picturesOf({ appearance: 2, angles: [1, 6] }, objects);
    expect(asFar.sizes[0] / 4).toBeCloseTo(asNear.sizes[0] / 2, 12);
    expect(`${objects[0].colour} ${objects[0].shape}`).not.toBe(`${objects[1].colour} ${objects[1].shape}`);
  });
});

describe('tunnel set', () => {
  const folder = mkdtempSync(join(tmpdir(), 'plumbline-tunnel-'));
  let set: ContrastSet;
  beforeAll(async () => {
    await tunnel.generate({
      directory: join(folder, 'a'),
      seed: 4,
      workers: 2,
      parameters: { instances: 4, pictures: 48, size: 96 },
    });
    set = await readContrastSet(join(folder, 'a'));
  }, 60_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('passes the checks and prints what was not published', async () => {
    const { passed, results } = await checkSet(set);
    expect(results.filter(({ status }) => status === 'failed')).toEqual([]);
    expect(passed).toBe(true);
    expect(set.header.parameters).toMatchObject({ depths: [2, 4], ring: 0.6, fov: 52, width: 2 });
  });

  it('asks SpatialTunnel’s four templates: object 1 is the far one', () => {
    const expected: Record<string, string> = {
      'closer-12': 'No',
      'closer-21': 'Yes',
      'farther-21': 'No',
      'farther-12': 'Yes',
      'far-close-12': 'close',
      'far-close-21': 'far',
    };
    const counts: Record<string, number> = {};
    for (const item of itemsOf(set).filter(({ axis }) => axis === 'distance')) {
      const template = /(?:closer|farther|far-close)-\d\d$/.exec(item.item)![0];
      counts[template] = (counts[template] ?? 0) + 1;
      expect(item.answer).toBe(expected[template]);
      const [first, second] = item.objects;
      expect(first.depth! > second.depth!).toBe(template.endsWith('12'));
      // The canonical pole is that the object asked about is the far one: the first named, but the second in the
      // far/close question.
      expect(answerIsCanonical(item)).toBe(
        template.startsWith('far-close') ? template.endsWith('21') : template.endsWith('12'),
      );
    }
    expect(new Set(Object.values(counts)).size).toBe(1);
    expect(Object.keys(counts).sort()).toEqual(Object.keys(expected).sort());
  });

  it('says the angles, so that a 16 × 16 map can be drawn', () => {
    for (const {
      first: { variant, images },
    } of set.pairs)
      expect(images[0]).toContain(
        `a${String(variant!.angle1).padStart(2, '0')}-b${String(variant!.angle2).padStart(2, '0')}`,
      );
  });

  it('each picture is a scene of one condition; exchanging the angles turns it round and leaves the answer', () => {
    const conditions = new Map<string, string>();
    for (const { group, conditions: own } of set.pairs) {
      const condition = own.height!;
      expect(conditions.get(group) ?? condition).toBe(condition);
      conditions.set(group, condition);
    }
    const turned = { consistent: 'counter', counter: 'consistent', ambiguous: 'ambiguous' } as Record<string, string>;
    const exchanged = set.pairs.filter(({ id }) => id.endsWith('-angles'));
    expect(exchanged.length).toBeGreaterThan(10);
    let turns = 0;
    for (const { conditions: own, first, second } of exchanged) {
      const condition = own.height!;
      expect(first.answer).toBe(second.answer);
      const other = conditions.get(second.images[0].slice('images/'.length, -'.png'.length))!;
      // Level pictures needn't stay level: the near ring is twice as large.
      if (condition !== 'ambiguous' && other !== 'ambiguous' && other === turned[condition]) turns++;
    }
    expect(turns / exchanged.length).toBeGreaterThan(0.5);
  });

  it('is the same set whatever the number of threads', SLOW, async () => {
    await tunnel.generate({
      directory: join(folder, 'b'),
      seed: 4,
      workers: 1,
      parameters: { instances: 4, pictures: 48, size: 96 },
    });
    expect(readFileSync(join(folder, 'b', 'set.json'), 'utf8')).toBe(
      readFileSync(join(folder, 'a', 'set.json'), 'utf8'),
    );
  });
});
