/**
 * Random clips for training organisms that read frames: the same designs and questions as the test set, from random
 * streams that it never uses.
 */
import { Random } from '../../core/random.ts';
import { visibleBoxes } from '../render/boxes.ts';
import { renderScene, type Picture } from '../render/render.ts';
import type { ColourName } from '../scene/colours.ts';
import { GROUNDS, type Shape } from '../scene/model.ts';
import { bodyId } from '../scene/solids.ts';
import { designClip } from './design.ts';
import { pairsOf, type RenderedFrame } from './pairs.ts';
import { MOTIONS, type Needs, type QuestionName } from './parameters.ts';
import { CLIP_COLOURS, COUNTS } from './plan.ts';

/** An object as far as a picture shows it. */
export interface SeenObject {
  readonly colour: ColourName;
  readonly shape: Shape;
  /** Visible part, pixels. */
  readonly box: readonly [number, number, number, number];
  readonly pixels: number;
}

/** A question about the clip, and its right answer for the clip as it is and run backwards. */
export interface ClipQuestion {
  readonly name: QuestionName;
  readonly needs: Needs;
  readonly question: string;
  readonly options: readonly string[];
  readonly answer: string;
  readonly reversed: string;
}

export interface TrainingClip {
  readonly scene: number;
  /** What each picture shows. */
  readonly seen: readonly (readonly SeenObject[])[];
  readonly questions: readonly ClipQuestion[];
}

export interface TrainingClipOptions {
  readonly seed: number;
  readonly frames: number;
  readonly size: number;
}

/** Clip number `index`; the same for a seed and options whatever the order in which clips are asked for. */
export function trainingClip(
  { seed, frames, size }: TrainingClipOptions,
  index: number,
): { meta: TrainingClip; pictures: Picture[] } {
  const random = new Random(seed, 'frames-training', index);
  const [colour, offered] = random.shuffle(CLIP_COLOURS);
  const spec = {
    id: `t${index}`,
    motion: random.pick(MOTIONS),
    index,
    forwards: random.coin(),
    before: random.coin(),
    present: random.coin(),
    count: random.pick(COUNTS),
    colour,
    offered,
  };
  const design = designClip(spec, random.uint32(), { frames, grounds: [...GROUNDS] });
  const pictures = design.frames.map((scene) => renderScene(scene, size, size));
  const found = pictures.map((picture) => visibleBoxes(picture));
  const rendered = found.map((boxes, frame): RenderedFrame => ({
    image: String(frame),
    mask: '',
    boxes: new Map(
      bodies(design.frames[frame].objects.length).flatMap((id) =>
        boxes.has(id) ? [[id, boxes.get(id)!.box] as const] : [],
      ),
    ),
  }));
  const questions = pairsOf(design, rendered, { repeats: [], repeated: [] })
    .filter(({ second }) => second.variant?.manipulation === 'reversed')
    .map(({ axis, first, second }): ClipQuestion => ({
      name: axis as QuestionName,
      needs: first.variant!.needs as Needs,
      question: first.question,
      options: first.options,
      answer: first.answer,
      reversed: second.answer,
    }));
  const seen = found.map((boxes, frame) =>
    design.frames[frame].objects.flatMap(({ colour, shape }, object): SeenObject[] => {
      const body = boxes.get(bodyId(object));
      return body ? [{ colour, shape, ...body }] : [];
    }),
  );
  return { meta: { scene: index, seen, questions }, pictures };
}

const bodies = (count: number): number[] => Array.from({ length: count }, (_, object) => bodyId(object));
