/**
 * The pinhole camera. Picture coordinates are in heights of the picture: v runs down from 0 to 1, u right from 0 to
 * width/height.
 */
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
  /** Where the camera stands on the ground, and sine and cosine of its yaw. */
  readonly x: number;
  readonly z: number;
  readonly yawSin: number;
  readonly yawCos: number;
}

/** Precomputes a camera's frame for pictures of the given width / height. */
export function frameOf(camera: Camera, aspect: number): CameraFrame {
  const sin = exactSin(camera.pitch * RADIANS);
  const cos = exactCos(camera.pitch * RADIANS);
  const focal = 0.5 / exactTan(camera.fov * 0.5 * RADIANS);
  const { height, yaw = 0, position: [x, z] = [0, 0] } = camera;
  return {
    height,
    sin,
    cos,
    focal,
    aspect,
    horizon: 0.5 - (focal * sin) / cos,
    x,
    z,
    yawSin: exactSin(yaw * RADIANS),
    yawCos: exactCos(yaw * RADIANS),
  };
}

/** A world point in the axes of the camera's stand: x to its right, y up from the ground, z the way it faces. */
export function fromStand({ x, z, yawSin, yawCos }: CameraFrame, [px, py, pz]: Vector): Vector {
  return [(px - x) * yawCos - (pz - z) * yawSin, py, (px - x) * yawSin + (pz - z) * yawCos];
}

/** Inverse of `fromStand`. */
export function toWorld({ x, z, yawSin, yawCos }: CameraFrame, [px, py, pz]: Vector): Vector {
  return [px * yawCos + pz * yawSin + x, py, pz * yawCos - px * yawSin + z];
}

/** The world point that the picture shows at (u, v) with camera-plane distance `depth`. */
export function unproject(frame: CameraFrame, u: number, v: number, depth: number): Vector {
  const right = ((u - frame.aspect / 2) / frame.focal) * depth;
  const up = ((0.5 - v) / frame.focal) * depth;
  return toWorld(frame, [right, frame.height + up * frame.cos - depth * frame.sin, up * frame.sin + depth * frame.cos]);
}

/** Camera-plane distance of a world point, metres. */
export function depthOf(frame: CameraFrame, point: Vector): number {
  const [, y, z] = fromStand(frame, point);
  return z * frame.cos - (y - frame.height) * frame.sin;
}

/** Picture coordinates of a world point in front of the camera. */
export function project(frame: CameraFrame, point: Vector): { u: number; v: number; depth: number } {
  const [x, y, z] = fromStand(frame, point);
  const depth = z * frame.cos - (y - frame.height) * frame.sin;
  const up = (y - frame.height) * frame.cos + z * frame.sin;
  return { u: frame.aspect / 2 + (frame.focal * x) / depth, v: 0.5 - (frame.focal * up) / depth, depth };
}

/** Row at which the ground lies `depth` metres from the camera plane. */
export function groundRow(frame: CameraFrame, depth: number): number {
  return frame.horizon + (frame.focal * frame.height) / (depth * frame.cos);
}
