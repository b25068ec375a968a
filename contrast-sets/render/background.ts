/** Sky and ground, a row of pixels at a time, in encoded grey levels. */
import { exactCos, exactExp, exactSin } from '../../core/numerics/exact-math.ts';
import { RADIANS, type CameraFrame } from '../scene/camera.ts';
import type { Room, Scene } from '../scene/model.ts';
import { groundShader, shadeGroundRow, type GroundRow, type GroundShader } from './ground.ts';
import type { LightRig } from './light.ts';
import { addNoise } from './noise.ts';
import { shadeRow } from './shadows.ts';
import { GROUND_ID, WALL_ID } from '../scene/solids.ts';
import { FLOOR, meetRoom, met, shadeWallsRow } from './room.ts';
import { encode } from './tone.ts';

/** Origin of the clouds, and cosine and sine of their rotation. */
interface Clouds {
  readonly x: number;
  readonly z: number;
  readonly cos: number;
  readonly sin: number;
}

export interface Background {
  readonly scene: Scene;
  readonly frame: CameraFrame;
  readonly rig: LightRig;
  readonly ground: GroundShader;
  readonly clouds: Clouds;
  readonly height: number;
  readonly row: GroundRow;
  /** Grey levels of the row at hand. */
  readonly r: Float64Array;
  readonly g: Float64Array;
  readonly b: Float64Array;
  readonly sun: Float64Array;
  readonly sky: Float64Array;
}

/** Depth and ids of what stands behind all objects: ground and sky, or a room. */
export function fillBackground(
  scene: Scene,
  frame: CameraFrame,
  {
    width,
    height,
    depth,
    distance,
    ids,
  }: { width: number; height: number; depth: Float32Array; distance: Float64Array; ids: Uint8Array },
): void {
  const { room } = scene;
  for (let y = 0; y < height; y++) {
    if (room !== undefined) {
      for (let x = 0; x < width; x++) {
        meetRoom(frame, room, (x + 0.5) / height, (y + 0.5) / height);
        const at = y * width + x;
        depth[at] = distance[at] = met.t;
        ids[at] = met.part === FLOOR ? GROUND_ID : WALL_ID;
      }
      continue;
    }
    const ground = groundDepth(frame, (y + 0.5) / height);
    if (ground === Infinity) continue;
    depth.fill(ground, y * width, (y + 1) * width);
    distance.fill(ground, y * width, (y + 1) * width);
    ids.fill(GROUND_ID, y * width, (y + 1) * width);
  }
}

export function backgroundOf(
  scene: Scene,
  frame: CameraFrame,
  rig: LightRig,
  width: number,
  height: number,
): Background {
  const line = (): Float64Array => new Float64Array(width);
  const row: GroundRow = { n: width, x: 0, dx: 0, z: 0, footprint: 0 };
  const [x, z] = scene.sky.offset ?? scene.ground.offset;
  const turn = (scene.sky.rotation ?? 0) * RADIANS;
  const clouds = { x, z, cos: exactCos(turn), sin: exactSin(turn) };
  return {
    scene,
    frame,
    rig,
    ground: groundShader(scene.ground),
    clouds,
    height,
    row,
    r: line(),
    g: line(),
    b: line(),
    sun: line(),
    sky: line(),
  };
}

/**
 * Camera-plane distance of the ground on row v (in heights); the camera has no roll, so it is the same along a row.
 * Infinity above the horizon.
 */
export function groundDepth(frame: CameraFrame, v: number): number {
  const dy = ((0.5 - v) / frame.focal) * frame.cos - frame.sin;
  return dy < 0 ? frame.height / -dy : Infinity;
}

/** Fills `background.r/g/b` with row `y`. Shadows are worked out only where `needed` (the picture's mask) is set. */
export function shadeBackgroundRow(background: Background, y: number, needed: Uint8Array): void {
  const { frame, height, row, rig, r, g, b, sun, sky, scene } = background;
  const up = (0.5 - (y + 0.5) / height) / frame.focal;
  const dy = up * frame.cos - frame.sin;
  if (dy >= 0) {
    if (scene.room === undefined) shadeSkyRow(background, dy);
    else encodeWalls(background, scene.room, y, needed);
    return;
  }
  const depth = frame.height / -dy;
  const pixel = depth / (frame.focal * height);
  row.x = ((0.5 / height - frame.aspect / 2) / frame.focal) * depth;
  row.dx = pixel;
  row.z = depth * (up * frame.sin + frame.cos);
  // Seen at a slant, a pixel covers more ground in z than in x: the geometric mean blurs a little and aliases a little.
  row.footprint = pixel * Math.sqrt(Math.sqrt(1 + dy * dy) / -dy);
  shadeGroundRow(background.ground, row, background);
  sun.fill(1);
  sky.fill(1);
  shadeRow(rig, row, needed, y * row.n, sun, sky);
  const keep = exactExp(-depth / scene.sky.haze);
  const [hazeR, hazeG, hazeB] = scene.sky.horizon;
  const direct = rig.sun * rig.y;
  for (let i = 0; i < row.n; i++) {
    const light = (direct * sun[i] + rig.ambient * sky[i]) * keep;
    r[i] = r[i] * light + hazeR * (1 - keep);
    g[i] = g[i] * light + hazeG * (1 - keep);
    b[i] = b[i] * light + hazeB * (1 - keep);
  }
  if (scene.room !== undefined) {
    encodeWalls(background, scene.room, y, needed);
    return;
  }
  for (let i = 0; i < row.n; i++) {
    r[i] = encode(r[i]);
    g[i] = encode(g[i]);
    b[i] = encode(b[i]);
  }
}

/** Walls over the row's floor, if any, and the whole row in grey levels. */
function encodeWalls(
  { frame, rig, height, row, r, g, b }: Background,
  room: Room,
  y: number,
  needed: Uint8Array,
): void {
  shadeWallsRow(frame, room, rig, needed, y, height, { r, g, b });
  for (let i = 0; i < row.n; i++) {
    r[i] = encode(r[i]);
    g[i] = encode(g[i]);
    b[i] = encode(b[i]);
  }
}

function shadeSkyRow(
  { scene, frame, height, row, clouds: origin, r, g, b, sky: density }: Background,
  dy: number,
): void {
  const { zenith, horizon, clouds } = scene.sky;
  // Two octaves of noise on a plane overhead.
  const plane = 1.6 / (dy + 0.12);
  const step = plane / (frame.focal * height);
  const across = (-frame.aspect / 2 / frame.focal) * plane;
  const x = across * origin.cos - plane * origin.sin;
  const z = across * origin.sin + plane * origin.cos;
  const dx = step * origin.cos;
  const dz = step * origin.sin;
  density.fill(0.1);
  addNoise(density, row.n, { u: x + origin.x, v: z * 1.4, du: dx, dv: dz * 1.4, amplitude: 1 });
  addNoise(density, row.n, { u: 2.1 * x, v: 3.3 * z + origin.z, du: 2.1 * dx, dv: 3.3 * dz, amplitude: 0.5 });
  const opacity = clouds * (dy < 0.15 ? dy / 0.15 : 1);
  const blend = dy / (dy + 0.22);
  const red = horizon[0] + (zenith[0] - horizon[0]) * blend;
  const green = horizon[1] + (zenith[1] - horizon[1]) * blend;
  const blue = horizon[2] + (zenith[2] - horizon[2]) * blend;
  for (let i = 0; i < row.n; i++) {
    const d = density[i];
    const cloud = d <= 0 ? 0 : opacity * (d < 1 ? d : 1);
    r[i] = encode(red + (0.92 - red) * cloud);
    g[i] = encode(green + (0.92 - green) * cloud);
    b[i] = encode(blue + (0.93 - blue) * cloud);
  }
}
