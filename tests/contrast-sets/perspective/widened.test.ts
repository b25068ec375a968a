// @module-tag slow
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { itemsOf, type ContrastSet } from '../../../core/artifacts/contrast-set.ts';
import { Random } from '../../../core/random.ts';
import { difficultyLens } from '../../../analysis/lenses/difficulty.ts';
import { checkSet } from '../../../contrast-sets/check.ts';
import { ASSIGNMENTS, exchanged, sceneOf, slotOf, type Design } from '../../../contrast-sets/perspective/design.ts';
import { generatePerspectiveSet } from '../../../contrast-sets/perspective/generate.ts';
import {
  PERSPECTIVE_DEFAULTS,
  perspectiveParameters,
  type PerspectiveOptions,
} from '../../../contrast-sets/perspective/parameters.ts';
import { sampleDesign } from '../../../contrast-sets/perspective/sample.ts';
import { isValid } from '../../../contrast-sets/perspective/validity.ts';
import { visibleBoxes } from '../../../contrast-sets/render/boxes.ts';
import { renderScene } from '../../../contrast-sets/render/render.ts';
import { traceScene } from '../../../contrast-sets/render/trace.ts';
import { outlineOf } from '../../../contrast-sets/scene/bounds.ts';
import { frameOf, unproject } from '../../../contrast-sets/scene/camera.ts';
import { COMPOSITIONS } from '../../../contrast-sets/scene/categories.ts';
import { CATEGORIES } from '../../../contrast-sets/scene/model.ts';
import { bodyId, GROUND_ID, partsOf, reachOf, SKY_ID, WALL_ID } from '../../../contrast-sets/scene/solids.ts';
import { answersOf } from '../../analysis/lenses/planted.ts';
import { BARE } from '../scenes.ts';

const draw = (options: Partial<PerspectiveOptions>, index: number): Design =>
  sampleDesign(
    new Random(21, 'test-widened', index),
    { condition: index % 2 === 0 ? 'consistent' : 'counter' },
    { ...PERSPECTIVE_DEFAULTS, ...options },
    1,
  );
const THINGS: Partial<PerspectiveOptions> = { categories: CATEGORIES };

let folder: string;
let crowded: ContrastSet;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'widened-'));
  crowded = await generatePerspectiveSet({
    directory: join(folder, 'crowded'),
    seed: 8,
    scenes: { consistent: 9, counter: 8, ambiguous: 3 },
    size: 64,
    options: { complexity: [0, 1], indoor: 0.5, categories: [...CATEGORIES] },
  });
}, 60_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('everything at once: rooms, things, the dial over its whole range', () => {
  it('passes the set’s checks', async () => {
    expect((await checkSet(crowded)).results.filter(({ status }) => status === 'failed')).toEqual([]);
  });

  it('gives every item of a scene the scene’s difficulty, and the lens draws the curve', () => {
    const difficulties = new Map<string, number>();
    for (const { group, difficulty } of itemsOf(crowded)) {
      expect(difficulty).toBe(difficulties.get(group) ?? difficulty);
      difficulties.set(group, difficulty!);
    }
    const values = [...difficulties.values()];
    expect(Math.min(...values)).toBeLessThan(0.2);
    expect(Math.max(...values)).toBeGreaterThan(0.8);
    const wrongAbove = answersOf(crowded, ({ difficulty, options, answer }) =>
      difficulty! < 0.5 ? answer : options.find((option) => option !== answer)!,
    );
    for (const { bins } of difficultyLens({ set: crowded, answers: wrongAbove, bins: 2 }).curves)
      expect(bins.map(({ accuracy }) => accuracy.value)).toEqual([1, 0]);
  });
});

describe('whole pixels never decide an answer', () => {
  it('at 32 pixels, where boxes of level objects tie', async () => {
    const set = await generatePerspectiveSet({
      directory: join(folder, 'tiny'),
      seed: 2,
      scenes: { consistent: 0, counter: 0, ambiguous: 24 },
      size: 32,
    });
    const ties = itemsOf(set).filter(
      ({ axis, objects: [a, b] }) => axis === 'vertical' && a.box![1] + a.box![3] / 2 === b.box![1] + b.box![3] / 2,
    );
    // The case is there.
    expect(ties.length).toBeGreaterThan(0);
    expect((await checkSet(set)).results.filter(({ status }) => status === 'failed')).toEqual([]);
  });
});

describe('the dial of complexity', () => {
  const at = (dial: number, index: number): Design => draw({ complexity: [dial, dial] }, index);

  it('sets number, texture and light together, and says where it stood', () => {
    for (let i = 0; i < 4; i++) {
      const [calm, middle, full] = [at(0, i), at(0.5, i), at(1, i)];
      expect([calm, middle, full].map(({ distractors }) => distractors.length)).toEqual([0, 3, 6]);
      expect([calm, middle, full].map(({ complexity }) => complexity)).toEqual([0, 0.5, 1]);
      expect([...calm.targets, ...calm.distractors].some(({ pattern }) => pattern !== undefined)).toBe(false);
      expect([...full.targets, ...full.distractors].every(({ pattern }) => pattern !== undefined)).toBe(true);
      for (const key of ['sun', 'ambient', 'elevation'] as const) expect(full.light[key]).toBeLessThan(calm.light[key]);
      expect(full.noise).toBeGreaterThan(calm.noise);
      // Names stay unique in a crowd.
      const names = [...full.targets, ...full.distractors].map(({ colour, shape }) => `${colour} ${shape}`);
      expect(new Set(names).size).toBe(8);
    }
  });

  it('leaves more of the targets in sight than it allows to be covered', () => {
    for (const [dial, covered] of [
      [0, 0.1],
      [1, 0.45],
    ]) {
      const d = at(dial, 1);
      for (const assignment of [ASSIGNMENTS[0], ASSIGNMENTS[5]]) {
        const scene = sceneOf(d, assignment, 1);
        const [together, alone] = [
          visibleBoxes(renderScene(scene, 96, 96)),
          [0, 1].map(
            (target) =>
              visibleBoxes(
                renderScene({ ...scene, hidden: scene.objects.map((_, i) => i).filter((i) => i !== target) }, 96, 96),
              ).get(bodyId(target))!.pixels,
          ),
        ];
        // The bound is on boxes; a body fills at least a half of its own (a cone).
        for (const target of [0, 1])
          expect(1 - together.get(bodyId(target))!.pixels / alone[target]).toBeLessThanOrEqual(2 * covered);
      }
    }
  });

  it('needs no room for a plain scene: absent, nothing is said of difficulty', () => {
    expect(draw({}, 0).complexity).toBeUndefined();
  });
});

describe('things of usual size', () => {
  it('have it, give or take what the options allow; built alike, they have the size of plain shapes', () => {
    for (let i = 0; i < 12; i++) {
      const d = draw(THINGS, i);
      for (const { category, relativeSize } of [...d.targets, ...d.distractors]) {
        const share = (d.size * relativeSize) / COMPOSITIONS[category!].size;
        expect(share).toBeGreaterThanOrEqual(0.92 - 1e-9);
        expect(share).toBeLessThanOrEqual(1.09 + 1e-9);
      }
      const alike = draw({ ...THINGS, knownSize: 'alike' }, i);
      for (const { relativeSize } of alike.targets)
        expect(Math.abs(alike.size * relativeSize - 0.625)).toBeLessThan(0.2);
    }
    // A cup, a chair, a car: metres.
    expect(CATEGORIES.map((category) => COMPOSITIONS[category].height)).toEqual(
      [0.091, 0.275, 0.91, 0.885, 1.54, 5.2, 4.96].map((height) => expect.closeTo(height, 10) as number),
    );
  });

  it('stand exactly where their slots say, whatever they are made of', () => {
    for (let i = 0; i < 6; i++) {
      const d = draw(THINGS, i);
      const frame = frameOf(d.camera, 1);
      for (const assignment of ASSIGNMENTS) {
        const scene = sceneOf(d, assignment, 1);
        expect(isValid(scene, frame, { scale: d.scale })).toBe(true);
        for (const target of [0, 1] as const) {
          const { u, v } = slotOf(d, assignment, target);
          const { left, right, top, bottom } = outlineOf(frame, partsOf(scene.objects[target], target))!;
          expect(Math.abs((left + right) / 2 - u)).toBeLessThan(1e-4);
          expect(Math.abs((top + bottom) / 2 - v)).toBeLessThan(1e-4);
        }
      }
    }
  });

  it('are drawn inside their outline and up to it', () => {
    for (const category of CATEGORIES) {
      const size = COMPOSITIONS[category].size;
      const scene = {
        ...BARE,
        camera: { ...BARE.camera, height: 1.1 * size },
        objects: [
          {
            colour: 'red',
            shape: 'box',
            category,
            size,
            yaw: 25,
            support: 'ground',
            position: [0.1 * size, size, 4 * size],
          } as const,
        ],
      };
      const frame = frameOf(scene.camera, 1);
      const outline = outlineOf(frame, partsOf(scene.objects[0], 0))!;
      const [x, y, width, height] = visibleBoxes(renderScene(scene, 200, 200)).get(bodyId(0))!.box;
      // A pixel belongs to what is at its centre: half a pixel each side; tips narrower than a pixel may be missed by
      // one more.
      for (const [edge, pixel] of [
        [outline.left, x],
        [outline.top, y],
        [outline.right, x + width],
        [outline.bottom, y + height],
      ])
        expect(Math.abs(edge * 200 - pixel), category).toBeLessThan(1.5);
      for (const solid of partsOf(scene.objects[0], 0)) {
        const [dx, dz] = [solid.x - 0.1 * size, solid.z - 4 * size];
        const corners = [
          [1, 1],
          [1, -1],
          [-1, 1],
          [-1, -1],
        ].map(([a, b]) =>
          Math.hypot(
            dx + a * solid.rx * solid.cos + b * solid.rz * solid.sin,
            dz - a * solid.rx * solid.sin + b * solid.rz * solid.cos,
          ),
        );
        expect(solid.shape === 'box' ? Math.max(...corners) : Math.hypot(dx, dz) + solid.rx).toBeLessThanOrEqual(
          reachOf(scene.objects[0]) * (1 + 1e-9),
        );
      }
    }
  });

  it('let apparent size disagree with depth in some scenes, and trading depths turns it round where one is much larger', () => {
    let disagree = 0;
    for (let i = 0; i < 10; i++) {
      const d = draw({ ...THINGS, categories: ['car', 'house'] }, i);
      const smaller = (assignment: (typeof ASSIGNMENTS)[number]): boolean => {
        const apparent = ([0, 1] as const).map(
          (target) => d.targets[target].relativeSize / slotOf(d, assignment, target).depth,
        );
        return apparent[assignment.far] < apparent[1 - assignment.far];
      };
      for (const assignment of ASSIGNMENTS) {
        if (smaller(assignment)) continue;
        disagree++;
        expect(d.targets.map(({ category }) => category).sort()).toEqual(['car', 'house']);
        expect(smaller(exchanged(assignment, 'distance'))).toBe(true);
      }
    }
    expect(disagree).toBeGreaterThan(0);
    for (const { variant } of itemsOf(crowded)) expect(['agrees', 'disagrees']).toContain(variant!.apparentSize);
  });
});

describe('rooms', () => {
  const inside = (index: number): Design => draw({ indoor: 1 }, index);

  it('hold all their objects, on a floor, with walls in place of the sky', () => {
    for (let i = 0; i < 10; i++) {
      const d = inside(i);
      expect(PERSPECTIVE_DEFAULTS.floors).toContain(d.ground.kind);
      for (const assignment of ASSIGNMENTS) {
        for (const object of sceneOf(d, assignment, 1).objects) {
          expect(Math.abs(object.position[0]) + reachOf(object)).toBeLessThan(d.room!.side);
          expect(object.position[2] + reachOf(object)).toBeLessThan(d.room!.back);
        }
      }
    }
    const ids = new Set(renderScene(sceneOf(inside(0), ASSIGNMENTS[0], 1), 96, 96).ids);
    expect([ids.has(SKY_ID), ids.has(GROUND_ID), ids.has(WALL_ID)]).toEqual([false, true, true]);
  });

  it('have walls exactly where they are: every wall pixel unprojects onto one, every floor pixel onto the ground', () => {
    const d = inside(1);
    const scene = { ...sceneOf(d, ASSIGNMENTS[0], 1), objects: [] };
    const frame = frameOf(d.camera, 1);
    const { depth, ids } = renderScene(scene, 128, 128);
    for (let at = 0; at < depth.length; at += 17) {
      const [x, y, z] = unproject(frame, ((at % 128) + 0.5) / 128, (Math.floor(at / 128) + 0.5) / 128, depth[at]);
      // Depth is kept in single precision: 1e-5 of ten metres.
      if (ids[at] === GROUND_ID) expect(Math.abs(y)).toBeLessThan(1e-5);
      else {
        expect(Math.min(Math.abs(z - d.room!.back), Math.abs(Math.abs(x) - d.room!.side))).toBeLessThan(1e-5);
        expect(y).toBeGreaterThan(0);
      }
    }
  });

  it('are traced as they are rendered', () => {
    const scene = sceneOf(inside(2), ASSIGNMENTS[3], 1);
    const { depth, ids } = renderScene(scene, 96, 96);
    expect(traceScene(scene, 96, 96)).toMatchObject({ depth, ids });
  });
});

describe('ranges', () => {
  it('of the camera are kept, and said to be too narrow where nothing fits', () => {
    for (let i = 0; i < 8; i++) {
      const { camera } = draw({ pitch: [3, 25], fov: [35, 65], cameraHeight: [1.2, 1.8] }, i);
      expect(camera.height).toBeGreaterThanOrEqual(1.2);
      expect(camera.height).toBeLessThanOrEqual(1.8);
      expect([camera.pitch >= 3 && camera.pitch <= 25, camera.fov >= 35 && camera.fov <= 65]).toEqual([true, true]);
    }
    expect(() => draw({ cameraHeight: [40, 41] }, 0)).toThrow(/no valid scene/);
  });

  it('are validated at the door', () => {
    expect(() => perspectiveParameters({ options: { complexity: [0.5, 1.2] } })).toThrow(/complexity/);
    expect(() => perspectiveParameters({ options: { pitch: [20, 10] } })).toThrow(/pitch/);
    expect(() => perspectiveParameters({ options: { categories: ['cup', 'cup'] } })).toThrow(/categories/);
    expect(() =>
      perspectiveParameters({ options: { distractors: [0, 0, 0, 0, 0, 0, 1], shapes: ['sphere'] } }),
    ).toThrow(/6 colours and 1 shapes/);
  });
});
