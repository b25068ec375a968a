/** The pinhole camera. Picture coordinates are in heights of the picture: v runs down from 0 to 1, u right from 0 to width/height. */
import { exactCos, exactSin, exactTan } from '../../core/numerics/exact-math.ts';
import type { Camera, Vector } from './model.ts';

export const RADIANS = 0.017453292519943295;

export interface CameraFrame {
  readonly height: number;
  /** Sine and cosine of the pitch. */
  readonly sin: number;
  readonly cos: number;
  /** Focal length in heights of the picture. */
  readonly focal: number;
  /** Width over height. */
  readonly aspect: number;
  /** Row of the horizon. */
  readonly horizon: number;
}

/** Precomputes a camera's frame for pictures of the given width / height. */
export function frameOf(camera: Camera, aspect: number): CameraFrame {
  const sin = exactSin(camera.pitch * RADIANS);
  const cos = exactCos(camera.pitch * RADIANS);
  const focal = 0.5 / exactTan(camera.fov * 0.5 * RADIANS);
  return { height: camera.height, sin, cos, focal, aspect, horizon: 0.5 - (focal * sin) / cos };
}

/** The world point that the picture shows at (u, v) with camera-plane distance `depth`. */
export function unproject(frame: CameraFrame, u: number, v: number, depth: number): Vector {
  const right = ((u - frame.aspect / 2) / frame.focal) * depth;
  const up = ((0.5 - v) / frame.focal) * depth;
  return [right, frame.height + up * frame.cos - depth * frame.sin, up * frame.sin + depth * frame.cos];
}

/** Camera-plane distance of a world point, metres. */
export function depthOf(frame: CameraFrame, [, y, z]: Vector): number {
  return z * frame.cos - (y - frame.height) * frame.sin;
}

/** Picture coordinates of a world point in front of the camera. */
export function project(frame: CameraFrame, point: Vector): { u: number; v: number; depth: number } {
  const depth = depthOf(frame, point);
  const up = (point[1] - frame.height) * frame.cos + point[2] * frame.sin;
  return { u: frame.aspect / 2 + (frame.focal * point[0]) / depth, v: 0.5 - (frame.focal * up) / depth, depth };
}

/** Row at which the ground lies `depth` metres from the camera plane. */
export function groundRow(frame: CameraFrame, depth: number): number {
  return frame.horizon + (frame.focal * frame.height) / (depth * frame.cos);
}
