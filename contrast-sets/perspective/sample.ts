/** Draws symmetric designs by rejection. */
import type { Condition } from '../../core/artifacts/contrast-set.ts';
import { PlumblineError } from '../../core/errors.ts';
import type { Random } from '../../core/random.ts';
import { frameOf, groundRow } from '../scene/camera.ts';
import type { ColourName } from '../scene/colours.ts';
import { COMPOSITIONS } from '../scene/categories.ts';
import { nameOf, PATTERNS, type Camera, type Category, type Pattern, type Shape } from '../scene/model.ts';
import { LIGHT, sampleGround, sampleLight, sampleRoom, sampleSky, type LightRanges } from '../scene/sample.ts';
import { ASSIGNMENTS, sceneOf, type Design, type Distractor, type Target } from './design.ts';
import { dialled } from './complexity.ts';
import type { PerspectiveOptions } from './parameters.ts';
import { isValid } from './validity.ts';

/** What makes a design differ from the default kind: the training of organisms plants shortcuts with these. */
export interface DesignRequest {
  readonly condition: Condition;
  /** False: the far target is metrically so large that it looks larger than the near one. Defaults to true. */
  readonly sizeAgrees?: boolean;
  /** Target 0 gets this colour, and no other object does. */
  readonly colour?: ColourName;
}

const ATTEMPTS = 5000;
const DISTRACTOR_ATTEMPTS = 30;
/**
 * How much larger than the near target the far one looks if sizes don't agree: enough that no difference of shape turns
 * it round.
 */
const REVERSED_SIZE = [1.25, 1.55] as const;
/** Things in one scene differ in usual size by at most this: beyond, one would be a speck or fill the picture. */
const SIZE_RATIO = 2.7;
/** Attempts after which other things are tried: some don't fit together in a crowd. */
const PATIENCE = 40;
/** Usual size of things for which stands, cords and clearances are made, metres. */
const USUAL = 0.62;
/** Light in a room: from above and behind the camera, softer than the sun. */
const INDOOR_LIGHT = { azimuth: [150, 210], elevation: [48, 64], sun: [0.55, 0.75], ambient: [0.6, 0.72] } as const;

/** A design that is valid under all eight assignments. Deterministic for a state of `random`. */
export function sampleDesign(
  random: Random,
  request: DesignRequest,
  given: PerspectiveOptions,
  aspect: number,
): Design {
  const dial =
    given.complexity === undefined ? undefined : Math.floor(random.uniform(...given.complexity) * 1e4 + 0.5) / 1e4;
  const options = dial === undefined ? given : dialled(given, dial);
  // Drawn before any rejection, so that crowded scenes and unequal things are as frequent as asked for.
  const count = weighted(random, options.distractors);
  let things = thingsOf(random, options);
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const palette = random.shuffle(options.colours.filter((colour) => colour !== request.colour));
    if (request.colour) palette.unshift(request.colour);
    if (attempt > 0 && attempt % PATIENCE === 0) things = thingsOf(random, options);
    let design = proposeDesign(random, request, options, aspect, palette, things);
    if (!design || !validInAll(design, options, aspect)) continue;
    for (let i = 0; i < count && design; i++)
      design = withDistractor(random, design, options, aspect, palette[2 + (i % (palette.length - 2))], things);
    if (design) return dial === undefined ? design : { ...design, complexity: dial };
  }
  throw new PlumblineError('scene-sampling-failed', `no valid scene in ${ATTEMPTS} attempts`, {
    where: `condition ${request.condition}`,
    hint: 'widen depthRatio, cameraHeight or fov, or lower nearDiameter, clearHeight, clearWidth or the number of distractors',
  });
}

function validInAll(design: Design, { overlap }: PerspectiveOptions, aspect: number): boolean {
  const frame = frameOf(design.camera, aspect);
  return ASSIGNMENTS.every((assignment) =>
    isValid(sceneOf(design, assignment, aspect), frame, { overlap, scale: design.scale }),
  );
}

/** What may stand in one scene, and the usual size that its depths go by; undefined for plain shapes. */
interface Things {
  readonly categories: readonly Category[];
  readonly size: number;
}

function thingsOf(random: Random, { categories, knownSize }: PerspectiveOptions): Things | undefined {
  if (categories.length === 0) return undefined;
  if (knownSize === 'alike') return { categories, size: random.uniform(0.5, 0.75) };
  const first = random.pick(categories);
  const sizeOf = (category: Category): number => COMPOSITIONS[category].size;
  const near = categories.filter(
    (category) => sizeOf(category) <= SIZE_RATIO * sizeOf(first) && sizeOf(first) <= SIZE_RATIO * sizeOf(category),
  );
  const second = random.pick(near);
  return { categories: [first, second], size: Math.sqrt(sizeOf(first) * sizeOf(second)) };
}

interface Kind {
  readonly shape: Shape;
  readonly category?: Category;
  readonly pattern?: Pattern;
  /** Usual size relative to the design's. */
  readonly relative: number;
}

/** Shape or thing of one object; a target's is given by its index where things have their usual sizes. */
function kindOf(random: Random, options: PerspectiveOptions, things: Things | undefined, index?: number): Kind {
  const shape = things === undefined ? random.pick(options.shapes) : 'box';
  const typical = options.knownSize === 'typical';
  const category =
    things && (typical && index !== undefined ? things.categories[index] : random.pick(things.categories));
  const pattern: Pattern | undefined =
    options.patterned > 0 && random.coin(options.patterned)
      ? { kind: random.pick(PATTERNS), seed: random.uint32() }
      : undefined;
  return {
    shape,
    category,
    pattern,
    relative: category && things && typical ? COMPOSITIONS[category].size / things.size : 1,
  };
}

/** The design with one more distractor, or undefined where none fits. */
function withDistractor(
  random: Random,
  design: Design,
  options: PerspectiveOptions,
  aspect: number,
  colour: ColourName,
  things: Things | undefined,
): Design | undefined {
  const frame = frameOf(design.camera, aspect);
  const taken = new Set([...design.targets, ...design.distractors].map(nameOf));
  for (let attempt = 0; attempt < DISTRACTOR_ATTEMPTS; attempt++) {
    const depth = random.uniform(design.depths[0] * 0.95, design.depths[1] * 1.25);
    const support = random.coin() ? 'ground' : random.coin() ? 'stand' : 'cord';
    const { relative, ...looks } = kindOf(random, options, things);
    const distractor: Distractor = {
      colour,
      ...looks,
      relativeSize: random.uniform(...options.relativeSize) * relative,
      yaw: random.uniform(0, 360),
      support,
      u: random.uniform(0.1, aspect - 0.1),
      v: random.uniform(0.1, Math.max(0.12, groundRow(frame, depth) - 0.06)),
      depth,
    };
    if (taken.has(nameOf(distractor))) continue;
    const further = { ...design, distractors: [...design.distractors, distractor] };
    if (validInAll(further, options, aspect)) return further;
  }
  return undefined;
}

function proposeDesign(
  random: Random,
  request: DesignRequest,
  options: PerspectiveOptions,
  aspect: number,
  palette: readonly ColourName[],
  things: Things | undefined,
): Design | undefined {
  const size = things?.size ?? random.uniform(0.5, 0.75);
  const scale = things === undefined ? undefined : size / USUAL;
  const ratio = random.uniform(...options.depthRatio);
  const fov = random.uniform(...options.fov);
  const pitch = random.uniform(...options.pitch);
  const level = frameOf({ height: 1, pitch, fov }, aspect);
  const near = (level.focal * size) / random.uniform(...options.nearDiameter);
  // The ground under the near target is near the lower border, so that its foot can be seen more often than not.
  const footRow = random.uniform(...options.footRow);
  const height = ((footRow - level.horizon) * near * level.cos) / level.focal;
  if (!(height > 0 && height >= options.cameraHeight[0] && height <= options.cameraHeight[1])) return undefined;
  const camera: Camera = { height, pitch, fov };
  const frame = frameOf(camera, aspect);

  const margin = 0.14;
  const columns = twoPlaces(random, margin, aspect - margin);
  if (columns[1] - columns[0] < options.clearWidth) return undefined;
  const lowest = groundRow(frame, near * ratio) - 0.05;
  let rows: [number, number];
  if (request.condition === 'ambiguous') {
    const gap = random.uniform(...options.ambiguousHeight);
    const top = random.uniform(margin, lowest - gap);
    rows = [top, top + gap];
  } else {
    rows = twoPlaces(random, margin, lowest);
    if (rows[1] - rows[0] < options.clearHeight) return undefined;
  }

  const target = (index: number): Target => {
    const { relative, ...looks } = kindOf(random, options, things, index);
    return {
      colour: palette[index],
      ...looks,
      relativeSize: random.uniform(...options.relativeSize) * relative,
      yaw: random.uniform(0, 360),
      support: random.coin() ? 'stand' : 'cord',
    };
  };
  const targets: [Target, Target] = [target(0), target(1)];
  const reversed = random.uniform(...REVERSED_SIZE);
  const root = Math.sqrt(ratio);
  const indoor = options.indoor > 0 && random.coin(options.indoor);
  const light = sampleLight(random, indoor ? indoors(options.light) : options.light);
  // Haze over the distances of houses as over those of people's things; none in a room.
  const haze = (indoor ? 20 : 1) * Math.max(1, scale ?? 1);
  return {
    camera,
    light,
    sky: sampleSky(random, {
      clouds: options.air.clouds,
      haze: [options.air.haze[0] * haze, options.air.haze[1] * haze],
    }),
    ground: sampleGround(random, indoor ? options.floors : options.grounds),
    ...(indoor && { room: sampleRoom(random, near * ratio, scale ?? 1) }),
    noise: random.uniform(...options.noise),
    noiseSeed: random.uint32(),
    columns,
    rows,
    depths: [near, near * ratio],
    size,
    scale,
    sizeByDepth: request.sizeAgrees === false ? [1 / root, root * reversed] : [1, 1],
    // Reversed sizes must be reversed for every pair of targets, so their own sizes are equal then.
    targets:
      request.sizeAgrees === false
        ? [
            { ...targets[0], relativeSize: 1 },
            { ...targets[1], relativeSize: 1 },
          ]
        : targets,
    distractors: [],
  };
}

/** Lamps in place of the sun: as bright, relative to the usual, as the options say. */
function indoors({ sun, ambient }: PerspectiveOptions['light']): LightRanges {
  const times = (range: readonly [number, number], factor: number): readonly [number, number] => [
    range[0] * factor,
    range[1] * factor,
  ];
  return {
    ...INDOOR_LIGHT,
    sun: times(INDOOR_LIGHT.sun, sun[1] / LIGHT.sun[1]),
    ambient: times(INDOOR_LIGHT.ambient, ambient[1] / LIGHT.ambient[1]),
  };
}

function twoPlaces(random: Random, low: number, high: number): [number, number] {
  const a = random.uniform(low, high);
  const b = random.uniform(low, high);
  return a < b ? [a, b] : [b, a];
}

/** Index drawn with the given weights. */
function weighted(random: Random, weights: readonly number[]): number {
  const total = weights.reduce((sum, w) => sum + w, 0);
  let left = random.next() * total;
  for (let i = 0; i < weights.length - 1; i++) {
    left -= weights[i];
    if (left < 0) return i;
  }
  return weights.length - 1;
}
