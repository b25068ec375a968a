/** The walls of a room, a row of pixels at a time, and which part of the room a pixel shows. */
import type { CameraFrame } from '../scene/camera.ts';
import type { Room, Vector } from '../scene/model.ts';
import { lines, unit } from './ground.ts';
import type { LightRig } from './light.ts';
import { hash2 } from './noise.ts';
import { sunOnSolid } from './shadows.ts';

/** What a ray meets: floor, back wall, left or right wall, at camera-plane distance `t`. */
export const met = { t: 0, part: 0 };
export const FLOOR = 0;
const BACK = 1;
const LEFT = 2;
const RIGHT = 3;

/** Where the ray through (u, v), in heights of the picture, meets the room; into `met`. */
export function meetRoom(frame: CameraFrame, room: Room, u: number, v: number): void {
  const dx = (u - frame.aspect / 2) / frame.focal;
  const up = (0.5 - v) / frame.focal;
  const dy = up * frame.cos - frame.sin;
  const dz = up * frame.sin + frame.cos;
  met.t = dy < 0 ? frame.height / -dy : Infinity;
  met.part = FLOOR;
  const back = dz > 0 ? room.back / dz : Infinity;
  if (back < met.t) {
    met.t = back;
    met.part = BACK;
  }
  const side = dx === 0 ? Infinity : room.side / (dx > 0 ? dx : -dx);
  if (side < met.t) {
    met.t = side;
    met.part = dx > 0 ? RIGHT : LEFT;
  }
}

const OFFSETS: readonly (readonly [number, number])[] = [
  [-0.25, -0.25],
  [0.25, -0.25],
  [-0.25, 0.25],
  [0.25, 0.25],
];
const colour = { r: 0, g: 0, b: 0 };

/**
 * Replaces linear light `r/g/b` of row `y`, which holds the floor, by that of the walls where they are nearer; pixels
 * on a corner are mixed from four samples.
 */
export function shadeWallsRow(
  frame: CameraFrame,
  room: Room,
  rig: LightRig,
  needed: Uint8Array,
  y: number,
  height: number,
  out: { readonly r: Float64Array; readonly g: Float64Array; readonly b: Float64Array },
): void {
  const width = out.r.length;
  for (let x = 0; x < width; x++) {
    if (needed[y * width + x] === 0) continue;
    let walls = 0;
    const parts: number[] = [];
    for (const [ox, oy] of OFFSETS) {
      meetRoom(frame, room, (x + 0.5 + ox) / height, (y + 0.5 + oy) / height);
      parts.push(met.part);
      if (met.part !== FLOOR) walls++;
    }
    if (walls === 0) continue;
    const mixed = { r: 0, g: 0, b: 0 };
    const same = parts.every((part) => part === parts[0]);
    for (let i = 0; i < (same ? 1 : 4); i++) {
      const [ox, oy] = same ? [0, 0] : OFFSETS[i];
      meetRoom(frame, room, (x + 0.5 + ox) / height, (y + 0.5 + oy) / height);
      if (met.part === FLOOR) {
        mixed.r += out.r[x];
        mixed.g += out.g[x];
        mixed.b += out.b[x];
      } else {
        shadeWall(frame, room, rig, (x + 0.5 + ox) / height, (y + 0.5 + oy) / height, height);
        mixed.r += colour.r;
        mixed.g += colour.g;
        mixed.b += colour.b;
      }
    }
    const share = same ? 1 : 0.25;
    out.r[x] = mixed.r * share;
    out.g[x] = mixed.g * share;
    out.b[x] = mixed.b * share;
  }
}

const SKIRTING: Vector = [0.55, 0.54, 0.5];

/** Linear light of the wall that `met` names; into `colour`. */
function shadeWall(frame: CameraFrame, room: Room, rig: LightRig, u: number, v: number, height: number): void {
  const { t, part } = met;
  const up = (0.5 - v) / frame.focal;
  const x = ((u - frame.aspect / 2) / frame.focal) * t;
  const y = frame.height + (up * frame.cos - frame.sin) * t;
  const z = (up * frame.sin + frame.cos) * t;
  const { scale } = room;
  const along = (part === BACK ? x : z) / scale;
  const above = y / scale;
  const footprint = t / (frame.focal * height) / scale + 1e-4;
  const board = above < 0.13;
  const stripe =
    room.walls === 'stripes' && !board
      ? 1 + 0.14 * (2 * lines(along + 50, 0.36, 0.18, part === BACK ? footprint : 3 * footprint) - 1)
      : 1;
  const grain = 1 + 0.02 * (unit(hash2(Math.floor(along * 9 + 500), Math.floor(above * 9), 71 + part)) - 0.5);
  const facing = part === BACK ? -rig.z : part === LEFT ? rig.x : -rig.x;
  const direct = facing > 0 ? rig.sun * facing * sunOnSolid(rig, undefined, x, y, z) : 0;
  // Less light from above reaches a corner.
  const floor = above / (above + 0.3);
  const wall = part === BACK ? (room.side - (x < 0 ? -x : x)) / scale : (room.back - z) / scale;
  const open = (0.72 + 0.28 * floor) * (0.75 + 0.25 * (wall / (wall + 0.3)));
  const light =
    (direct + rig.ambient * 0.75 * open + 0.1 * rig.sun) * stripe * grain * (board && above > 0.115 ? 0.7 : 1);
  const base = board ? SKIRTING : room.colour;
  colour.r = base[0] * light;
  colour.g = base[1] * light;
  colour.b = base[2] * light;
}
