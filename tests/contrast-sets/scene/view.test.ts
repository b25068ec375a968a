import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { renderScene } from '../../../contrast-sets/render/render.ts';
import { visibleBoxes } from '../../../contrast-sets/render/boxes.ts';
import { boundsOf } from '../../../contrast-sets/scene/bounds.ts';
import { frameOf, project, unproject } from '../../../contrast-sets/scene/camera.ts';
import { bodyId, bodyOf, GROUND_ID } from '../../../contrast-sets/scene/solids.ts';
import type { Camera, Scene } from '../../../contrast-sets/scene/model.ts';
import { BARE } from '../scenes.ts';

const SIZE = 160;
const SCENE: Scene = {
  ...BARE,
  objects: [
    { colour: 'red', shape: 'sphere', size: 0.8, yaw: 0, support: 'stand', position: [-0.4, 1.1, 4.5] },
    { colour: 'blue', shape: 'box', size: 0.9, yaw: 25, support: 'ground', position: [0.7, 0.3555, 5.5] },
  ],
};
const seenBy = (camera: Partial<Camera>): Scene => ({ ...SCENE, camera: { ...SCENE.camera, pitch: 8, ...camera } });

describe('a camera that has moved and turned', () => {
  it('projects what it unprojects', () => {
    const number = (min: number, max: number): fc.Arbitrary<number> => fc.double({ min, max, noNaN: true });
    fc.assert(
      fc.property(
        number(-180, 180),
        number(-9, 9),
        number(-9, 9),
        number(0, 1),
        number(0, 1),
        number(0.5, 50),
        (yaw, x, z, u, v, depth) => {
          const frame = frameOf({ height: 1.5, pitch: 10, fov: 50, yaw, position: [x, z] }, 1);
          const back = project(frame, unproject(frame, u, v, depth));
          // Two dozen operations in float64 on numbers below 100.
          expect(back.u).toBeCloseTo(u, 10);
          expect(back.v).toBeCloseTo(v, 10);
          expect(back.depth).toBeCloseTo(depth, 10);
        },
      ),
    );
  });

  it('sees the points of the first view where geometry puts them: same surface, same depth', () => {
    const first = seenBy({});
    const second = seenBy({ yaw: -14, position: [1.1, 0.3], pitch: 11 });
    const [a, b] = [renderScene(first, SIZE, SIZE), renderScene(second, SIZE, SIZE)];
    const [from, to] = [frameOf(first.camera, 1), frameOf(second.camera, 1)];
    let compared = 0;
    const agree = new Map<number, number>();
    for (let y = 0; y < SIZE; y++) {
      for (let x = 0; x < SIZE; x++) {
        const at = y * SIZE + x;
        if (!Number.isFinite(a.depth[at])) continue;
        const { u, v, depth } = project(to, unproject(from, (x + 0.5) / SIZE, (y + 0.5) / SIZE, a.depth[at]));
        const [px, py] = [Math.floor(u * SIZE), Math.floor(v * SIZE)];
        // One pixel inside a surface depth changes by less than 8 % even on the far ground; other surfaces in front are
        // occlusions.
        if (px < 0 || py < 0 || px >= SIZE || py >= SIZE || b.depth[py * SIZE + px] < depth * 0.97 - 0.05) continue;
        compared++;
        if (b.ids[py * SIZE + px] === a.ids[at] && Math.abs(b.depth[py * SIZE + px] - depth) < 0.08 * depth)
          agree.set(a.ids[at], (agree.get(a.ids[at]) ?? 0) + 1);
      }
    }
    const total = [...agree.values()].reduce((sum, n) => sum + n, 0);
    // What doesn't agree lies on outlines, about one pixel in sixty here.
    expect(total / compared).toBeGreaterThan(0.97);
    for (const id of [GROUND_ID, bodyId(0), bodyId(1)]) expect(agree.get(id)).toBeGreaterThan(200);
  });

  it('keeps boundsOf tight', () => {
    const scene = seenBy({ yaw: 12, position: [-0.8, -0.5] });
    const boxes = visibleBoxes(renderScene({ ...scene, objects: [scene.objects[0]] }, SIZE, SIZE));
    const bounds = boundsOf(frameOf(scene.camera, 1), bodyOf(scene.objects[0], 0))!;
    const [x, y, width, height] = boxes.get(bodyId(0))!.box;
    // Pixel centres lie within half a pixel of the outline.
    for (const [pixel, edge] of [
      [x, bounds.left],
      [y, bounds.top],
      [x + width, bounds.right],
      [y + height, bounds.bottom],
    ])
      expect(Math.abs(pixel - edge * SIZE)).toBeLessThanOrEqual(1);
  });

  it('sees the same picture when the whole world moves and turns with it, sky included', () => {
    const turned = renderScene(seenBy({ yaw: 90, position: [3, -2] }), 64, 64);
    const world = SCENE.objects.map((object) => ({
      ...object,
      yaw: object.yaw - 90,
      position: [-(object.position[2] + 2), object.position[1], object.position[0] - 3] as const,
    }));
    const still = renderScene(
      {
        ...seenBy({}),
        light: { ...SCENE.light, azimuth: SCENE.light.azimuth - 90 },
        ground: { ...SCENE.ground, rotation: SCENE.ground.rotation - 90, offset: [-2, -3] },
        sky: { ...SCENE.sky, rotation: -90, offset: [0, 0] },
        objects: world,
      },
      64,
      64,
    );
    expect(turned.ids).toEqual(still.ids);
    // cos 90° is 6e-17, not 0: a grey level may round the other way.
    for (let i = 0; i < turned.rgb.length; i++) expect(Math.abs(turned.rgb[i] - still.rgb[i])).toBeLessThanOrEqual(1);
  });
});
