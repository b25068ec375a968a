/**
 * Items and pairs of an ambiguity series: the view from farthest aside against the others, the bisector, and its own
 * mirror image.
 */
import type { Item, Pair } from '../../../core/artifacts/contrast-set.ts';
import { OPERATIONS } from '../../programs/index.ts';
import type { NearerProgram } from '../../programs/nearer.ts';
import { depthOf, frameOf } from '../../scene/camera.ts';
import { nameOf, type Scene } from '../../scene/model.ts';
import { bodyId } from '../../scene/solids.ts';
import { ABSTENTION } from '../parameters.ts';
import type { AmbiguityDesign } from './design.ts';

/** A rendered view. */
export interface AmbiguityView {
  /** Degrees to the right of the bisector. */
  readonly angle: number;
  readonly scene: Scene;
  readonly image: string;
  readonly mask: string;
  readonly boxes: readonly [number, number, number, number][];
}

/** @param views by offset, the mirror image of the largest last */
export function pairsOf(design: AmbiguityDesign, views: readonly AmbiguityView[], largest: number): Pair[] {
  const { id, right, closer } = design.spec;
  const reference = views.find(({ angle }) => Math.abs(angle) === largest)!;
  // Object 1 is the right one; the camera's own side has the nearer object.
  const subject = right === closer ? 1 : 0;
  const first = itemOf(design, reference, subject, largest);
  return views
    .filter((view) => view !== reference)
    .map((view): Pair => {
      const second = itemOf(design, view, subject, largest);
      const label = Math.sign(view.angle) === -Math.sign(reference.angle) ? 'mirrored' : String(Math.abs(view.angle));
      return {
        id: `${id}-${label}`,
        group: id,
        axis: 'nearness',
        kind: second.answer === first.answer ? 'perturbation' : 'image-intervention',
        conditions: {},
        first,
        second,
        nuisance: nuisanceOf(reference.scene, subject, right),
      };
    });
}

const rounded = (value: number): number => Math.floor(value * 1e5 + 0.5) / 1e5;

function itemOf(
  { spec }: AmbiguityDesign,
  { angle, scene, image, mask, boxes }: AmbiguityView,
  subject: 0 | 1,
  largest: number,
): Item {
  const frame = frameOf(scene.camera, 1);
  const order = [subject, 1 - subject];
  const names = order.map((index) => nameOf(scene.objects[index]));
  const answerable = angle !== 0;
  const item: Item = {
    item: `${spec.id}-${angle < 0 ? 'left' : 'right'}-${Math.abs(angle)}`,
    images: [image],
    question: `Is the ${names[0]} closer to you or farther from you than the ${names[1]}? Answer with only one word: closer, farther or ${ABSTENTION} if it cannot be told.`,
    options: ['closer', 'farther', ABSTENTION],
    answer: '',
    objects: order.map((index, place) => ({
      name: names[place],
      box: boxes[index],
      depth: rounded(depthOf(frame, scene.objects[index].position)),
      label: bodyId(index),
    })),
    variant: { offset: Math.abs(angle), answerable, abstention: ABSTENTION },
    program: { op: 'nearer', subject: 0, reference: 1, abstention: ABSTENTION } satisfies NearerProgram,
    facts: {
      camera: (scene.camera.position ?? [0, 0]).map(rounded),
      positions: order.map((index) => [
        rounded(scene.objects[index].position[0]),
        rounded(scene.objects[index].position[2]),
      ]),
    },
    masks: [mask],
    difficulty: rounded(1 - Math.abs(angle) / largest),
  };
  return { ...item, answer: OPERATIONS.nearer(item) };
}

function nuisanceOf(
  { camera, light, sky, ground, noise, objects }: Scene,
  subject: 0 | 1,
  right: boolean,
): Record<string, string | number> {
  const [asked, other] = [objects[subject], objects[1 - subject]];
  return {
    moved: right ? 'right' : 'left',
    camera_height: rounded(camera.height),
    camera_pitch: rounded(camera.pitch),
    camera_fov: rounded(camera.fov),
    light_azimuth: rounded(light.azimuth),
    light_elevation: rounded(light.elevation),
    haze: rounded(sky.haze),
    ground: ground.kind,
    noise: rounded(noise),
    first_colour: asked.colour,
    first_shape: asked.shape,
    first_size: rounded(asked.size),
    second_colour: other.colour,
    second_shape: other.shape,
    second_size: rounded(other.size),
  };
}
