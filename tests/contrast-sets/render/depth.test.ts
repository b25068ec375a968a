import { describe, expect, it } from 'vitest';
import { frameOf } from '../../../contrast-sets/scene/camera.ts';
import type { ObjectSpec, Scene } from '../../../contrast-sets/scene/model.ts';
import { bodyId, GROUND_ID, SKY_ID, supportId } from '../../../contrast-sets/scene/solids.ts';
import { visibleBoxes } from '../../../contrast-sets/render/boxes.ts';
import { renderScene } from '../../../contrast-sets/render/render.ts';
import { boundsOf } from '../../../contrast-sets/scene/bounds.ts';
import { bodyOf } from '../../../contrast-sets/scene/solids.ts';
import { BARE, sampleScene } from '../scenes.ts';

const SIZE = 160;
const object = (shape: ObjectSpec['shape'], position: ObjectSpec['position'], yaw = 0): ObjectSpec => ({
  colour: 'red',
  shape,
  size: 0.8,
  yaw,
  support: 'cord',
  position,
});

/** Ray through a pixel's centre with forward component 1, worked out independently of the renderer's own. */
function rayOf(scene: Scene, x: number, y: number): [number, number, number] {
  const pitch = (scene.camera.pitch * Math.PI) / 180;
  const half = Math.tan((scene.camera.fov * Math.PI) / 360);
  const right = ((x + 0.5) / SIZE - 0.5) * 2 * half;
  const up = (0.5 - (y + 0.5) / SIZE) * 2 * half;
  return [right, up * Math.cos(pitch) - Math.sin(pitch), up * Math.sin(pitch) + Math.cos(pitch)];
}

describe('rendered depth', () => {
  const scene: Scene = {
    ...BARE,
    camera: { height: 1.5, pitch: 9, fov: 50 },
    objects: [object('sphere', [-0.5, 1.4, 4]), object('box', [0.6, 1.3, 3.5], 0)],
  };
  const { depth, ids } = renderScene(scene, SIZE, SIZE);

  it('equals the analytic depth of a plane, a sphere and a box within a millimetre', () => {
    const counts = { plane: 0, sphere: 0, box: 0 };
    for (let y = 0; y < SIZE; y++) {
      for (let x = 0; x < SIZE; x++) {
        const [dx, dy, dz] = rayOf(scene, x, y);
        const id = ids[y * SIZE + x];
        const found = depth[y * SIZE + x];
        if (id === GROUND_ID) {
          counts.plane++;
          const expected = scene.camera.height / -dy;
          // Float32 holds 7 digits; the horizon's kilometres can't be exact to a millimetre.
          expect(Math.abs(found - expected)).toBeLessThan(Math.max(1e-3, 1e-6 * expected));
        } else if (id === bodyId(0)) {
          counts.sphere++;
          const [ox, oy, oz] = [0.5, 1.5 - 1.4, -4];
          const a = dx * dx + dy * dy + dz * dz;
          const b = ox * dx + oy * dy + oz * dz;
          const c = ox * ox + oy * oy + oz * oz - 0.16;
          expect(Math.abs(found - (-b - Math.sqrt(b * b - a * c)) / a)).toBeLessThan(1e-3);
        } else if (id === bodyId(1)) {
          counts.box++;
          // The nearest of the three faces that look at the camera: front, left, and (seen from above) top.
          const h = 0.395 * 0.8;
          const hits = [(3.5 - h) / dz, (0.6 - h) / dx, (1.3 + h - 1.5) / dy].filter((t) => {
            const inside = (value: number, centre: number): boolean => Math.abs(value - centre) <= h + 1e-9;
            return t > 0 && inside(t * dx, 0.6) && inside(1.5 + t * dy, 1.3) && inside(t * dz, 3.5);
          });
          expect(Math.abs(found - Math.min(...hits))).toBeLessThan(1e-3);
        } else if (id === SKY_ID) expect(found).toBe(Infinity);
      }
    }
    for (const n of Object.values(counts)) expect(n).toBeGreaterThan(300);
  });

  it('is the distance to the camera plane, not to the camera: a wall-like box has one depth', () => {
    const wall = renderScene({ ...BARE, objects: [{ ...object('box', [0, 1.5, 3]), size: 4 }] }, SIZE, SIZE);
    const values = new Set([...wall.depth].filter((_, i) => wall.ids[i] === bodyId(0)).map((d) => d.toFixed(5)));
    expect(values.size).toBe(1);
  });

  it('shows the nearer of two overlapping objects, whatever their order', () => {
    const near = object('cylinder', [0.05, 1.5, 3]);
    const far = object('cone', [-0.05, 1.55, 6]);
    const a = renderScene({ ...BARE, objects: [near, far] }, SIZE, SIZE);
    const b = renderScene({ ...BARE, objects: [far, near] }, SIZE, SIZE);
    expect(a.rgb).toEqual(b.rgb);
    expect(a.depth).toEqual(b.depth);
    expect(a.ids[(SIZE / 2) * SIZE + SIZE / 2]).toBe(bodyId(0));
  });
});

describe('id map', () => {
  it('agrees with the projected bounds to a pixel where nothing is in front', () => {
    const alone = { ...BARE, objects: [object('cone', [0.3, 1.2, 4], 30)] };
    const { box } = visibleBoxes(renderScene(alone, SIZE, SIZE)).get(bodyId(0))!;
    const bounds = boundsOf(frameOf(alone.camera, 1), bodyOf(alone.objects[0], 0))!;
    const expected = [bounds.left, bounds.top, bounds.right, bounds.bottom].map((v) => v * SIZE);
    // A pixel counts when its centre is covered, so a side is at most half a pixel inside its bound; a cone's tip is
    // thinner than a pixel for two rows.
    [box[0], box[1], box[0] + box[2], box[1] + box[3]].forEach((side, i) =>
      expect(Math.abs(side - expected[i])).toBeLessThanOrEqual(i === 1 ? 2.5 : 0.51),
    );
  });

  it('numbers bodies and supports', () => {
    const scene = sampleScene(3);
    const present = new Set(renderScene(scene, 224, 224).ids);
    scene.objects.forEach((o, i) => {
      expect(present.has(bodyId(i))).toBe(true);
      expect(present.has(supportId(i))).toBe(o.support !== 'ground');
    });
  });
});
