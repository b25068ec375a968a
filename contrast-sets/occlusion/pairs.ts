/** Items and pairs of an occlusion series: the clear view against every other level, for each aspect of the target. */
import type { Item, Pair, SceneObject } from '../../core/artifacts/contrast-set.ts';
import { OPERATIONS } from '../programs/index.ts';
import type { UnlessHiddenProgram } from '../programs/unless-hidden.ts';
import { nameOf, SHAPES } from '../scene/model.ts';
import { bodyId } from '../scene/solids.ts';
import { OTHER, TARGET, type OcclusionDesign } from './design.ts';
import { ABSTENTION, type Aspect, type OcclusionParameters } from './parameters.ts';
import { TARGET_COLOURS } from './plan.ts';

/** A picture of the series. */
export interface View {
  readonly level: number;
  readonly image: string;
  readonly mask: string;
  /** Visible pixels of the target over those without panels: exact. */
  readonly visible: number;
  /** Visible boxes of target and other object; absent where nothing is seen. */
  readonly boxes: readonly ([number, number, number, number] | undefined)[];
}

export const viewFile = (id: string, level: number): string => `images/${id}-${String(level).padStart(3, '0')}.png`;

export function pairsOf(
  design: OcclusionDesign,
  views: readonly View[],
  { aspects }: Pick<OcclusionParameters, 'aspects'>,
): Pair[] {
  const { id } = design.spec;
  const clear = views.find(({ level }) => level === 0)!;
  return aspects.flatMap((aspect) =>
    views
      .filter((view) => view !== clear)
      .map((view): Pair => ({
        id: `${id}-${aspect}-${view.level}`,
        group: id,
        axis: aspect,
        kind: view.visible === 0 ? 'image-intervention' : 'perturbation',
        conditions: {},
        first: itemOf(design, clear, aspect),
        second: itemOf(design, view, aspect),
        nuisance: nuisanceOf(design, aspect),
      })),
  );
}

const list = (words: readonly string[]): string => `${words.slice(0, -1).join(', ')} or ${words[words.length - 1]}`;

/** Words, options and program of an aspect. */
function asked(
  aspect: Aspect,
  { covered: { objects } }: OcclusionDesign,
): Pick<Item, 'question' | 'options'> & { then: UnlessHiddenProgram['then']; named: (string | undefined)[] } {
  const [target, other] = [objects[TARGET], objects[OTHER]];
  const oneWord = (options: readonly string[]): string =>
    `Answer with only one word: ${list(options)} if it cannot be told.`;
  switch (aspect) {
    case 'colour': {
      const options = [...TARGET_COLOURS, ABSTENTION];
      return {
        question: `What colour is the ${target.shape}? ${oneWord(options)}`,
        options,
        then: { op: 'colour', shape: target.shape },
        named: [target.shape],
      };
    }
    case 'shape': {
      const options = [...SHAPES, ABSTENTION];
      return {
        question: `What shape is the ${target.colour} object? ${oneWord(options)}`,
        options,
        then: { op: 'shape', colour: target.colour },
        named: [`${target.colour} object`],
      };
    }
    case 'side': {
      const options = ['left', 'right', ABSTENTION];
      const names = [nameOf(target), nameOf(other)];
      return {
        question: `Is the ${names[0]} to the left or right of the ${names[1]}? ${oneWord(options)}`,
        options,
        then: { op: 'compare', axis: 'horizontal', subject: 0, reference: 1 },
        named: names,
      };
    }
  }
}

function itemOf(design: OcclusionDesign, view: View, aspect: Aspect): Item {
  const { question, options, then, named } = asked(aspect, design);
  const { objects } = design.covered;
  const item: Item = {
    item: `${design.spec.id}-${aspect}-${view.level}-covered`,
    images: [view.image],
    question,
    options,
    answer: '',
    objects: named.map((name, index): SceneObject => {
      const box = view.boxes[index];
      return { name: name!, label: bodyId(index), depth: rounded(objects[index].position[2]), box };
    }),
    variant: {
      visible: rounded(view.visible),
      level: view.visible === 0 ? 'full' : view.visible === 1 ? 'clean' : 'partial',
      answerable: view.visible > 0,
      abstention: ABSTENTION,
    },
    program: { op: 'unless-hidden', abstention: ABSTENTION, then } satisfies UnlessHiddenProgram,
    facts: {
      visible: rounded(view.visible),
      objects: [TARGET, OTHER].map((index) => ({
        label: bodyId(index),
        colour: objects[index].colour,
        shape: objects[index].shape,
      })),
    },
    masks: [view.mask],
    difficulty: rounded(1 - view.visible),
  };
  return { ...item, answer: OPERATIONS['unless-hidden'](item) };
}

const rounded = (value: number): number => Math.floor(value * 1e5 + 0.5) / 1e5;

function nuisanceOf(
  { covered: { camera, light, sky, ground, noise, objects } }: OcclusionDesign,
  aspect: Aspect,
): Record<string, string | number> {
  const [target, other] = [objects[TARGET], objects[OTHER]];
  return {
    camera_height: rounded(camera.height),
    camera_pitch: rounded(camera.pitch),
    camera_fov: rounded(camera.fov),
    light_azimuth: rounded(light.azimuth),
    light_elevation: rounded(light.elevation),
    haze: rounded(sky.haze),
    ground: ground.kind,
    noise: rounded(noise),
    depth: rounded(target.position[2]),
    size: rounded(target.size),
    // The other object is never of the target's colour or shape, so these would tell what the target is not.
    ...(aspect !== 'colour' && { colour: target.colour, other_colour: other.colour }),
    ...(aspect !== 'shape' && { shape: target.shape, other_shape: other.shape }),
    ...(aspect !== 'side' && { side: target.position[0] < 0 ? 'left' : 'right' }),
  };
}
