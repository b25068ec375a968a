/** Pairs of a planned scene and its pictures: a question swap and an image intervention on each axis. */
import {
  AXES,
  POLES,
  type Axis,
  type Conditions,
  type Item,
  type Pair,
  type SceneObject,
} from '../../core/artifacts/contrast-set.ts';
import { conditionsOf } from '../conditions.ts';
import type { CompareProgram } from '../programs/compare.ts';
import { answerOf, captionsOf, questionOf, subjectOf } from '../questions.ts';
import { nameOf } from '../scene/model.ts';
import { bodyId } from '../scene/solids.ts';
import { exchanged, poleOf, slotOf, type Assignment } from './design.ts';
import { nuisanceOf } from './nuisance.ts';
import type { ScenePlan } from './plan.ts';

/** The untouched scene, or the one in which the targets have traded places on an axis. */
export const VIEWS = ['scene', ...AXES] as const;
export type View = (typeof VIEWS)[number];

export type Box = [number, number, number, number];

/** What rendering tells about a picture. */
export interface RenderedView {
  /** File relative to the set's folder. */
  readonly image: string;
  /** Mask of the picture: labels of the solids, relative to the set's folder. */
  readonly mask: string;
  /** Visible boxes of targets 0 and 1. */
  readonly boxes: readonly [Box, Box];
  /** Height of the picture, pixels. */
  readonly size: number;
}

export function assignmentOf(plan: Pick<ScenePlan, 'assignment'>, view: View): Assignment {
  return view === 'scene' ? plan.assignment : exchanged(plan.assignment, view);
}

export function imageFile(sceneId: string, view: View): string {
  return view === 'scene' ? `images/${sceneId}.png` : `images/${sceneId}-${view}.png`;
}

export function maskFile(image: string): string {
  return image.replace(/^images/, 'masks');
}

/** The six pairs of a scene; see methods §1. */
export function pairsOf(plan: ScenePlan, views: Readonly<Record<View, RenderedView>>): Pair[] {
  return AXES.flatMap((axis): Pair[] => {
    const [a, b] = plan.named[axis];
    const ids = `${plan.id}-${axis}`;
    const first = item(plan, views, axis, 'scene', [a, b], `${ids}-ab`);
    const conditions = conditionsOfScene(plan, first, views.scene.size);
    const common = { group: plan.id, axis, conditions, nuisance: nuisanceOf(plan, axis) };
    return [
      {
        id: `${ids}-swap`,
        kind: 'question-swap',
        ...common,
        first,
        second: item(plan, views, axis, 'scene', [b, a], `${ids}-ba`),
      },
      {
        id: `${ids}-image`,
        kind: 'image-intervention',
        ...common,
        first,
        second: item(plan, views, axis, axis, [a, b], `${ids}-ab-flipped`),
      },
    ];
  });
}

/** That of height is the planned one, which the set's check holds against the geometry. */
export function conditionsOfScene(
  { condition }: Pick<ScenePlan, 'condition'>,
  { objects: [a, b] }: Pick<Item, 'objects'>,
  size: number,
): Conditions {
  return { ...conditionsOf([a, b], size), height: condition };
}

/**
 * Target `target` as a question names it: visible box, exact centre of the whole outline (so that no tie of whole
 * pixels can decide an answer), depth.
 */
export function located(
  { design }: Pick<ScenePlan, 'design'>,
  assignment: Assignment,
  { boxes, size }: RenderedView,
  target: 0 | 1,
): SceneObject {
  const { u, v, depth } = slotOf(design, assignment, target);
  const pixels = (value: number): number => Math.floor(value * size * 1e3 + 0.5) / 1e3;
  return {
    name: nameOf(design.targets[target]),
    box: boxes[target],
    centre: [pixels(u), pixels(v)],
    depth,
    label: bodyId(target),
  };
}

/** Does the farther target look smaller, as things of one size do? With things of different sizes it may not. */
function looksSmaller({ design }: Pick<ScenePlan, 'design'>, assignment: Assignment): boolean {
  const [near, far] = [assignment.far === 0 ? 1 : 0, assignment.far] as const;
  const apparent = (target: 0 | 1): number =>
    design.targets[target].relativeSize / slotOf(design, assignment, target).depth;
  return apparent(far) < apparent(near);
}

function item(
  plan: ScenePlan,
  views: Readonly<Record<View, RenderedView>>,
  axis: Axis,
  view: View,
  order: readonly [0 | 1, 0 | 1],
  id: string,
): Item {
  const assignment = assignmentOf(plan, view);
  const [first, second] = order.map((target) => located(plan, assignment, views[view], target));
  return {
    item: id,
    images: [views[view].image],
    question: questionOf(axis, first.name, second.name),
    options: [...POLES[axis]],
    answer: answerOf(axis, poleOf(assignment, axis) === order[subjectOf(axis)]),
    captions: captionsOf(axis, first.name, second.name),
    objects: [first, second],
    program: { op: 'compare', axis, subject: subjectOf(axis), reference: 1 - subjectOf(axis) } satisfies CompareProgram,
    masks: [views[view].mask],
    ...(plan.design.targets[0].category !== undefined && {
      variant: { apparentSize: looksSmaller(plan, assignment) ? 'agrees' : 'disagrees' },
    }),
    difficulty: plan.design.complexity,
  };
}
