import { beforeAll, describe, expect, it } from 'vitest';
import {
  BORDER,
  correspondencesBetween,
  DEPTH_TOLERANCE,
  type View,
} from '../../../contrast-sets/render/correspondences.ts';
import { renderScene } from '../../../contrast-sets/render/render.ts';
import { traceScene } from '../../../contrast-sets/render/trace.ts';
import type { Camera, ObjectSpec, Scene } from '../../../contrast-sets/scene/model.ts';
import { bodyId, GROUND_ID, solidsOf, type Solid } from '../../../contrast-sets/scene/solids.ts';
import { viewsParametersSchema } from '../../../contrast-sets/views/parameters.ts';
import { planViews } from '../../../contrast-sets/views/plan.ts';
import { sampleViews } from '../../../contrast-sets/views/sample.ts';
import type { Correspondences } from '../../../core/artifacts/correspondences.ts';
import { Random } from '../../../core/random.ts';
import { BARE } from '../scenes.ts';

type Point = [number, number, number];
const SIZE = 192;

/**
 * The camera as three axes and a place, worked out from the definition (yaw to the right, pitch down) and not with the
 * renderer's code.
 */
function axesOf({ yaw = 0, pitch, fov, height, position: [x, z] = [0, 0] }: Camera): {
  eye: Point;
  right: Point;
  up: Point;
  forward: Point;
  focal: number;
} {
  const [a, p] = [(yaw * Math.PI) / 180, (pitch * Math.PI) / 180];
  return {
    eye: [x, height, z],
    right: [Math.cos(a), 0, -Math.sin(a)],
    up: [Math.sin(a) * Math.sin(p), Math.cos(p), Math.cos(a) * Math.sin(p)],
    forward: [Math.sin(a) * Math.cos(p), -Math.sin(p), Math.cos(a) * Math.cos(p)],
    focal: 0.5 / Math.tan((fov * Math.PI) / 360),
  };
}

const dot = (a: readonly number[], b: readonly number[]): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];

function worldPoint(camera: Camera, px: number, py: number, depth: number): Point {
  const { eye, right, up, forward, focal } = axesOf(camera);
  const [u, v] = [((px / SIZE - 0.5) / focal) * depth, ((0.5 - py / SIZE) / focal) * depth];
  return [0, 1, 2].map((i) => eye[i] + u * right[i] + v * up[i] + depth * forward[i]) as Point;
}

function pixelOf(camera: Camera, point: Point): { x: number; y: number; depth: number } {
  const { eye, right, up, forward, focal } = axesOf(camera);
  const d = point.map((value, i) => value - eye[i]);
  const depth = dot(d, forward);
  return { x: (0.5 + (focal * dot(d, right)) / depth) * SIZE, y: (0.5 - (focal * dot(d, up)) / depth) * SIZE, depth };
}

/** Is the point inside the solid? Told from the shape's definition, not from the renderer's intersections. */
function inside(s: Solid, [x, y, z]: Point): boolean {
  const [wx, wy, wz] = [x - s.x, y - s.y, z - s.z];
  const lx = wx * s.cos - wz * s.sin;
  const lz = wx * s.sin + wz * s.cos;
  switch (s.shape) {
    case 'sphere':
      return wx * wx + wy * wy + wz * wz < s.rx * s.rx;
    case 'box':
      return Math.abs(lx) < s.rx && Math.abs(wy) < s.ry && Math.abs(lz) < s.rz;
    case 'cylinder':
      return Math.abs(wy) < s.ry && wx * wx + wz * wz < s.rx * s.rx;
    case 'cone':
      return Math.abs(wy) < s.ry && Math.sqrt(wx * wx + wz * wz) < (s.rx * (s.ry - wy)) / (2 * s.ry);
  }
}

/**
 * Brute force: is any of 3,000 places on the way from the eye to the point, the last millimetre left out, inside a
 * solid?
 */
function hiddenBySampling(solids: readonly Solid[], eye: Point, point: Point): boolean {
  const d = point.map((value, i) => value - eye[i]);
  const length = Math.sqrt(dot(d, d));
  for (const s of solids) {
    // Only the part of the way within the bounding sphere can be inside.
    const to0 = [s.x - eye[0], s.y - eye[1], s.z - eye[2]];
    const along = dot(to0, d) / length;
    if (dot(to0, to0) - along * along > s.bound * s.bound) continue;
    const from = Math.max(0, along - s.bound);
    const to = Math.min(length - 1e-3, along + s.bound);
    for (let k = 0; k < 3000; k++) {
      const t = (from + ((to - from) * (k + 0.5)) / 3000) / length;
      if (to > from && inside(s, [eye[0] + d[0] * t, eye[1] + d[1] * t, eye[2] + d[2] * t])) return true;
    }
  }
  return false;
}

const parameters = viewsParametersSchema.parse({ scenes: 12, size: SIZE });
const specs = planViews(3, parameters);

interface Case {
  readonly a: View;
  readonly b: View;
  readonly truth: Correspondences;
}

const cases: Case[] = [];
beforeAll(() => {
  for (const spec of specs.slice(0, 6)) {
    const { scene, views, onlyFirst, onlyOthers } = sampleViews(spec, 3, parameters);
    const view = (k: number): View => {
      const seen = { ...scene, camera: views[k].camera, hidden: k === 0 ? onlyOthers : onlyFirst };
      return { scene: seen, picture: traceScene(seen, SIZE, SIZE) };
    };
    const [a, b] = [view(0), view(1)];
    cases.push({
      a,
      b,
      truth: correspondencesBetween(a, b, { stride: 2, objectStride: 1, viewpoint: views[1].viewpoint }),
    });
  }
});

describe('correspondences', () => {
  it('reproject within .05 pixels, by cameras worked out anew', () => {
    let worst = 0;
    let checked = 0;
    for (const { a, b, truth } of cases) {
      for (let i = 0; i < truth.visible.length; i++) {
        const [xa, ya, xb, yb] = truth.points.subarray(4 * i, 4 * i + 4);
        if (!(truth.depth[2 * i + 1] > 0)) continue;
        const found = pixelOf(b.scene.camera, worldPoint(a.scene.camera, xa, ya, truth.depth[2 * i]));
        if (Math.abs(found.x) > 2000 || Math.abs(found.y) > 2000) continue;
        worst = Math.max(
          worst,
          Math.abs(found.x - xb),
          Math.abs(found.y - yb),
          Math.abs(found.depth - truth.depth[2 * i + 1]),
        );
        checked++;
      }
    }
    expect(checked).toBeGreaterThan(10_000);
    expect(worst).toBeLessThan(0.05);
  });

  it('are visible exactly where a brute-force ray from the second camera arrives, on 10,000 points', () => {
    const random = new Random(5, 'rays');
    let agree = 0;
    let checked = 0;
    let hidden = 0;
    const each = Math.ceil(10_000 / cases.length);
    for (const { a, b, truth } of cases) {
      const solids = solidsOf(b.scene);
      const { eye } = axesOf(b.scene.camera);
      const present = new Set([GROUND_ID, ...solids.map(({ id }) => id)]);
      for (const i of random.shuffle([...truth.visible.keys()]).slice(0, each)) {
        const [xa, ya, xb, yb] = truth.points.subarray(4 * i, 4 * i + 4);
        const inFrame =
          truth.depth[2 * i + 1] > 0 && xb >= BORDER && yb >= BORDER && xb < SIZE - BORDER && yb < SIZE - BORDER;
        const expected =
          inFrame &&
          present.has(truth.object[i]) &&
          !hiddenBySampling(solids, eye, worldPoint(a.scene.camera, xa, ya, truth.depth[2 * i]));
        checked++;
        if (inFrame && !expected) hidden++;
        if (expected === (truth.visible[i] === 1)) agree++;
      }
    }
    expect(checked).toBeGreaterThanOrEqual(10_000);
    expect(hidden).toBeGreaterThan(300);
    // Sampling 3,000 places misses chords shorter than half a millimetre: a handful of rays that graze an edge.
    expect(agree / checked).toBeGreaterThan(0.9995);
  });

  it('follow the depth map’s rule and leave the border out', () => {
    let wrong = 0;
    for (const { b, truth } of cases) {
      for (let i = 0; i < truth.visible.length; i++) {
        const [xa, ya, xb, yb] = truth.points.subarray(4 * i, 4 * i + 4);
        if (Math.min(xa, ya, SIZE - xa, SIZE - ya) < BORDER) wrong++;
        if (truth.visible[i] === 0) continue;
        if (Math.min(xb, yb, SIZE - xb, SIZE - yb) < BORDER) wrong++;
        const map = b.picture.depth[Math.floor(yb) * SIZE + Math.floor(xb)];
        const projected = truth.depth[2 * i + 1];
        if (Math.abs(projected - map) > DEPTH_TOLERANCE * Math.min(projected, map) + 1e-5) wrong++;
      }
    }
    expect(wrong).toBe(0);
  });

  it('leave out few points: the two definitions of visible disagree at edges only', () => {
    for (const { a, truth } of cases) {
      let possible = 0;
      for (let y = BORDER; y < SIZE - BORDER; y++) {
        for (let x = BORDER; x < SIZE - BORDER; x++) {
          const id = a.picture.ids[y * SIZE + x];
          if (id !== 0 && (id !== GROUND_ID || (x % 2 === 1 && y % 2 === 1))) possible++;
        }
      }
      // The border of b, about 8 % of what falls into it, is left out too.
      expect(truth.visible.length).toBeGreaterThan(0.8 * possible);
    }
  });

  it('between a picture and itself are the identity, all visible', () => {
    const { a } = cases[0];
    const { points, visible, overlap } = correspondencesBetween(a, a, { stride: 2, objectStride: 1, viewpoint: 0 });
    expect(overlap).toBe(1);
    let worst = 0;
    for (let i = 0; i < visible.length; i++)
      for (const k of [0, 1]) worst = Math.max(worst, Math.abs(points[4 * i + k] - points[4 * i + 2 + k]));
    expect(worst).toBeLessThan(1e-4);
  });

  it('an object that is not there in the second picture has no match', () => {
    const { a } = cases[0];
    const index = a.scene.objects.findIndex((_, i) => a.picture.ids.includes(bodyId(i)));
    const scene = { ...a.scene, hidden: [index] };
    const { object, visible } = correspondencesBetween(
      a,
      { scene, picture: traceScene(scene, SIZE, SIZE) },
      { stride: 2, objectStride: 1, viewpoint: 0 },
    );
    const of = [...object.keys()].filter((i) => object[i] === bodyId(index));
    expect(of.length).toBeGreaterThan(10);
    expect(of.every((i) => visible[i] === 0)).toBe(true);
  });
});

describe('cameras that turn and walk', () => {
  const camera: Camera = { height: 2.6, pitch: 24, fov: 46, yaw: -37, position: [1.3, -0.8] };
  const object = (shape: ObjectSpec['shape'], position: Point, yaw: number): ObjectSpec => ({
    colour: 'red',
    shape,
    size: 0.9,
    yaw,
    support: 'ground',
    position,
  });
  const scene: Scene = {
    ...BARE,
    camera,
    objects: [object('sphere', [-1.2, 0.45, 2.4], 0), object('box', [-2.2, 0.3555, 3.6], 31)],
  };

  it('see the analytic depth of a plane, a sphere and a box within a millimetre', () => {
    const { depth, ids } = renderScene(scene, SIZE, SIZE);
    const { eye, forward } = axesOf(camera);
    const box = solidsOf(scene)[1];
    const counts = { plane: 0, sphere: 0, box: 0 };
    let unit = 0;
    let worst = 0;
    for (let at = 0; at < depth.length; at++) {
      const point = worldPoint(camera, (at % SIZE) + 0.5, Math.floor(at / SIZE) + 0.5, 1);
      const d = point.map((value, i) => value - eye[i]);
      if (ids[at] === GROUND_ID) {
        counts.plane++;
        const expected = eye[1] / -d[1];
        // Float32 holds 7 digits; far away they can't be exact to a millimetre.
        worst = Math.max(worst, Math.abs(depth[at] - expected) / Math.max(1, 1e-3 * expected));
      } else if (ids[at] === bodyId(0)) {
        counts.sphere++;
        const o = [0, 1, 2].map((i) => eye[i] - scene.objects[0].position[i]);
        const [a, b, c] = [dot(d, d), dot(o, d), dot(o, o) - 0.45 ** 2];
        worst = Math.max(worst, Math.abs(depth[at] - (-b - Math.sqrt(b * b - a * c)) / a));
      } else if (ids[at] === bodyId(1)) {
        counts.box++;
        // The point lies on the surface: just before it is outside, just behind it inside.
        const on = (t: number): Point => [0, 1, 2].map((i) => eye[i] + d[i] * t) as Point;
        // A ray that grazes an edge may leave it within the millimetre: the box behind is drawn a millimetre larger.
        const slack = { ...box, rx: box.rx + 1e-3, ry: box.ry + 1e-3, rz: box.rz + 1e-3 };
        if (inside(box, on(depth[at] - 1e-3)) || !inside(slack, on(depth[at] + 1e-3))) worst = Infinity;
      }
      unit = Math.max(unit, Math.abs(dot(d, forward) - 1));
    }
    for (const n of Object.values(counts)) expect(n).toBeGreaterThan(300);
    expect(worst).toBeLessThan(1e-3);
    // The rays above have unit depth.
    expect(unit).toBeLessThan(1e-9);
  });

  it('a traced picture has the rendered one’s depth and ids', () => {
    const rendered = renderScene(scene, SIZE, SIZE);
    const traced = traceScene(scene, SIZE, SIZE);
    const bytes = ({ buffer }: Float32Array | Uint8Array): Buffer => Buffer.from(buffer as ArrayBuffer);
    expect(bytes(traced.depth).equals(bytes(rendered.depth))).toBe(true);
    expect(bytes(traced.ids).equals(bytes(rendered.ids))).toBe(true);
  });
});
