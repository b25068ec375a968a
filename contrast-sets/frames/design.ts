/**
 * The scene of a clip and its path. Five places are drawn that are valid together; how many of them are taken, in which
 * colours, and which way the path is run is dealt out beforehand (plan.ts) and changes nothing about the draw. So
 * neither the surroundings nor any single frame tells an answer that needs the order.
 */
import { PlumblineError } from '../../core/errors.ts';
import { exactCos, exactSin } from '../../core/numerics/exact-math.ts';
import { Random } from '../../core/random.ts';
import { boundsOf, overlapArea, type Rect } from '../scene/bounds.ts';
import { frameOf, RADIANS, type CameraFrame } from '../scene/camera.ts';
import type { ColourName } from '../scene/colours.ts';
import { SHAPES, type Camera, type ObjectSpec, type Scene, type Shape, type Vector } from '../scene/model.ts';
import { sampleGround, sampleLight, sampleSky } from '../scene/sample.ts';
import { bodyOf, halfHeight } from '../scene/solids.ts';
import type { FramesParameters, Motion } from './parameters.ts';
import { CLIP_COLOURS, type ClipSpec } from './plan.ts';

const PLACES = 5;
const ATTEMPTS = 400;
const PLACE_ATTEMPTS = 60;
/** Distance from the border of a box that counts as whole, in heights of the picture. */
const BORDER = 0.01;
/** Share of a box that nearer boxes may cover. */
const COVERED = 0.2;
/** Air between bodies, metres. */
const AIR = 0.15;
/** Frames between the appearances of the two objects that the appearance question compares. */
const APART = 2;

export interface ClipDesign {
  readonly spec: ClipSpec;
  /** The scene at each frame in the clip's own order. */
  readonly frames: readonly Scene[];
  readonly motion: Motion;
  /** Which of objects 0 and 1 a turning camera sees first. */
  readonly first: 0 | 1;
  /** Colour and shape that the presence question asks about. */
  readonly asked: { readonly colour: ColourName; readonly shape: Shape };
  /** For each picture shown, the frame it shows: an order without trend. */
  readonly shuffle: readonly number[];
  /** How far the camera turns (degrees), or it or the object travels (metres). */
  readonly extent: number;
}

type Place = Omit<ObjectSpec, 'colour'>;
/** A place along the path: where its object is at every frame, and its box there; undefined behind the camera. */
interface Track {
  readonly places: readonly Place[];
  readonly rects: readonly (Rect | undefined)[];
}

/** The design of one clip; the same for a seed, motion and index, however many clips the set has. */
export function designClip(
  spec: ClipSpec,
  seed: number,
  { frames, grounds }: Pick<FramesParameters, 'frames' | 'grounds'>,
): ClipDesign {
  const random = new Random(seed, 'frames-scene', spec.motion, spec.index);
  const shapes = random.shuffle(SHAPES);
  const palette = random.shuffle(CLIP_COLOURS.filter((colour) => colour !== spec.colour));
  const taken = new Set([0, 1, ...random.shuffle([2, 3, 4]).slice(0, spec.count - 2)]);
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const path = samplePath(random, spec.motion, frames);
    const mirrored = random.coin();
    const tracks = sampleTracks(random, spec.motion, path, shapes, mirrored);
    if (tracks === undefined) continue;
    // The asked colour is the palette's first: object 1 wears it, or nobody does.
    const colours = [spec.colour, ...(spec.present ? palette : palette.slice(1))];
    const base = {
      light: sampleLight(random),
      sky: sampleSky(random),
      ground: sampleGround(random, grounds),
      noise: random.uniform(0.6, 1.6),
    };
    const noiseSeeds = path.cameras.map(() => random.uint32());
    const scenes = path.cameras.map((camera, i): Scene => ({
      ...base,
      camera,
      objects: tracks
        .map(({ places }, place) => ({ ...places[i], colour: colours[place] }))
        .filter((_, place) => taken.has(place)),
      noiseSeed: noiseSeeds[i],
    }));
    const asked = { colour: palette[0], shape: tracks[1].places[0].shape };
    return {
      spec,
      motion: spec.motion,
      frames: spec.forwards ? scenes : scenes.reverse(),
      first: spec.forwards !== mirrored ? 0 : 1,
      asked,
      shuffle: trendless(random, frames),
      extent: path.extent,
    };
  }
  throw new PlumblineError('scene-sampling-failed', `no valid clip in ${ATTEMPTS} attempts`, {
    where: `${spec.motion} clip ${spec.index}`,
    hint: 'this is a defect of the sampler: please report seed and parameters',
  });
}

interface Path {
  readonly cameras: readonly Camera[];
  readonly extent: number;
}

function samplePath(random: Random, motion: Motion, frames: number): Path {
  const camera: Camera = {
    height: random.uniform(1.3, 1.9),
    pitch: random.uniform(9, 14),
    fov: random.uniform(46, 54),
  };
  const along = Array.from({ length: frames }, (_, i) => i / (frames - 1) - 0.5);
  switch (motion) {
    case 'turn': {
      const extent = camera.fov * random.uniform(0.74, 0.9);
      return { cameras: along.map((t) => ({ ...camera, yaw: extent * t })), extent };
    }
    case 'travel': {
      const extent = random.uniform(1.9, 2.8);
      return { cameras: along.map((t) => ({ ...camera, position: [0, extent * (t + 0.5)] })), extent };
    }
    case 'approach': {
      const extent = random.uniform(2.2, 3.4);
      return { cameras: along.map(() => camera), extent };
    }
  }
}

/**
 * Five tracks that leave each other visible; the first two are the objects that questions are about, 0 to the left of 1
 * unless mirrored.
 */
function sampleTracks(
  random: Random,
  motion: Motion,
  path: Path,
  shapes: readonly Shape[],
  mirrored: boolean,
): Track[] | undefined {
  const cameraFrames = path.cameras.map((camera) => frameOf(camera, 1));
  const tracks: Track[] = [];
  while (tracks.length < PLACES) {
    let found: Track | undefined;
    for (let attempt = 0; attempt < PLACE_ATTEMPTS && found === undefined; attempt++) {
      const track = proposeTrack(random, motion, path, cameraFrames, tracks.length, mirrored, shapes);
      if (isSeen(track, motion, tracks.length) && tracks.every((other) => getAlong(track, other))) found = track;
    }
    if (found === undefined) return undefined;
    tracks.push(found);
  }
  return motion !== 'turn' || appearApart(mirrored ? [tracks[1], tracks[0]] : [tracks[0], tracks[1]])
    ? tracks
    : undefined;
}

function proposeTrack(
  random: Random,
  motion: Motion,
  path: Path,
  cameraFrames: readonly CameraFrame[],
  index: number,
  mirrored: boolean,
  shapes: readonly Shape[],
): Track {
  // Object 0 has its shape for itself, so that "the sphere" means one object.
  const shape = index === 0 ? shapes[0] : shapes[1 + random.integer(shapes.length - 1)];
  const size = random.uniform(0.55, 0.8);
  const support = random.coin() ? 'ground' : 'stand';
  const y = halfHeight({ shape, size }) + (support === 'ground' ? 0 : random.uniform(0.25, 0.8));
  const object = { shape, size, yaw: random.uniform(0, 360), support } as const;
  const half = path.cameras[0].fov / 2;
  let positions: Vector[];
  if (motion === 'turn') {
    const reach = half + path.extent / 2 - 7;
    const side = mirrored === (index === 0) ? 1 : -1;
    const angle = index < 2 ? side * random.uniform(0.4, 1) * reach : random.uniform(-reach, reach);
    const position = polar(angle, random.uniform(3.9, 6.6), y);
    positions = path.cameras.map(() => position);
  } else if (motion === 'approach' && index === 0) {
    const near = random.uniform(3.2, 4.2);
    const [from, to] = [
      polar(random.uniform(-0.6, 0.6) * half, near, y),
      polar(random.uniform(-0.7, 0.7) * half, near + path.extent, y),
    ];
    positions = path.cameras.map((_, i) => blend(from, to, i / (path.cameras.length - 1)));
  } else {
    const position = polar(random.uniform(-0.8, 0.8) * half, random.uniform(4, 8.5), y);
    positions = path.cameras.map(() => position);
  }
  const places = positions.map((position): Place => ({ ...object, position }));
  return { places, rects: places.map((place, i) => boundsOf(cameraFrames[i], bodyOf({ ...place, colour: 'red' }, 0))) };
}

const polar = (angle: number, distance: number, y: number): Vector => [
  exactSin(angle * RADIANS) * distance,
  y,
  exactCos(angle * RADIANS) * distance,
];
const blend = (a: Vector, b: Vector, t: number): Vector => [
  a[0] + (b[0] - a[0]) * t,
  a[1] + (b[1] - a[1]) * t,
  a[2] + (b[2] - a[2]) * t,
];

const isWhole = (rect: Rect | undefined): boolean =>
  rect !== undefined && rect.left > BORDER && rect.right < 1 - BORDER && rect.top > BORDER && rect.bottom < 1 - BORDER;
const isOutside = (rect: Rect | undefined): boolean =>
  rect === undefined || rect.right < 0 || rect.left > 1 || rect.bottom < 0 || rect.top > 1;

/**
 * Whole in enough frames: in all where nothing but an object moves, in half of them while the camera travels, in a
 * quarter while it turns.
 */
function isSeen({ rects }: Track, motion: Motion, index: number): boolean {
  const whole = rects.filter(isWhole).length;
  const share = motion === 'approach' ? 1 : motion === 'travel' ? (index === 0 ? 0.75 : 0.5) : 0.25;
  return whole >= share * rects.length;
}

/** Neither inside nor in front of each other at any frame. */
function getAlong(a: Track, b: Track): boolean {
  return a.places.every((place, i) => {
    const other = b.places[i];
    const [dx, dz] = [place.position[0] - other.position[0], place.position[2] - other.position[2]];
    const reach = 0.56 * (place.size + other.size) + AIR;
    const [r, s] = [a.rects[i], b.rects[i]];
    if (dx * dx + dz * dz < reach * reach) return false;
    if (r === undefined || s === undefined) return true;
    const area = ({ left, right, top, bottom }: Rect): number => (right - left) * (bottom - top);
    return overlapArea(r, s) <= COVERED * Math.min(area(r), area(s));
  });
}

/**
 * `first` is whole at the start and gone at the end, `second` the other way round, some frames apart in both directions
 * of time.
 */
function appearApart([first, second]: readonly [Track, Track]): boolean {
  const n = first.rects.length;
  return (
    isWhole(first.rects[0]) &&
    isWhole(second.rects[n - 1]) &&
    Array.from({ length: APART }, (_, i) => i).every(
      (i) => isOutside(second.rects[i]) && isOutside(first.rects[n - 1 - i]),
    )
  );
}

/**
 * A random order of n frames that neither rises nor falls: rank correlation with time at most .1. Reversed orders are
 * as likely, so nothing is left to read.
 */
export function trendless(random: Random, n: number): number[] {
  const mean = (n - 1) / 2;
  const most = (n * n * n - n) / 12;
  const time = Array.from({ length: n }, (_, i) => i);
  for (;;) {
    const order = random.shuffle(time);
    const trend = order.reduce((sum, frame, i) => sum + (frame - mean) * (i - mean), 0) / most;
    if (trend >= -0.1 && trend <= 0.1) return order;
  }
}
