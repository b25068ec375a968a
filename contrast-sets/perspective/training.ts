/**
 * Random scenes for training reference checkpoints and organisms: the same designs as the test set, from seeds it never
 * uses, with cues planted on request.
 */
import type { Condition } from '../../core/artifacts/contrast-set.ts';
import { Random } from '../../core/random.ts';
import type { ColourName } from '../scene/colours.ts';
import { frameOf, depthOf } from '../scene/camera.ts';
import { nameOf, type Scene, type Shape } from '../scene/model.ts';
import { bodyId } from '../scene/solids.ts';
import { visibleBoxes } from '../render/boxes.ts';
import { renderScene, type Picture } from '../render/render.ts';
import { sceneOf, type Assignment } from './design.ts';
import { PERSPECTIVE_DEFAULTS, type PerspectiveOptions } from './parameters.ts';
import { sampleDesign } from './sample.ts';

export interface TrainingOptions {
  readonly seed: number;
  readonly size: number;
  /** Share of consistent scenes among those that are not ambiguous, and share of ambiguous ones among all. */
  readonly consistent: number;
  readonly ambiguous: number;
  /** Share of scenes in which the farther target looks smaller. */
  readonly sizeAgrees: number;
  /** A colour that one target of every scene has; it is the far one in a share `far` of the scenes. */
  readonly cueColour?: { readonly colour: ColourName; readonly far: number };
  readonly scene?: Partial<PerspectiveOptions>;
}

export interface TrainingObject {
  readonly name: string;
  readonly colour: ColourName;
  readonly shape: Shape;
  /** Visible part, pixels. */
  readonly box: [number, number, number, number];
  /** Centre of the box, in heights of the picture. */
  readonly cx: number;
  readonly cy: number;
  readonly depth: number;
  /** Metric size, metres, and apparent diameter: the square root of the visible area, in heights of the picture. */
  readonly size: number;
  readonly apparent: number;
}

export interface TrainingScene {
  readonly scene: number;
  readonly condition: Condition;
  readonly width: number;
  readonly height: number;
  /** The two targets, then the distractors. */
  readonly objects: readonly TrainingObject[];
  /** Index of the target at the canonical pole. */
  readonly far: 0 | 1;
  readonly above: 0 | 1;
  readonly left: 0 | 1;
  readonly sizeAgrees: boolean;
}

/** Scene number `index`; the same for a seed and options whatever the order in which scenes are asked for. */
export function trainingScene(options: TrainingOptions, index: number): { meta: TrainingScene; picture: Picture } {
  const random = new Random(options.seed, 'perspective-training', index);
  const condition: Condition = random.coin(options.ambiguous)
    ? 'ambiguous'
    : random.coin(options.consistent)
      ? 'consistent'
      : 'counter';
  const sizeAgrees = random.coin(options.sizeAgrees);
  const cueIsFar = random.coin(options.cueColour?.far ?? 0.5);
  const bit = (): 0 | 1 => (random.coin() ? 1 : 0);
  // Target 0 carries the cue's colour; which target is named first is not decided here.
  const far: 0 | 1 = options.cueColour ? (cueIsFar ? 0 : 1) : bit();
  const other: 0 | 1 = far === 0 ? 1 : 0;
  const above = condition === 'ambiguous' ? bit() : condition === 'consistent' ? far : other;
  const assignment: Assignment = { far, above, left: bit() };
  const design = sampleDesign(
    random,
    { condition, sizeAgrees, colour: options.cueColour?.colour },
    { ...PERSPECTIVE_DEFAULTS, ...options.scene },
    1,
  );
  const scene = sceneOf(design, assignment, 1);
  const picture = renderScene(scene, options.size, options.size);
  return {
    meta: {
      scene: index,
      condition,
      width: options.size,
      height: options.size,
      objects: describe(scene, picture),
      ...assignment,
      sizeAgrees,
    },
    picture,
  };
}

function describe(scene: Scene, picture: Picture): TrainingObject[] {
  const frame = frameOf(scene.camera, picture.width / picture.height);
  const boxes = visibleBoxes(picture);
  return scene.objects.map((object, i) => {
    const { box, pixels } = boxes.get(bodyId(i)) ?? {
      box: [0, 0, 0, 0] as [number, number, number, number],
      pixels: 0,
    };
    const [x, y, width, height] = box;
    return {
      name: nameOf(object),
      colour: object.colour,
      shape: object.shape,
      box,
      cx: (x + width / 2) / picture.height,
      cy: (y + height / 2) / picture.height,
      depth: depthOf(frame, object.position),
      size: object.size,
      apparent: Math.sqrt(pixels) / picture.height,
    };
  });
}
