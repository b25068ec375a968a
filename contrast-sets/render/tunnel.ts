/**
 * Renders a square tunnel with objects floating in it (the stimulus of SpatialTunnel, methods §3). The eye is on the
 * axis and looks along it; a lamp sits at the eye, so that nothing casts a visible shadow. Depth shows in the
 * converging walls, in the tiles' gradient, in light that falls off, in haze, and in the darkening of walls near an
 * object; up and down look alike.
 */
import { exactExp, exactPow } from '../../core/numerics/exact-math.ts';
import { boundsOf } from '../scene/bounds.ts';
import { frameOf, type CameraFrame } from '../scene/camera.ts';
import type { Vector } from '../scene/model.ts';
import type { Solid } from '../scene/solids.ts';
import { lines, unit, visible } from './ground.ts';
import { hit, intersect, normalAt, type Ray } from './intersect.ts';
import { addNoise, hash2 } from './noise.ts';
import { aim, SAMPLES_X, SAMPLES_Y, type Picture } from './render.ts';
import { store } from './sensor.ts';
import { encode } from './tone.ts';

export interface TunnelSolid {
  readonly solid: Solid;
  /** 0 glossy, 1 matte. */
  readonly roughness: number;
}

/**
 * World axes: x right, y up from the floor, z along the tunnel away from the eye, which is at (0, width/2, 0). Metres.
 */
export interface TunnelScene {
  /** Vertical field of view, degrees. */
  readonly fov: number;
  readonly width: number;
  /** Where the end wall stands. */
  readonly length: number;
  /** Edge of a tile, and where the tiles begin along z. */
  readonly tile: number;
  readonly offset: number;
  /** Linear-light albedo of right wall, left wall, ceiling and floor. */
  readonly walls: readonly [Vector, Vector, Vector, Vector];
  readonly wallSeed: number;
  readonly ambient: number;
  readonly lamp: number;
  /** Distance at which the lamp's light has halved. */
  readonly reach: number;
  readonly haze: Vector;
  /** Distance at which haze has taken 63 % of a thing's own colour. */
  readonly hazeDistance: number;
  readonly solids: readonly TunnelSolid[];
  /** Standard deviation of the sensor noise, in grey levels. */
  readonly noise: number;
  readonly noiseSeed: number;
}

/** Id of the walls in the id map. */
export const WALL_ID = 1;
const END = 4;

/** The camera of a tunnel. */
export const tunnelFrame = ({ width, fov }: Pick<TunnelScene, 'width' | 'fov'>, aspect: number): CameraFrame =>
  frameOf({ height: width / 2, pitch: 0, fov }, aspect);

/**
 * The last sample: what it meets (wall 0–4, or 8·(index + 1) + face of a solid), at which depth, in which linear light.
 */
const sample = { surface: 0, t: 0, r: 0, g: 0, b: 0 };
const grain = new Float64Array(1);
const noiseLine = { u: 0, v: 0, du: 0, dv: 0, amplitude: 0 };

/** Renders the tunnel at `width` × `height` pixels; ids are `WALL_ID` and the solids' own. */
export function renderTunnel(scene: TunnelScene, width: number, height: number): Picture {
  const frame = tunnelFrame(scene, width / height);
  const rgb = new Uint8Array(width * height * 3);
  const depth = new Float32Array(width * height);
  const ids = new Uint8Array(width * height);
  const surface = new Int32Array(width * height);
  const distance = new Float64Array(width * height);
  const covers = scene.solids.map(({ solid }) => {
    const rect = boundsOf(frame, solid);
    return rect === undefined
      ? [0, 0, 0, 0]
      : [rect.left * height - 2, rect.right * height + 2, rect.top * height - 2, rect.bottom * height + 2];
  });
  const ray: Ray = { ox: 0, oy: frame.height, oz: 0, dx: 0, dy: 0, dz: 1, nearest: 1e-6 };
  const look = (px: number, py: number): void => {
    aim(ray, frame, px / height, py / height);
    trace(scene, covers, px, py, ray);
  };
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      look(x + 0.5, y + 0.5);
      const at = y * width + x;
      surface[at] = sample.surface;
      distance[at] = sample.t;
      depth[at] = sample.t;
      ids[at] = sample.surface < 8 ? WALL_ID : scene.solids[(sample.surface >> 3) - 1].solid.id;
    }
  }
  const mean = { r: 0, g: 0, b: 0 };
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = y * width + x;
      const seen = surface[at];
      const edge =
        (x > 0 && surface[at - 1] !== seen) ||
        (x + 1 < width && surface[at + 1] !== seen) ||
        (y > 0 && surface[at - width] !== seen) ||
        (y + 1 < height && surface[at + width] !== seen);
      mean.r = mean.g = mean.b = 0;
      const samples = edge ? SAMPLES_X.length : 1;
      for (let i = 0; i < samples; i++) {
        if (edge) look(x + SAMPLES_X[i], y + SAMPLES_Y[i]);
        else {
          aim(ray, frame, (x + 0.5) / height, (y + 0.5) / height);
          sample.surface = seen;
          sample.t = distance[at];
        }
        if (sample.surface < 8) shadeWall(scene, frame.focal * height, ray);
        else shadeObject(scene, ray);
        mean.r += encode(sample.r) / samples;
        mean.g += encode(sample.g) / samples;
        mean.b += encode(sample.b) / samples;
      }
      store(rgb, at * 3, mean, scene.noise, hash2(x, y, scene.noiseSeed));
    }
  }
  return { width, height, rgb, depth, ids };
}

/** What the ray through pixel position (px, py) meets first. */
function trace(
  { width, length, solids }: TunnelScene,
  covers: readonly (readonly number[])[],
  px: number,
  py: number,
  ray: Ray,
): void {
  const half = width / 2;
  const side = ray.dx === 0 ? Infinity : half / Math.abs(ray.dx);
  const level = ray.dy === 0 ? Infinity : half / Math.abs(ray.dy);
  sample.t = Math.min(side, level, length);
  sample.surface = sample.t === length ? END : sample.t === side ? (ray.dx > 0 ? 0 : 1) : ray.dy > 0 ? 2 : 3;
  for (let i = 0; i < solids.length; i++) {
    const [x0, x1, y0, y1] = covers[i];
    if (px < x0 || px > x1 || py < y0 || py > y1 || !intersect(solids[i].solid, ray) || hit.t >= sample.t) continue;
    sample.t = hit.t;
    sample.surface = 8 * (i + 1) + hit.face;
  }
}

function addHaze({ haze, hazeDistance }: TunnelScene, distance: number): void {
  const keep = exactExp(-distance / hazeDistance);
  sample.r = haze[0] + (sample.r - haze[0]) * keep;
  sample.g = haze[1] + (sample.g - haze[1]) * keep;
  sample.b = haze[2] + (sample.b - haze[2]) * keep;
}

/** Light of the lamp at a distance. */
const lampAt = ({ lamp, reach }: TunnelScene, distance: number): number =>
  lamp / (1 + (distance * distance) / (reach * reach));

function shadeWall(scene: TunnelScene, pixels: number, ray: Ray): void {
  const { width, tile, offset, walls, wallSeed, ambient, solids } = scene;
  const { surface: face, t } = sample;
  const half = width / 2;
  const x = ray.dx * t;
  const y = ray.oy + ray.dy * t;
  const upright = face < 2;
  const distance = t * Math.sqrt(ray.dx * ray.dx + ray.dy * ray.dy + 1);
  let occluded = 0;
  if (face !== END) {
    for (const { solid: s } of solids) {
      const dx = s.x - x;
      const dy = s.y - y;
      const dz = s.z - t;
      const dd = dx * dx + dy * dy + dz * dz;
      const above = half + (face === 0 ? -s.x : face === 1 ? s.x : face === 2 ? half - s.y : s.y - half);
      // A sphere of radius r at distance d hides r²/d²·cosθ of what lights the wall; doubled, so that it shows at 96
      // pixels.
      const rr = 2.2 * s.rx * s.rx;
      occluded += (rr * above) / (dd * Math.sqrt(dd));
    }
  }
  const light =
    (ambient + (face === END ? lampAt(scene, distance) : (lampAt(scene, distance) * half) / distance)) *
    (1 - (occluded < 0.85 ? occluded : 0.85));
  const across = upright ? y : x + half;
  const along = t + offset;
  const fine = t / pixels + 1e-4;
  // Along a wall a pixel covers t²/half/focal: the depth gradient that makes tiles crowd together.
  const coarse = face === END ? fine : (t * t) / (half * pixels) + 1e-4;
  const period = tile;
  const row = Math.floor(across / period);
  const column = Math.floor(along / period);
  const calm = visible(0.5 / period, coarse);
  const each = unit(hash2(row, column, wallSeed + face)) - 0.5;
  const checker = ((row + column) & 1) - 0.5;
  const grout =
    face === END ? 0 : 1 - (1 - lines(across, period, 0.03, fine)) * (1 - lines(along, period, 0.03, coarse));
  grain[0] = 0;
  for (const frequency of [5, 14]) {
    noiseLine.u = across * frequency + 17.3 * face;
    noiseLine.v = along * frequency;
    noiseLine.amplitude = 0.09 * visible(frequency, coarse);
    if (noiseLine.amplitude > 0) addNoise(grain, 1, noiseLine);
  }
  const factor = (1 + calm * (0.34 * each + 0.3 * checker) + grain[0]) * (1 - 0.62 * grout) * light;
  const albedo = walls[face === END ? 0 : face];
  sample.r = albedo[0] * factor;
  sample.g = albedo[1] * factor;
  sample.b = albedo[2] * factor;
  addHaze(scene, t);
}

/**
 * Lambert and Blinn–Phong under the lamp at the eye; roughness α gives the exponent 2/α⁴ − 2 of a Beckmann lobe's
 * width.
 */
function shadeObject(scene: TunnelScene, ray: Ray): void {
  const { solid, roughness } = scene.solids[(sample.surface >> 3) - 1];
  const { t } = sample;
  normalAt(solid, sample.surface & 7, ray.dx * t, ray.oy + ray.dy * t, ray.dz * t);
  const { nx, ny, nz } = hit;
  const length = Math.sqrt(ray.dx * ray.dx + ray.dy * ray.dy + 1);
  const facing = Math.max(0, -(nx * ray.dx + ny * ray.dy + nz) / length);
  const lamp = lampAt(scene, t * length);
  // Walls all around: the ones beside the object are lit, the tunnel behind it and before it is open.
  const diffuse = scene.ambient * (1 - 0.35 * nz * nz) + lamp * facing;
  const squared = roughness * roughness;
  const exponent = Math.min(150, Math.max(1, 2 / (squared * squared + 1e-9) - 2));
  const shine = facing > 0 ? lamp * Math.min(0.9, 0.012 * (exponent + 8) * 0.4) * exactPow(facing, exponent) : 0;
  sample.r = solid.albedo[0] * diffuse + shine;
  sample.g = solid.albedo[1] * diffuse + shine;
  sample.b = solid.albedo[2] * diffuse + shine;
  addHaze(scene, t);
}
