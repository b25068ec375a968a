/** Depth and ids of a scene without colours: what planning needs to know of a picture, at a fraction of the cost. */
import { boundsOf } from '../scene/bounds.ts';
import { frameOf } from '../scene/camera.ts';
import type { Scene } from '../scene/model.ts';
import { solidsOf } from '../scene/solids.ts';
import { sceneFromStand } from '../scene/view.ts';
import { fillBackground } from './background.ts';
import { hit, intersect, type Ray } from './intersect.ts';
import { aim, type Picture } from './render.ts';

export type Trace = Pick<Picture, 'width' | 'height' | 'depth' | 'ids'>;

/** Exactly the depth and the ids that `renderScene` gives at this size. */
export function traceScene(world: Scene, width: number, height: number): Trace {
  const scene = sceneFromStand(world);
  const frame = frameOf(scene.camera, width / height);
  const depth = new Float32Array(width * height).fill(Infinity);
  const ids = new Uint8Array(width * height);
  const distance = new Float64Array(width * height).fill(Infinity);
  fillBackground(scene, frame, { width, height, depth, distance, ids });
  const ray: Ray = { ox: 0, oy: frame.height, oz: 0, dx: 0, dy: 0, dz: 0, nearest: 0 };
  for (const solid of solidsOf(scene)) {
    const rect = boundsOf(frame, solid);
    if (rect === undefined) continue;
    const [x0, x1] = [
      Math.max(0, Math.floor(rect.left * height) - 1),
      Math.min(width, Math.floor(rect.right * height) + 2),
    ];
    const [y0, y1] = [
      Math.max(0, Math.floor(rect.top * height) - 1),
      Math.min(height, Math.floor(rect.bottom * height) + 2),
    ];
    for (let y = y0; y < y1; y++) {
      for (let x = x0; x < x1; x++) {
        aim(ray, frame, (x + 0.5) / height, (y + 0.5) / height);
        const at = y * width + x;
        if (!intersect(solid, ray) || hit.t >= distance[at]) continue;
        distance[at] = hit.t;
        depth[at] = hit.t;
        ids[at] = solid.id;
      }
    }
  }
  return { width, height, depth, ids };
}
