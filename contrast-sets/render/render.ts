/**
 * The z-buffer renderer. Every solid is ray-cast analytically inside its bounding rectangle and written into a z-buffer; one colour sample a
 * pixel, eight where the surface changes between neighbours or a part is thinner than a few pixels. Depth and ids are exact at pixel centres.
 * All arithmetic on the way to a pixel is + − × ÷, square roots and integers, so the bytes are the same on every machine.
 */
import { depthOf, frameOf, type CameraFrame } from '../scene/camera.ts';
import { boundsOf } from '../scene/bounds.ts';
import type { Scene } from '../scene/model.ts';
import { GROUND_ID, SKY_ID, solidsOf, type Solid } from '../scene/solids.ts';
import { hit, intersect } from './intersect.ts';
import { hash2 } from './noise.ts';
import { colour, shadeGroundPoint, shadeSky, shadeSolid, shaderOf, type Shader } from './shade.ts';
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
const NONE = -1;

/** Renders `scene` at `width` × `height` pixels. */
export function renderScene(scene: Scene, width: number, height: number): Picture {
  const frame = frameOf(scene.camera, width / height);
  const solids = solidsOf(scene);
  const covers = coversOf(frame, solids, width, height);
  const shader = shaderOf(scene, frame, solids, height);
  const depth = new Float32Array(width * height).fill(Infinity);
  const ids = new Uint8Array(width * height);
  /** Index of the solid · 8 + face, or NONE. */
  const surface = new Int32Array(width * height).fill(NONE);
  const distance = new Float64Array(width * height).fill(Infinity);

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

  const edge = edgesOf(surface, covers, width, height);
  const rgb = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = y * width + x;
      let r = 0;
      let g = 0;
      let b = 0;
      if (edge[at]) {
        for (let i = 0; i < 8; i++) {
          trace(shader, covers, x, y, (x + SAMPLES_X[i]) / height, (y + SAMPLES_Y[i]) / height, ray);
          r += encode(colour.r);
          g += encode(colour.g);
          b += encode(colour.b);
        }
        r /= 8;
        g /= 8;
        b /= 8;
      } else {
        aim(ray, frame, (x + 0.5) / height, (y + 0.5) / height);
        const hitSurface = surface[at];
        if (hitSurface === NONE) shadeBackground(shader, ray, ids[at] === SKY_ID ? Infinity : distance[at]);
        else shadeHit(shader, covers[hitSurface >> 3].solid, hitSurface & 7, ray, distance[at]);
        r = encode(colour.r);
        g = encode(colour.g);
        b = encode(colour.b);
      }
      store(rgb, at * 3, r, g, b, scene.noise, hash2(x, y, scene.noiseSeed));
    }
  }
  return { width, height, rgb, depth, ids };
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

function shadeHit(shader: Shader, solid: Solid, face: number, ray: Ray, t: number): void {
  shadeSolid(shader, solid, face, ray.dx * t, shader.frame.height + ray.dy * t, ray.dz * t, ray.dx, ray.dy, ray.dz, t);
}

/** One full sample through (u, v) of pixel (x, y). */
function trace(shader: Shader, covers: readonly Cover[], x: number, y: number, u: number, v: number, ray: Ray): void {
  aim(ray, shader.frame, u, v);
  const ground = ray.dy < 0 ? shader.frame.height / -ray.dy : Infinity;
  let best = ground;
  let solid: Solid | undefined;
  let face = 0;
  for (let i = 0; i < covers.length; i++) {
    const cover = covers[i];
    if (x < cover.x0 || x >= cover.x1 || y < cover.y0 || y >= cover.y1) continue;
    const t = intersect(cover.solid, 0, shader.frame.height, 0, ray.dx, ray.dy, ray.dz, 0);
    if (t >= best) continue;
    best = t;
    solid = cover.solid;
    face = hit.face;
  }
  if (solid) shadeHit(shader, solid, face, ray, best);
  else shadeBackground(shader, ray, ground);
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
function edgesOf(surface: Int32Array, covers: readonly Cover[], width: number, height: number): Uint8Array {
  const edge = new Uint8Array(width * height);
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
  return edge;
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
