/**
 * The pairs of a scene's views: which way the camera moved (pictures in both orders) and whether an object is visible
 * in both (with and without it in one of the pictures). Both are image interventions; sides are dealt out by `orient`,
 * so that every answer is as often the first side's.
 */
import type { Item, Pair, SceneObject } from '../../core/artifacts/contrast-set.ts';
import type { OpenPair } from '../orient.ts';
import type { CoVisibleProgram } from '../programs/co-visible.ts';
import { nameOf } from '../scene/model.ts';
import { bodyId } from '../scene/solids.ts';
import type { ViewsParameters } from './parameters.ts';
import type { ViewRequest, ViewsSpec } from './plan.ts';
import type { ViewsScene } from './sample.ts';

/** A picture on disk. */
export interface RenderedView {
  readonly image: string;
  readonly mask: string;
  readonly depthMap?: string;
  /** Objects that it shows, with their boxes and depths. */
  readonly objects: readonly SceneObject[];
}

/** The pictures of one pair of views. */
export interface ViewPairFiles {
  readonly a: RenderedView;
  readonly b: RenderedView;
  /** Picture `without` once more, the asked object taken away. */
  readonly removed: RenderedView;
  /** Ground truth from a to b and from b to a, and the overlaps. */
  readonly forth: { readonly file: string; readonly overlap: number };
  readonly back: { readonly file: string; readonly overlap: number };
}

const QUESTION =
  'From the first picture to the second, did the camera move around the objects to its left or to its right? Answer with only one word.';
const round = (value: number): number => Math.round(value * 1e5) / 1e5;
/** In [0, 360): a camera that has gone on past north would otherwise betray which way it went. */
const compass = (degrees: number): number => ((degrees % 360) + 360) % 360;

/** The two pairs of view `k` (from 1) of a scene. */
export function pairsOfView(
  spec: ViewsSpec,
  k: number,
  world: ViewsScene,
  files: ViewPairFiles,
  parameters: Pick<ViewsParameters, 'bins'>,
): OpenPair[] {
  const request = spec.views[k - 1];
  const id = `${spec.id}-${k}`;
  const shared = { group: spec.id, conditions: {}, kind: 'image-intervention' as const };
  const { bins } = parameters;
  const [low, high] = bins[request.bin];
  const variant = { bin: `${low}-${high}`, viewpoint: round(world.views[k].viewpoint), distractors: spec.distractors };
  const context: Context = { world, k, request, variant };
  const orders = [
    movement(context, id, files.a, files.b, files.forth, [0, k]),
    movement(context, id, files.b, files.a, files.back, [k, 0]),
  ] as const;
  const facts = (first: number): Pair['nuisance'] => movementNuisance(context, first);
  const both = visibility(context, id, files.a, files.b, files.forth);
  const missing =
    request.without === 0
      ? visibility(context, `${id}-without`, files.removed, files.b)
      : visibility(context, `${id}-without`, files.a, files.removed);
  const nuisance = visibilityNuisance(context);
  return [
    [
      {
        id: `${id}-direction`,
        axis: 'view-direction',
        ...shared,
        first: orders[0],
        second: orders[1],
        nuisance: facts(0),
      },
      {
        id: `${id}-direction`,
        axis: 'view-direction',
        ...shared,
        first: orders[1],
        second: orders[0],
        nuisance: facts(1),
      },
    ],
    [
      { id: `${id}-visible`, axis: 'co-visibility', ...shared, first: both, second: missing, nuisance },
      { id: `${id}-visible`, axis: 'co-visibility', ...shared, first: missing, second: both, nuisance },
    ],
  ];
}

interface Context {
  readonly world: ViewsScene;
  readonly k: number;
  readonly request: ViewRequest;
  readonly variant: NonNullable<Item['variant']>;
}

function pictures(
  first: RenderedView,
  second: RenderedView,
): Pick<Item, 'images' | 'media' | 'objects' | 'masks' | 'depthMaps'> {
  return {
    images: [first.image, second.image],
    media: 'pictures',
    objects: [first, second].flatMap(({ objects }, picture) => objects.map((object) => ({ ...object, picture }))),
    masks: [first.mask, second.mask],
    ...(first.depthMap !== undefined &&
      second.depthMap !== undefined && { depthMaps: [first.depthMap, second.depthMap] }),
  };
}

const place = ([x, z]: readonly [number, number]): { x: number; z: number } => ({ x: round(x), z: round(z) });

function movement(
  context: Context,
  id: string,
  first: RenderedView,
  second: RenderedView,
  truth: ViewPairFiles['forth'],
  order: readonly [number, number],
): Item {
  const forth = order[0] === 0;
  const toRight = forth === (context.request.side === 1);
  return {
    item: `${id}-${forth ? 'ab' : 'ba'}`,
    ...pictures(first, second),
    question: QUESTION,
    options: ['left', 'right'],
    answer: toRight ? 'right' : 'left',
    captions: ['The camera moved around the objects to its left.', 'The camera moved around the objects to its right.'],
    variant: context.variant,
    program: { op: 'camera-move' },
    facts: {
      cameras: order.map((view) => place(context.world.views[view].camera.position ?? [0, 0])),
      centre: place(context.world.centre),
    },
    correspondences: truth.file,
    difficulty: round(1 - truth.overlap),
  };
}

function visibility(
  context: Context,
  id: string,
  first: RenderedView,
  second: RenderedView,
  truth?: ViewPairFiles['forth'],
): Item {
  const { world, k, variant } = context;
  const name = nameOf(world.scene.objects[world.targets[k - 1]]);
  return {
    item: `${id}-visible`,
    ...pictures(first, second),
    question: `Is the ${name} visible in both pictures? Answer with yes or no.`,
    options: ['Yes', 'No'],
    answer: truth === undefined ? 'No' : 'Yes',
    captions: [`Both pictures show the ${name}.`, `Only one of the pictures shows the ${name}.`],
    variant,
    program: { op: 'co-visible', subject: name } satisfies CoVisibleProgram,
    ...(truth !== undefined && { correspondences: truth.file, difficulty: round(1 - truth.overlap) }),
  };
}

function surroundings({ world: { scene }, variant, request }: Context): Pair['nuisance'] {
  const { light, sky, ground, camera, objects } = scene;
  return {
    bin: String(variant.bin),
    stratum: request.stratum,
    distractors: String(variant.distractors),
    camera_pitch: round(camera.pitch),
    camera_fov: round(camera.fov),
    light_azimuth: round(light.azimuth),
    light_elevation: round(light.elevation),
    haze: round(sky.haze),
    ground: ground.kind,
    ground_rotation: round(ground.rotation),
    objects: objects.length,
  };
}

/** Of the pair with the pictures in order (`first` 0) or exchanged (1). */
function movementNuisance(context: Context, first: number): Pair['nuisance'] {
  const { world, k } = context;
  const views = first === 0 ? [world.views[0], world.views[k]] : [world.views[k], world.views[0]];
  const [a, b] = views;
  return {
    ...surroundings(context),
    viewpoint: round(world.views[k].viewpoint),
    first_distance: round(a.distance),
    second_distance: round(b.distance),
    first_turn: round(a.turn),
    second_turn: round(b.turn),
    first_yaw: round(compass(a.camera.yaw ?? 0)),
  };
}

function visibilityNuisance(context: Context): Pair['nuisance'] {
  const { world, k, request } = context;
  const object = world.scene.objects[world.targets[k - 1]];
  return {
    ...surroundings(context),
    viewpoint: round(world.views[k].viewpoint),
    without: request.without,
    side: request.side,
    target_colour: object.colour,
    target_shape: object.shape,
    target_size: round(object.size),
    target_yaw: round(object.yaw),
    target_x: round(object.position[0]),
    target_z: round(object.position[2]),
    target_label: bodyId(world.targets[k - 1]),
  };
}
