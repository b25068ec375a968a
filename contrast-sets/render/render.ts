/**
 * The z-buffer renderer. Every solid is ray-cast analytically inside its bounding rectangle and written into a
 * z-buffer. Where the surface changes between neighbours, or a part is thinner than a few pixels, eight samples find
 * which surfaces share the pixel. Depth and ids are exact at pixel centres. All arithmetic on the way to a pixel is + −
 * × ÷, square roots and integers, so the bytes are the same on every machine.
 */
import { boundsOf } from '../scene/bounds.ts';
import { depthOf, frameOf, project, unproject, type CameraFrame } from '../scene/camera.ts';
import type { Scene } from '../scene/model.ts';
import { solidsOf, type Solid } from '../scene/solids.ts';
import { sceneFromStand } from '../scene/view.ts';
import { backgroundOf, fillBackground, shadeBackgroundRow, type Background } from './background.ts';
import { hit, intersect, type Ray } from './intersect.ts';
import { lightRig } from './light.ts';
import { hash2 } from './noise.ts';
import { store } from './sensor.ts';
import { colour, shadeSolid } from './shade.ts';

export interface Picture {
  readonly width: number;
  readonly height: number;
  /** Row-major, three bytes a pixel. */
  readonly rgb: Uint8Array;
  /** Camera-plane distance at pixel centres, metres; Infinity for sky. */
  readonly depth: Float32Array;
  /** 0 sky, 1 ground, `bodyId(i)` and `supportId(i)` for object i. */
  readonly ids: Uint8Array;
}

/** Pixel rectangle in which a solid can be seen; end exclusive. */
interface Cover {
  readonly solid: Solid;
  readonly x0: number;
  readonly x1: number;
  readonly y0: number;
  readonly y1: number;
  /** Half the thickness in pixels where a part is so thin that it is always supersampled; 0 elsewhere. */
  readonly thin: number;
}

/** Columns and rows of the eight samples in a pixel: a solution of the eight-rooks problem. */
export const SAMPLES_X = [0.0625, 0.1875, 0.3125, 0.4375, 0.5625, 0.6875, 0.8125, 0.9375];
export const SAMPLES_Y = [0.3125, 0.8125, 0.0625, 0.5625, 0.4375, 0.9375, 0.1875, 0.6875];
const SAMPLES = SAMPLES_X.length;
const NONE = -1;

/** Renders a scene at `width` × `height` pixels. */
export function renderScene(world: Scene, width: number, height: number): Picture {
  const scene = sceneFromStand(world);
  const frame = frameOf(scene.camera, width / height);
  const solids = solidsOf(scene);
  const covers = coversOf(frame, solids, width, height);
  const rig = lightRig(scene.light, solids);
  const depth = new Float32Array(width * height).fill(Infinity);
  const ids = new Uint8Array(width * height);
  const { surface, distance, needed, edge } = scratchOf(width * height);
  fillBackground(scene, frame, { width, height, depth, distance, ids });
  const ray: Ray = { ox: 0, oy: frame.height, oz: 0, dx: 0, dy: 0, dz: 0, nearest: 0 };
  covers.forEach(({ solid, x0, x1, y0, y1 }, index) => {
    for (let y = y0; y < y1; y++) {
      for (let x = x0; x < x1; x++) {
        aim(ray, frame, (x + 0.5) / height, (y + 0.5) / height);
        const at = y * width + x;
        if (!intersect(solid, ray) || hit.t >= distance[at]) continue;
        distance[at] = hit.t;
        depth[at] = hit.t;
        ids[at] = solid.id;
        surface[at] = index * 8 + hit.face;
      }
    }
  });
  markEdges(edge, surface, frame, covers, width, height);
  for (let at = 0; at < needed.length; at++) needed[at] = surface[at] === NONE || edge[at] ? 1 : 0;

  const background = backgroundOf(scene, frame, rig, width, height);
  const rgb = new Uint8Array(width * height * 3);
  const context: Context = { scene, frame, rig, covers, background, height };
  const mean = { r: 0, g: 0, b: 0 };
  for (let y = 0; y < height; y++) {
    shadeBackgroundRow(background, y, needed);
    for (let x = 0; x < width; x++) {
      const at = y * width + x;
      const seen = surface[at];
      if (edge[at]) blend(mean, context, x, y, ray);
      else if (seen === NONE) {
        mean.r = background.r[x];
        mean.g = background.g[x];
        mean.b = background.b[x];
      } else {
        aim(ray, frame, (x + 0.5) / height, (y + 0.5) / height);
        shadeSolid(scene, rig, covers[seen >> 3].solid, seen & 7, ray, distance[at]);
        mean.r = colour.r;
        mean.g = colour.g;
        mean.b = colour.b;
      }
      store(rgb, at * 3, mean, scene.noise, hash2(x, y, scene.noiseSeed));
    }
  }
  return { width, height, rgb, depth, ids };
}

interface Scratch {
  /** Index of the solid · 8 + face, or NONE. */
  readonly surface: Int32Array;
  /** Camera-plane distance in full precision. */
  readonly distance: Float64Array;
  /** 1 where the background shows, at least in part. */
  readonly needed: Uint8Array;
  /** 1 where a pixel is supersampled. */
  readonly edge: Uint8Array;
}

let scratch: Scratch = {
  surface: new Int32Array(0),
  distance: new Float64Array(0),
  needed: new Uint8Array(0),
  edge: new Uint8Array(0),
};

/** Cleared working memory for a picture, kept from one picture to the next of the same size. */
function scratchOf(pixels: number): Scratch {
  if (scratch.edge.length !== pixels) {
    scratch = {
      surface: new Int32Array(pixels),
      distance: new Float64Array(pixels),
      needed: new Uint8Array(pixels),
      edge: new Uint8Array(pixels),
    };
  }
  scratch.surface.fill(NONE);
  scratch.distance.fill(Infinity);
  scratch.edge.fill(0);
  return scratch;
}

/** Direction through (u, v) whose forward component is 1, so that its parameter is the camera-plane distance. */
export function aim(ray: Ray, frame: CameraFrame, u: number, v: number): void {
  const up = (0.5 - v) / frame.focal;
  ray.dx = (u - frame.aspect / 2) / frame.focal;
  ray.dy = up * frame.cos - frame.sin;
  ray.dz = up * frame.sin + frame.cos;
}

interface Context {
  readonly scene: Scene;
  readonly frame: CameraFrame;
  readonly rig: ReturnType<typeof lightRig>;
  readonly covers: readonly Cover[];
  readonly background: Background;
  readonly height: number;
}

/**
 * Covers over the pixel at hand, and the surfaces that its samples have met: which, how often, and their grey levels.
 */
const candidates = new Int32Array(256);
const met = new Int32Array(SAMPLES);
const times = new Int32Array(SAMPLES);
const shades = new Float64Array(3 * SAMPLES);

/**
 * Mean colour over the samples of pixel (x, y). Each surface is shaded once, where it is first met; the background at
 * the pixel's centre.
 */
function blend(mean: { r: number; g: number; b: number }, context: Context, x: number, y: number, ray: Ray): void {
  const { scene, frame, rig, covers, background, height } = context;
  let count = 0;
  for (let i = 0; i < covers.length && count < candidates.length; i++) {
    const cover = covers[i];
    if (x >= cover.x0 && x < cover.x1 && y >= cover.y0 && y < cover.y1) candidates[count++] = i;
  }
  let surfaces = 0;
  for (let i = 0; i < SAMPLES; i++) {
    aim(ray, frame, (x + SAMPLES_X[i]) / height, (y + SAMPLES_Y[i]) / height);
    let best = ray.dy < 0 ? frame.height / -ray.dy : Infinity;
    let seen = NONE;
    for (let j = 0; j < count; j++) {
      const index = candidates[j];
      if (!intersect(covers[index].solid, ray) || hit.t >= best) continue;
      best = hit.t;
      seen = index * 8 + hit.face;
    }
    let known = 0;
    while (known < surfaces && met[known] !== seen) known++;
    if (known < surfaces) {
      times[known]++;
      continue;
    }
    met[known] = seen;
    times[known] = 1;
    surfaces++;
    if (seen === NONE) {
      shades[3 * known] = background.r[x];
      shades[3 * known + 1] = background.g[x];
      shades[3 * known + 2] = background.b[x];
    } else {
      shadeSolid(scene, rig, covers[seen >> 3].solid, seen & 7, ray, best);
      shades[3 * known] = colour.r;
      shades[3 * known + 1] = colour.g;
      shades[3 * known + 2] = colour.b;
    }
  }
  mean.r = mean.g = mean.b = 0;
  for (let k = 0; k < surfaces; k++) {
    const weight = times[k] / SAMPLES;
    mean.r += shades[3 * k] * weight;
    mean.g += shades[3 * k + 1] * weight;
    mean.b += shades[3 * k + 2] * weight;
  }
}

function coversOf(frame: CameraFrame, solids: readonly Solid[], width: number, height: number): Cover[] {
  const covers: Cover[] = [];
  for (const solid of solids) {
    const rect = boundsOf(frame, solid);
    if (!rect) continue;
    const x0 = Math.max(0, Math.floor(rect.left * height) - 1);
    const x1 = Math.min(width, Math.floor(rect.right * height) + 2);
    const y0 = Math.max(0, Math.floor(rect.top * height) - 1);
    const y1 = Math.min(height, Math.floor(rect.bottom * height) + 2);
    const half =
      (Math.min(solid.rx, solid.ry) * frame.focal * height) / depthOf(frame, [solid.x, solid.y - solid.ry, solid.z]);
    if (x0 < x1 && y0 < y1) covers.push({ solid, x0, x1, y0, y1, thin: half < 2 ? half : 0 });
  }
  return covers;
}

/** Sets `edge` where a pixel's four neighbours show another surface, and all over thin parts. */
function markEdges(
  edge: Uint8Array,
  surface: Int32Array,
  frame: CameraFrame,
  covers: readonly Cover[],
  width: number,
  height: number,
): void {
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = y * width + x;
      if (x + 1 < width && surface[at] !== surface[at + 1]) edge[at] = edge[at + 1] = 1;
      if (y + 1 < height && surface[at] !== surface[at + width]) edge[at] = edge[at + width] = 1;
    }
  }
  for (const { solid, thin, x0, x1, y0, y1 } of covers) {
    if (thin === 0) continue;
    // A post or cord is followed along its projected axis, a straight line; a flat part fills its rectangle.
    const upright = solid.ry > solid.rx;
    const foot = project(frame, [solid.x, solid.y - solid.ry, solid.z]);
    const above = unproject(frame, foot.u, foot.v - 0.1, foot.depth);
    const direction = project(frame, [solid.x, above[1], solid.z]);
    const slope = (direction.u - foot.u) / (direction.v - foot.v);
    for (let y = y0; y < y1; y++) {
      const axis = (foot.u + slope * ((y + 0.5) / height - foot.v)) * height;
      const from = upright ? Math.max(x0, Math.floor(axis - thin) - 1) : x0;
      const to = upright ? Math.min(x1, Math.floor(axis + thin) + 2) : x1;
      if (from < to) edge.fill(1, y * width + from, y * width + to);
    }
  }
}
