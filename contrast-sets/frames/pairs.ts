/**
 * Items and pairs of a clip: every question asked of the clip as it was taken, reversed, shuffled, repeated and not
 * shown at all.
 */
import type { Item, Pair, SceneObject } from '../../core/artifacts/contrast-set.ts';
import { OPERATIONS } from '../programs/index.ts';
import type { ClipFacts } from '../programs/clip.ts';
import { depthOf, frameOf } from '../scene/camera.ts';
import { bodyId } from '../scene/solids.ts';
import type { ClipDesign } from './design.ts';
import { QUESTIONS, type FramesParameters } from './parameters.ts';
import { questionsOf, type Question } from './questions.ts';

export const MANIPULATIONS = ['ordered', 'reversed', 'shuffled', 'repeated', 'blind'] as const;
export type Manipulation = (typeof MANIPULATIONS)[number];

/** What rendering tells about a frame. */
export interface RenderedFrame {
  readonly image: string;
  readonly mask: string;
  /** Label of a body that is seen → its box. */
  readonly boxes: ReadonlyMap<number, [number, number, number, number]>;
}

export const frameFile = (clip: string, frame: number): string =>
  `images/${clip}-${String(frame).padStart(2, '0')}.png`;

/** For each picture shown, which frame it shows, and when that frame was taken. */
interface Shown {
  readonly manipulation: Manipulation;
  readonly repeats: number;
  readonly frames: readonly number[];
  readonly time: readonly number[];
}

export function pairsOf(
  design: ClipDesign,
  rendered: readonly RenderedFrame[],
  { repeats, repeated }: Pick<FramesParameters, 'repeats' | 'repeated'>,
): Pair[] {
  const { id } = design.spec;
  const time = Array.from(rendered.keys());
  const backwards = [...time].reverse();
  const ordered: Shown = { manipulation: 'ordered', repeats: 0, frames: time, time };
  const others: Shown[] = [
    // Run backwards, a clip is a clip of its own; shuffled, it is the same clip out of order.
    { manipulation: 'reversed', repeats: 0, frames: backwards, time },
    { manipulation: 'shuffled', repeats: 0, frames: design.shuffle, time: design.shuffle },
    { manipulation: 'blind', repeats: 0, frames: time, time },
  ];
  const surroundings = surroundingsOf(design);
  return questionsOf(design).flatMap((question) => {
    const name = `${id}-${question.name}`;
    const further = repeated.includes(question.name)
      ? repeats.map((times): Shown => ({
          manipulation: 'repeated',
          repeats: times,
          frames: repeatedly(time, times),
          time: repeatedly(time, times),
        }))
      : [];
    const first = itemOf(design, rendered, question, ordered);
    return [...others, ...further].map((shown): Pair => ({
      id: `${name}-${labelOf(shown)}`,
      group: id,
      axis: question.name,
      kind:
        shown.manipulation === 'reversed' && QUESTIONS[question.name] === 'order'
          ? 'image-intervention'
          : 'perturbation',
      conditions: {},
      first,
      second: itemOf(design, rendered, question, shown),
      nuisance: { ...surroundings, ...question.nuisance },
    }));
  });
}

const repeatedly = (frames: readonly number[], times: number): number[] =>
  Array.from({ length: times + 1 }, () => frames).flat();
const labelOf = ({ manipulation, repeats }: Shown): string =>
  repeats > 0 ? `${manipulation}-${repeats}` : manipulation;

function itemOf(design: ClipDesign, rendered: readonly RenderedFrame[], question: Question, shown: Shown): Item {
  const needs = QUESTIONS[question.name];
  const blind = shown.manipulation === 'blind';
  const item: Item = {
    item: `${design.spec.id}-${question.name}-${labelOf(shown)}`,
    images: blind ? [] : shown.frames.map((frame) => rendered[frame].image),
    media: 'clip',
    question: question.question,
    options: [...question.options],
    answer: '',
    objects: question.objects.map(({ name, label }): SceneObject =>
      blind ? { name, label } : located(design, rendered, shown, name, label),
    ),
    variant: { manipulation: shown.manipulation, repeats: shown.repeats, needs },
    program: question.program,
    facts: { ...factsOf(design, rendered, shown) },
    ...(!blind && { masks: shown.frames.map((frame) => rendered[frame].mask) }),
  };
  return { ...item, answer: OPERATIONS[question.program.op](item) };
}

/** The object with its box and depth in the first picture that shows it. */
function located(
  design: ClipDesign,
  rendered: readonly RenderedFrame[],
  shown: Shown,
  name: string,
  label: number,
): SceneObject {
  const picture = shown.frames.findIndex((frame) => rendered[frame].boxes.has(label));
  const frame = shown.frames[picture];
  const depth = depthsOf(design, frame)[design.frames[0].objects.findIndex((_, index) => bodyId(index) === label)];
  return { name, label, picture, box: rendered[frame].boxes.get(label)!, depth };
}

const rounded = (value: number): number => Math.floor(value * 1e5 + 0.5) / 1e5;

function depthsOf({ frames }: ClipDesign, frame: number): number[] {
  const view = frameOf(frames[frame].camera, 1);
  return frames[frame].objects.map(({ position }) => rounded(depthOf(view, position)));
}

function factsOf(design: ClipDesign, rendered: readonly RenderedFrame[], { frames, time }: Shown): ClipFacts {
  const scenes = frames.map((frame) => design.frames[frame]);
  return {
    time: [...time],
    yaw: scenes.map(({ camera }) => rounded(camera.yaw ?? 0)),
    position: scenes.map(({ camera: { position: [x, z] = [0, 0] } }) => [rounded(x), rounded(z)]),
    visible: frames.map((frame) => [...rendered[frame].boxes.keys()].sort((a, b) => a - b)),
    depth: frames.map((frame) => depthsOf(design, frame)),
    objects: scenes[0].objects.map(({ colour, shape }, index) => ({ label: bodyId(index), colour, shape })),
  };
}

/** What every question's answer must be independent of. */
function surroundingsOf({ motion, frames, extent }: ClipDesign): Record<string, string | number> {
  const { camera, light, sky, ground, noise } = frames[0];
  return {
    motion,
    extent: rounded(extent),
    camera_height: rounded(camera.height),
    camera_pitch: rounded(camera.pitch),
    camera_fov: rounded(camera.fov),
    light_azimuth: rounded(light.azimuth),
    light_elevation: rounded(light.elevation),
    haze: rounded(sky.haze),
    ground: ground.kind,
    noise: rounded(noise),
  };
}
