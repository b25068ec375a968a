/** Draws symmetric designs by rejection. */
import type { Condition } from '../../core/artifacts/contrast-set.ts';
import { PlumblineError } from '../../core/errors.ts';
import type { Random } from '../../core/random.ts';
import { frameOf, groundRow } from '../scene/camera.ts';
import type { ColourName } from '../scene/colours.ts';
import type { Camera } from '../scene/model.ts';
import { sampleGround, sampleLight, sampleSky } from '../scene/sample.ts';
import { ASSIGNMENTS, sceneOf, type Design, type Distractor, type Target } from './design.ts';
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
/** How much larger than the near target the far one looks if sizes don't agree: enough that no difference of shape turns it round. */
const REVERSED_SIZE = [1.25, 1.55] as const;

/** A design that is valid under all eight assignments. Deterministic for a state of `random`. */
export function sampleDesign(random: Random, request: DesignRequest, options: PerspectiveOptions, aspect: number): Design {
  // Drawn before any rejection, so that crowded scenes are as frequent as asked for.
  const count = weighted(random, options.distractors);
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const palette = random.shuffle(options.colours.filter((colour) => colour !== request.colour));
    if (request.colour) palette.unshift(request.colour);
    let design = proposeDesign(random, request, options, aspect, palette);
    if (!design || !validInAll(design, aspect)) continue;
    for (let i = 0; i < count && design; i++) design = withDistractor(random, design, options, aspect, palette[2 + i]);
    if (design) return design;
  }
  throw new PlumblineError('scene-sampling-failed', `no valid scene in ${ATTEMPTS} attempts`, {
    where: `condition ${request.condition}`,
    hint: 'widen depthRatio, or lower nearDiameter, clearHeight, clearWidth or the number of distractors',
  });
}

function validInAll(design: Design, aspect: number): boolean {
  const frame = frameOf(design.camera, aspect);
  return ASSIGNMENTS.every((assignment) => isValid(sceneOf(design, assignment, aspect), frame));
}

/** The design with one more distractor, or undefined where none fits. */
function withDistractor(random: Random, design: Design, options: PerspectiveOptions, aspect: number, colour: ColourName): Design | undefined {
  const frame = frameOf(design.camera, aspect);
  for (let attempt = 0; attempt < DISTRACTOR_ATTEMPTS; attempt++) {
    const depth = random.uniform(design.depths[0] * 0.95, design.depths[1] * 1.25);
    const support = random.coin() ? 'ground' : random.coin() ? 'stand' : 'cord';
    const distractor: Distractor = {
      colour,
      shape: random.pick(options.shapes),
      relativeSize: random.uniform(...options.relativeSize),
      yaw: random.uniform(0, 360),
      support,
      u: random.uniform(0.1, aspect - 0.1),
      v: random.uniform(0.1, Math.max(0.12, groundRow(frame, depth) - 0.06)),
      depth,
    };
    const further = { ...design, distractors: [...design.distractors, distractor] };
    if (validInAll(further, aspect)) return further;
  }
  return undefined;
}

function proposeDesign(random: Random, request: DesignRequest, options: PerspectiveOptions, aspect: number, palette: readonly ColourName[]): Design | undefined {
  const size = random.uniform(0.5, 0.75);
  const ratio = random.uniform(...options.depthRatio);
  const fov = random.uniform(44, 54);
  const pitch = random.uniform(10, 16);
  const level = frameOf({ height: 1, pitch, fov }, aspect);
  const near = (level.focal * size) / random.uniform(...options.nearDiameter);
  // The ground under the near target is near the lower border, so that its foot can be seen more often than not.
  const footRow = random.uniform(0.82, 1.04);
  const height = ((footRow - level.horizon) * near * level.cos) / level.focal;
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

  const target = (index: number): Target => ({
    colour: palette[index],
    shape: random.pick(options.shapes),
    relativeSize: random.uniform(...options.relativeSize),
    yaw: random.uniform(0, 360),
    support: random.coin() ? 'stand' : 'cord',
  });
  const targets: [Target, Target] = [target(0), target(1)];
  const reversed = random.uniform(...REVERSED_SIZE);
  const root = Math.sqrt(ratio);
  return {
    camera,
    light: sampleLight(random),
    sky: sampleSky(random),
    ground: sampleGround(random, options.grounds),
    noise: random.uniform(...options.noise),
    noiseSeed: random.uint32(),
    columns,
    rows,
    depths: [near, near * ratio],
    size,
    sizeByDepth: request.sizeAgrees === false ? [1 / root, root * reversed] : [1, 1],
    // Reversed sizes must be reversed for every pair of targets, so their own sizes are equal then.
    targets: request.sizeAgrees === false ? [{ ...targets[0], relativeSize: 1 }, { ...targets[1], relativeSize: 1 }] : targets,
    distractors: [],
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
