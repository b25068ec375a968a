/**
 * Random pictures for training organisms that can abstain: the same designs and questions as the test set, from random
 * streams that it never uses.
 */
import { Random } from '../../core/random.ts';
import { visibleBoxes } from '../render/boxes.ts';
import { renderScene, type Picture } from '../render/render.ts';
import type { ColourName } from '../scene/colours.ts';
import { GROUNDS, SHAPES, type Shape } from '../scene/model.ts';
import { bodyId } from '../scene/solids.ts';
import { slideFor, targetRays } from './cover.ts';
import { DECOY, OTHER, PANEL, slid, TARGET } from './design.ts';
import { hidingDesign } from './hiding.ts';
import { pairsOf, type View } from './pairs.ts';
import { ASPECTS, type Aspect } from './parameters.ts';
import { TARGET_COLOURS } from './plan.ts';

/** Pictures of a scene: clear, covered, and covered in part. */
export const VIEWS = 4;

export interface OcclusionQuestion {
  readonly name: Aspect;
  readonly question: string;
  readonly options: readonly string[];
  /** The right answer, which is to abstain where nothing of the target is seen. */
  readonly answer: string;
}

export interface TrainingView {
  readonly scene: number;
  /** Share of the target that is seen. */
  readonly visible: number;
  /** What the picture shows of target and other object (one list, as of a clip of one picture). */
  readonly seen: readonly (readonly {
    readonly colour: ColourName;
    readonly shape: Shape;
    readonly box: readonly [number, number, number, number];
    readonly pixels: number;
  }[])[];
  readonly questions: readonly OcclusionQuestion[];
}

/**
 * The views of scene number `index`: clear, covered in part, and covered; the same for a seed and size whatever the
 * order in which views are asked for.
 */
export function trainingViews(
  { seed, size }: { readonly seed: number; readonly size: number },
  index: number,
): { meta: TrainingView; pictures: Picture[] }[] {
  const random = new Random(seed, 'occlusion-training', index);
  const spec = {
    id: `t${index}`,
    index,
    colour: random.pick(TARGET_COLOURS),
    shape: random.pick(SHAPES),
    left: random.coin(),
  };
  const design = hidingDesign(spec, random.uint32(), { size, grounds: [...GROUNDS] });
  const rays = targetRays(design, renderScene({ ...design.covered, hidden: [PANEL, DECOY] }, size, size));
  const covered = [0, ...Array.from({ length: VIEWS - 2 }, () => random.uniform(0.05, 0.95)), 1];
  const views = covered.map((share, level) => {
    const scene = slid(design, slideFor(design, rays, share));
    const picture = renderScene(share === 1 ? { ...scene, hidden: [TARGET] } : scene, size, size);
    const found = visibleBoxes(picture);
    const bodies = [TARGET, OTHER].map((object) => found.get(bodyId(object)));
    const view: View = {
      level,
      image: String(level),
      mask: '',
      visible: (bodies[0]?.pixels ?? 0) / rays.length,
      boxes: bodies.map((body) => body?.box),
    };
    const seen = bodies.flatMap((body, at) =>
      body ? [{ colour: design.covered.objects[at].colour, shape: design.covered.objects[at].shape, ...body }] : [],
    );
    return { view, picture, seen };
  });
  const pairs = pairsOf(
    design,
    views.map(({ view }) => view),
    { aspects: [...ASPECTS] },
  );
  return views.map(({ view, picture, seen }) => {
    const items = ASPECTS.map((aspect) => {
      const own = pairs.filter(({ axis }) => axis === aspect);
      return view.level === 0 ? own[0].first : own.find(({ second }) => second.images[0] === view.image)!.second;
    });
    const questions = items.map((item, at): OcclusionQuestion => ({
      name: ASPECTS[at],
      question: item.question,
      options: item.options,
      answer: item.answer,
    }));
    return { meta: { scene: index, visible: view.visible, seen: [seen], questions }, pictures: [picture] };
  });
}
