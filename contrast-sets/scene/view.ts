/**
 * Scenes and solids as a camera that has moved or turned sees them: the same world in the axes of the camera's stand,
 * where rendering and projection work.
 */
import { frameOf, fromStand, type CameraFrame } from './camera.ts';
import type { Scene } from './model.ts';
import type { Solid } from './solids.ts';

/**
 * The scene told anew from where its camera stands and the way it faces, so that the camera's yaw is 0 and its position
 * the origin. Pictures of both are the same.
 */
export function sceneFromStand(scene: Scene): Scene {
  const { camera, light, sky, ground } = scene;
  const { yaw = 0, position } = camera;
  if (yaw === 0 && position === undefined) return scene;
  const frame = frameOf(camera, 1);
  const [x, , z] = fromStand(frame, [ground.offset[0], 0, ground.offset[1]]);
  return {
    ...scene,
    camera: { height: camera.height, pitch: camera.pitch, fov: camera.fov },
    light: { ...light, azimuth: light.azimuth - yaw },
    // The sky is so far away that walking changes nothing.
    sky: { ...sky, rotation: (sky.rotation ?? 0) - yaw, offset: sky.offset ?? ground.offset },
    ground: { ...ground, rotation: ground.rotation - yaw, offset: [x, z] },
    objects: scene.objects.map((object) => ({
      ...object,
      yaw: object.yaw - yaw,
      position: fromStand(frame, object.position),
    })),
  };
}

/** A solid in the axes of the camera's stand. */
export function solidFromStand(frame: CameraFrame, solid: Solid): Solid {
  const { x, z, yawSin, yawCos } = frame;
  if (x === 0 && z === 0 && yawSin === 0) return solid;
  const [sx, , sz] = fromStand(frame, [solid.x, solid.y, solid.z]);
  return {
    ...solid,
    x: sx,
    z: sz,
    cos: solid.cos * yawCos + solid.sin * yawSin,
    sin: solid.sin * yawCos - solid.cos * yawSin,
  };
}
