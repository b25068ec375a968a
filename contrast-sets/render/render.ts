/**
 * The z-buffer renderer. Every solid is ray-cast analytically inside its bounding rectangle and written into a z-buffer. Where the surface changes
 * between neighbours, or a part is thinner than a few pixels, eight samples find which surfaces share the pixel. Depth and ids are exact at pixel centres.
 * All arithmetic on the way to a pixel is + − × ÷, square roots and integers, so the bytes are the same on every machine.
 */
import { depthOf, frameOf, type CameraFrame } from '../scene/camera.ts';
import { boundsOf } from '../scene/bounds.ts';
import type { Scene } from '../scene/model.ts';
import { GROUND_ID, solidsOf, type Solid } from '../scene/solids.ts';
import { hit, intersect } from './intersect.ts';
import { hash2 } from './noise.ts';
import { colour, selectNear, shadeGroundPoint, shadeSky, shadeSolid, shaderOf, type Shader } from './shade.ts';
import { encode } from './tone.ts';

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
  /** Thinner than a few pixels: always supersampled. */
  readonly thin: boolean;
}

/** Rows and columns of the eight samples in a pixel: a solution of the eight-rooks problem. */
const SAMPLES_X = [0.0625, 0.1875, 0.3125, 0.4375, 0.5625, 0.6875, 0.8125, 0.9375];
const SAMPLES_Y = [0.3125, 0.8125, 0.0625, 0.5625, 0.4375, 0.9375, 0.1875, 0.6875];
const SAMPLES = SAMPLES_X.length;
const NONE = -1;

/** Renders `scene` at `width` × `height` pixels. */
export function renderScene(scene: Scene, width: number, height: number): Picture {
  const frame = frameOf(scene.camera, width / height);
  const solids = solidsOf(scene);
  const covers = coversOf(frame, solids, width, height);
  const shader = shaderOf(scene, frame, solids, height);
  const depth = new Float32Array(width * height).fill(Infinity);
  const ids = new Uint8Array(width * height);
  const { surface, distance, edge } = scratchOf(width * height);

  for (let y = 0; y < height; y++) {
    const ground = groundDepth(frame, (y + 0.5) / height);
    if (ground === Infinity) continue;
    depth.fill(ground, y * width, (y + 1) * width);
    distance.fill(ground, y * width, (y + 1) * width);
    ids.fill(GROUND_ID, y * width, (y + 1) * width);
  }
  const ray: Ray = { dx: 0, dy: 0, dz: 0 };
  covers.forEach(({ solid, x0, x1, y0, y1 }, index) => {
    for (let y = y0; y < y1; y++) {
      for (let x = x0; x < x1; x++) {
        aim(ray, frame, (x + 0.5) / height, (y + 0.5) / height);
        const t = intersect(solid, 0, frame.height, 0, ray.dx, ray.dy, ray.dz, 0);
        const at = y * width + x;
        if (t >= distance[at]) continue;
        distance[at] = t;
        depth[at] = t;
        ids[at] = solid.id;
        surface[at] = index * 8 + hit.face;
      }
    }
  });

  markEdges(edge, surface, covers, width, height);
  const rgb = new Uint8Array(width * height * 3);
  const mean = { r: 0, g: 0, b: 0 };
  for (let y = 0; y < height; y++) {
    enterRow(shader, frame, y, height);
    for (let x = 0; x < width; x++) {
      const at = y * width + x;
      if (edge[at]) blend(mean, shader, covers, x, y, height, ray);
      else {
        aim(ray, frame, (x + 0.5) / height, (y + 0.5) / height);
        const seen = surface[at];
        if (seen === NONE) shadeBackground(shader, ray, distance[at]);
        else shadeHit(shader, covers[seen >> 3].solid, seen & 7, ray, distance[at]);
        mean.r = encode(colour.r);
        mean.g = encode(colour.g);
        mean.b = encode(colour.b);
      }
      store(rgb, at * 3, mean.r, mean.g, mean.b, scene.noise, hash2(x, y, scene.noiseSeed));
    }
  }
  return { width, height, rgb, depth, ids };
}

interface Scratch {
  /** Index of the solid · 8 + face, or NONE. */
  readonly surface: Int32Array;
  /** Camera-plane distance in full precision. */
  readonly distance: Float64Array;
  /** 1 where a pixel is supersampled. */
  readonly edge: Uint8Array;
}

let scratch: Scratch = { surface: new Int32Array(0), distance: new Float64Array(0), edge: new Uint8Array(0) };

/** Cleared working memory for a picture, kept from one picture to the next of the same size. */
function scratchOf(pixels: number): Scratch {
  if (scratch.edge.length !== pixels) {
    scratch = { surface: new Int32Array(pixels), distance: new Float64Array(pixels), edge: new Uint8Array(pixels) };
  }
  scratch.surface.fill(NONE);
  scratch.distance.fill(Infinity);
  scratch.edge.fill(0);
  return scratch;
}

interface Ray {
  dx: number;
  dy: number;
  dz: number;
}

/** Direction through (u, v) whose forward component is 1, so that its parameter is the camera-plane distance. */
function aim(ray: Ray, frame: CameraFrame, u: number, v: number): void {
  const up = (0.5 - v) / frame.focal;
  ray.dx = (u - frame.aspect / 2) / frame.focal;
  ray.dy = up * frame.cos - frame.sin;
  ray.dz = up * frame.sin + frame.cos;
}

/** Camera-plane distance of the ground on row v; the camera has no roll, so it is the same along a row. */
function groundDepth(frame: CameraFrame, v: number): number {
  const dy = ((0.5 - v) / frame.focal) * frame.cos - frame.sin;
  return dy < 0 ? frame.height / -dy : Infinity;
}

function shadeBackground(shader: Shader, ray: Ray, ground: number): void {
  if (ground === Infinity) {
    shadeSky(shader, ray.dx, ray.dy);
    return;
  }
  // Rows cover 1/sin of the grazing angle more ground than columns; the square root is their geometric mean.
  const steep = Math.sqrt(Math.sqrt(1 + ray.dy * ray.dy) / -ray.dy);
  shadeGroundPoint(shader, ray.dx * ground, ray.dz * ground, ground, steep);
}

/** Tells the shader which ground points the rays through this row of pixels can meet. */
function enterRow(shader: Shader, frame: CameraFrame, y: number, height: number): void {
  const above = groundDepth(frame, y / height);
  const below = groundDepth(frame, (y + 1) / height);
  const z = (depth: number, v: number): number => depth * (((0.5 - v) / frame.focal) * frame.sin + frame.cos);
  if (below < Infinity) selectNear(shader, z(below, (y + 1) / height), above < Infinity ? z(above, y / height) : Infinity);
}

function shadeHit(shader: Shader, solid: Solid, face: number, ray: Ray, t: number): void {
  shadeSolid(shader, solid, face, ray.dx * t, shader.frame.height + ray.dy * t, ray.dz * t, ray.dx, ray.dy, ray.dz, t);
}

/** Covers over the pixel at hand, and the surfaces that its samples have met: solid (or NONE), and how often. */
const candidates = new Int32Array(64);
const met = new Int32Array(SAMPLES);
const times = new Int32Array(SAMPLES);
const shades = new Float64Array(3 * SAMPLES);

/** Mean colour over the samples of pixel (x, y); each surface is shaded once, where it is first met. */
function blend(mean: { r: number; g: number; b: number }, shader: Shader, covers: readonly Cover[], x: number, y: number, height: number, ray: Ray): void {
  let count = 0;
  for (let i = 0; i < covers.length && count < candidates.length; i++) {
    const cover = covers[i];
    if (x >= cover.x0 && x < cover.x1 && y >= cover.y0 && y < cover.y1) candidates[count++] = i;
  }
  mean.r = mean.g = mean.b = 0;
  let surfaces = 0;
  for (let i = 0; i < SAMPLES; i++) {
    aim(ray, shader.frame, (x + SAMPLES_X[i]) / height, (y + SAMPLES_Y[i]) / height);
    const ground = ray.dy < 0 ? shader.frame.height / -ray.dy : Infinity;
    let best = ground;
    let seen = NONE;
    for (let j = 0; j < count; j++) {
      const index = candidates[j];
      const t = intersect(covers[index].solid, 0, shader.frame.height, 0, ray.dx, ray.dy, ray.dz, 0);
      if (t >= best) continue;
      best = t;
      seen = index * 8 + hit.face;
    }
    let known = 0;
    while (known < surfaces && met[known] !== seen) known++;
    if (known < surfaces) times[known]++;
    else {
      met[known] = seen;
      times[known] = 1;
      surfaces++;
      if (seen === NONE) shadeBackground(shader, ray, ground);
      else shadeHit(shader, covers[seen >> 3].solid, seen & 7, ray, best);
      shades[3 * known] = encode(colour.r);
      shades[3 * known + 1] = encode(colour.g);
      shades[3 * known + 2] = encode(colour.b);
    }
  }
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
    const thickness = (2 * Math.min(solid.rx, solid.ry) * frame.focal * height) / depthOf(frame, [solid.x, solid.y - solid.ry, solid.z]);
    if (x0 < x1 && y0 < y1) covers.push({ solid, x0, x1, y0, y1, thin: thickness < 4 });
  }
  return covers;
}

/** 1 where a pixel's four neighbours show another surface, and all over thin parts. */
function markEdges(edge: Uint8Array, surface: Int32Array, covers: readonly Cover[], width: number, height: number): void {
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = y * width + x;
      if (x + 1 < width && surface[at] !== surface[at + 1]) edge[at] = edge[at + 1] = 1;
      if (y + 1 < height && surface[at] !== surface[at + width]) edge[at] = edge[at + width] = 1;
    }
  }
  for (const { thin, x0, x1, y0, y1 } of covers) {
    if (thin) for (let y = y0; y < y1; y++) edge.fill(1, y * width + x0, y * width + x1);
  }
}

/** Rounds to bytes after adding sensor noise: the luminance part is shared, a smaller part is each channel's own. */
function store(rgb: Uint8Array, at: number, r: number, g: number, b: number, sigma: number, h: number): void {
  // Sums of two bytes have standard deviation 104.5; centred on 255.
  const shared = (((h & 255) + ((h >>> 8) & 255) - 255) / 104.5) * sigma;
  const red = (((h >>> 16) & 255) / 147 - 0.867) * sigma;
  const blue = ((h >>> 24) / 147 - 0.867) * sigma;
  rgb[at] = byte(r + shared + red);
  rgb[at + 1] = byte(g + shared);
  rgb[at + 2] = byte(b + shared + blue);
}

function byte(value: number): number {
  return value <= 0 ? 0 : value >= 255 ? 255 : Math.floor(value + 0.5);
}
