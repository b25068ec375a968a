/** Draws the scene and the cameras of a spec by rejection, judged on small traced pictures. */
import { PlumblineError } from '../../core/errors.ts';
import { exactCos, exactSin, exactTan } from '../../core/numerics/exact-math.ts';
import { Random } from '../../core/random.ts';
import { correspondencesBetween } from '../render/correspondences.ts';
import { traceScene, type Trace } from '../render/trace.ts';
import { RADIANS } from '../scene/camera.ts';
import { PATTERNS, type Camera, type ObjectSpec, type Scene } from '../scene/model.ts';
import { sampleGround, sampleLight, sampleSky } from '../scene/sample.ts';
import { bodyId, halfHeight } from '../scene/solids.ts';
import { STRATA, type ViewsParameters } from './parameters.ts';
import type { ViewRequest, ViewsSpec } from './plan.ts';

/** A view of the pair: its camera, and what is known of it. */
export interface PlannedView {
  readonly camera: Camera;
  /** How far the camera goes round the scene, degrees; 0 for the first view. */
  readonly viewpoint: number;
  /** Turn away from the middle of the scene, degrees to the right. */
  readonly turn: number;
  /** Distance from the middle of the scene along the ground. */
  readonly distance: number;
}

export interface ViewsScene {
  /** The world: the camera is the first view's, nothing is hidden. */
  readonly scene: Scene;
  /** Objects that stand in no picture but the first, and in no picture but the further ones. */
  readonly onlyFirst: readonly number[];
  readonly onlyOthers: readonly number[];
  /** The first view, then the further ones. */
  readonly views: readonly PlannedView[];
  /** What the cameras go round: a place on the ground, [x, z]. */
  readonly centre: readonly [number, number];
  /** Object asked about with each further view; it is well seen in both pictures. */
  readonly targets: readonly number[];
}

const LAYOUTS = 300;
const CAMERAS = 40;
/** Edge of the traced pictures. */
const COARSE = 64;
/** Pixels of a traced picture in which an object is well seen: .3 % of it. */
const SEEN = 12;
/** Objects that both pictures must show well. */
const SHARED = 2;
/** Overlap is judged on small pictures: this much inside the stratum. */
const MARGIN = 0.015;
/** Turn away from the middle and distance relative to the first camera's, by stratum. */
const TURNS = [
  [0, 7],
  [3, 24],
  [8, 32],
] as const;
const DISTANCES = [
  [1.05, 1.75],
  [0.8, 1.45],
  [0.45, 0.9],
] as const;
const RADIUS = 1.7;

/** The scene of a spec. Deterministic for seed and index. Throws `scene-sampling-failed`. */
export function sampleViews(spec: ViewsSpec, seed: number, parameters: ViewsParameters): ViewsScene {
  const random = new Random(seed, 'views-scene', spec.index);
  for (let layout = 0; layout < LAYOUTS; layout++) {
    const proposal = proposeScene(random, spec, parameters);
    if (proposal === undefined) continue;
    const found = withCameras(random, proposal, spec, parameters);
    if (found !== undefined) return found;
  }
  throw new PlumblineError('scene-sampling-failed', `no scene with these views in ${LAYOUTS} attempts`, {
    where: `views ${spec.id}`,
    hint: 'widen fov, pitch or distance, or ask for fewer views',
  });
}

type Proposal = Pick<ViewsScene, 'scene' | 'onlyFirst' | 'onlyOthers'> & {
  readonly yaw: number;
  readonly distance: number;
  readonly aim: readonly [number, number];
};

function proposeScene(
  random: Random,
  { distractors }: ViewsSpec,
  { objects: [least, most], colours, shapes, grounds, fov, pitch, distance }: ViewsParameters,
): Proposal | undefined {
  const common = least + random.integer(most - least + 1);
  const extra = distractors === 'none' ? 0 : distractors === 'second' ? 1 : 2;
  const names = random.shuffle(colours.flatMap((colour) => shapes.map((shape) => ({ colour, shape }))));
  const objects: ObjectSpec[] = [];
  for (let attempt = 0; objects.length < common + extra && attempt < 200; attempt++) {
    const size = random.uniform(0.55, 0.9);
    const [x, z] = [random.uniform(-RADIUS, RADIUS), random.uniform(-RADIUS, RADIUS)];
    const object = {
      ...names[objects.length],
      size,
      yaw: random.uniform(0, 360),
      support: 'ground' as const,
      pattern: { kind: random.pick(PATTERNS), seed: random.integer(1 << 30) },
    };
    const free = objects.every((other) => {
      const [dx, dz, reach] = [other.position[0] - x, other.position[2] - z, 0.6 * (size + other.size) + 0.1];
      return dx * dx + dz * dz > reach * reach;
    });
    if (x * x + z * z <= RADIUS * RADIUS && free) objects.push({ ...object, position: [x, halfHeight(object), z] });
  }
  if (objects.length < common + extra) return undefined;
  const camera = { fov: random.uniform(...fov), pitch: random.uniform(...pitch) };
  const scene: Scene = {
    camera: { ...camera, height: 1 },
    light: sampleLight(random),
    sky: sampleSky(random),
    ground: sampleGround(random, grounds),
    objects,
    noise: random.uniform(0.6, 1.4),
    noiseSeed: random.integer(1 << 30),
  };
  const aim = [random.uniform(-0.3, 0.3), random.uniform(-0.3, 0.3)] as const;
  return {
    scene,
    onlyOthers: extra > 0 ? [common] : [],
    onlyFirst: extra > 1 ? [common + 1] : [],
    yaw: random.uniform(0, 360),
    distance: random.uniform(...distance),
    aim,
  };
}

/**
 * A camera at `distance` from the aim along the ground, looking past it by `turn`; its height keeps the aim on the
 * picture's middle row.
 */
function cameraAt(
  { pitch, fov }: Pick<Camera, 'pitch' | 'fov'>,
  [x, z]: readonly [number, number],
  yaw: number,
  distance: number,
  turn: number,
): Camera {
  const height = 0.3 + distance * exactTan(pitch * RADIANS);
  return {
    pitch,
    fov,
    height,
    yaw: yaw + turn,
    position: [x - distance * exactSin(yaw * RADIANS), z - distance * exactCos(yaw * RADIANS)],
  };
}

/** What a camera sees when some objects are hidden, small. */
function coarse(
  scene: Scene,
  camera: Camera,
  hidden: readonly number[],
): { scene: Scene; picture: Trace; seen: ReadonlySet<number> } {
  const shown = { ...scene, camera, hidden };
  const picture = traceScene(shown, COARSE, COARSE);
  const counts = new Map<number, number>();
  for (const id of picture.ids) counts.set(id, (counts.get(id) ?? 0) + 1);
  return {
    scene: shown,
    picture,
    seen: new Set([...scene.objects.keys()].filter((index) => (counts.get(bodyId(index)) ?? 0) >= SEEN)),
  };
}

function withCameras(
  random: Random,
  proposal: Proposal,
  spec: ViewsSpec,
  { bins }: ViewsParameters,
): ViewsScene | undefined {
  const { scene, onlyFirst, onlyOthers, yaw, distance, aim } = proposal;
  const camera = cameraAt(scene.camera, aim, yaw, distance, 0);
  const first = coarse(scene, camera, onlyOthers);
  if (onlyFirst.some((index) => !first.seen.has(index))) return undefined;
  const views: PlannedView[] = [{ camera, viewpoint: 0, turn: 0, distance }];
  const targets: number[] = [];
  for (const request of spec.views) {
    const found = further(random, proposal, first, request, bins[request.bin]);
    if (found === undefined) return undefined;
    views.push(found.view);
    targets.push(found.target);
  }
  return { scene: { ...scene, camera }, onlyFirst, onlyOthers, views, centre: aim, targets };
}

function further(
  random: Random,
  { scene, onlyFirst, onlyOthers, yaw, distance, aim }: Proposal,
  first: ReturnType<typeof coarse>,
  { stratum, side, turn }: ViewRequest,
  [low, high]: readonly [number, number],
): { view: PlannedView; target: number } | undefined {
  for (let attempt = 0; attempt < CAMERAS; attempt++) {
    const viewpoint = random.uniform(low, high);
    const away = random.uniform(TURNS[stratum][0], TURNS[stratum][1]);
    const range = distance * random.uniform(DISTANCES[stratum][0], DISTANCES[stratum][1]);
    // Turning left and right must both do, or the turn would tell which way the camera went.
    const cameras = [turn, -turn].map((sign) =>
      cameraAt(scene.camera, aim, yaw - side * viewpoint, range, sign * away),
    );
    const judge = (of: Camera): number[] | undefined => {
      const second = coarse(scene, of, onlyFirst);
      if (onlyOthers.some((index) => !second.seen.has(index))) return undefined;
      const shared = [...first.seen].filter((index) => second.seen.has(index));
      if (shared.length < SHARED) return undefined;
      const { overlap } = correspondencesBetween(first, second, { stride: 3, objectStride: 2, viewpoint, border: 1 });
      const [easiest, hardest] = STRATA[stratum];
      return 1 - overlap >= (easiest === 0 ? 0 : easiest + MARGIN) && 1 - overlap <= hardest - MARGIN
        ? shared
        : undefined;
    };
    const chosen = judge(cameras[0]);
    if (chosen === undefined || judge(cameras[1]) === undefined) continue;
    return { view: { camera: cameras[0], viewpoint, turn: turn * away, distance: range }, target: random.pick(chosen) };
  }
  return undefined;
}
