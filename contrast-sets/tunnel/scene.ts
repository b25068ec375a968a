/** A planned picture as a scene to render. */
import { exactCos, exactSin } from '../../core/numerics/exact-math.ts';
import { hash2 } from '../render/noise.ts';
import { tunnelFrame, type TunnelScene } from '../render/tunnel.ts';
import { boundsOf } from '../scene/bounds.ts';
import { unproject } from '../scene/camera.ts';
import type { ObjectSpec } from '../scene/model.ts';
import { bodyOf, type Solid } from '../scene/solids.ts';
import { ANGLES, type TunnelParameters } from './parameters.ts';
import type { Appearance, TunnelPicture } from './plan.ts';

const TURN = 6.283185307179586;

/** Direction of an angular position: 0 is right, a quarter of the positions up. */
export function ringDirection(angle: number): { x: number; y: number } {
  const radians = (angle / ANGLES) * TURN;
  return { x: exactCos(radians), y: exactSin(radians) };
}

export function tunnelScene(
  { objects, ...rest }: Appearance,
  picture: TunnelPicture,
  { depths, ring, width, length, fov }: TunnelParameters,
): TunnelScene {
  const frame = tunnelFrame({ width, fov }, 1);
  const solids = ([0, 1] as const).map((index) => {
    const { colour, shape, yaw, roughness } = objects[index];
    const depth = depths[picture.far === index ? 1 : 0];
    const { x, y } = ringDirection(picture.angles[index]);
    // The outline's centre is where the ring at this depth is seen, so that no shape or size shifts it.
    const u = 0.5 + (frame.focal * ring * x) / depth;
    const v = 0.5 - (frame.focal * ring * y) / depth;
    const place = (aimU: number, aimV: number): Solid => {
      const spec: ObjectSpec = {
        colour,
        shape,
        size: 2 * picture.sizes[index],
        yaw,
        support: 'cord',
        position: unproject(frame, aimU, aimV, depth),
      };
      return { ...bodyOf(spec, index), gloss: 1 - roughness };
    };
    let aimU = u;
    let aimV = v;
    for (let i = 0; i < 3; i++) {
      const rect = boundsOf(frame, place(aimU, aimV));
      if (rect === undefined) break;
      aimU += u - (rect.left + rect.right) / 2;
      aimV += v - (rect.top + rect.bottom) / 2;
    }
    return { solid: place(aimU, aimV), roughness };
  });
  const noiseSeed =
    hash2(picture.instance, 16 * picture.angles[0] + picture.angles[1], Math.round(1000 * picture.sizes[0])) | 0;
  return { ...rest, fov, width, length, solids, noiseSeed };
}
