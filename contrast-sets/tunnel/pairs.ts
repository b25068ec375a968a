/**
 * The pairs of a tunnel's pictures, each picture a scene of its own: question swaps for every template, a perturbation
 * between templates (the same object is named first and the answer is the same), an image intervention (the objects
 * trade depths, each keeps its angle) and a perturbation that exchanges the two angles (the condition turns round, the
 * answer stays: Δ of methods §3).
 */
import { POLES, type Axis, type Conditions, type Item, type Pair } from '../../core/artifacts/contrast-set.ts';
import { conditionsOf } from '../conditions.ts';
import type { OpenPair } from '../orient.ts';
import { towardsPole, type CompareProgram } from '../programs/compare.ts';
import { answerOf, captionsOf, questionOf } from '../questions.ts';
import type { TunnelParameters, Template } from './parameters.ts';
import type { Appearance, TunnelPicture } from './plan.ts';
import { distanceWording, type Wording } from './questions.ts';
import { ringDirection } from './scene.ts';

export type Box = [number, number, number, number];

export interface RenderedPicture {
  readonly picture: TunnelPicture;
  readonly image: string;
  readonly mask: string;
  /** Boxes of objects 0 and 1 of the appearance. */
  readonly boxes: readonly [Box, Box];
  readonly labels: readonly [number, number];
}

type Order = readonly [0 | 1, 0 | 1];
const ORDERS: readonly [Order, Order] = [
  [0, 1],
  [1, 0],
];
/** Share of the picture by which objects must be apart for left/right and above/below to be asked. */
const APART = 0.04;

const WORDS = { sphere: 'sphere', box: 'cube' } as const;
const round = (value: number): number => Math.round(value * 1e5) / 1e5;

export class TunnelPairs {
  private readonly appearance: Appearance;
  private readonly parameters: TunnelParameters;

  constructor(appearance: Appearance, parameters: TunnelParameters) {
    this.appearance = appearance;
    this.parameters = parameters;
  }

  /** All pairs of a spec's pictures; each picture's own question swaps come before those that join it to another. */
  of(rendered: readonly RenderedPicture[], random: { coin(): boolean; integer(n: number): number }): OpenPair[] {
    const { templates } = this.parameters;
    const single = rendered.flatMap((one) => {
      const swaps = templates.map((template) => this.swap(one, 'distance', template));
      if (this.parameters.otherAxes) {
        for (const axis of ['horizontal', 'vertical'] as const) {
          const [a, b] = this.objects(one, [0, 1]);
          if (Math.abs(towardsPole(axis, a, b)) >= APART * this.parameters.size)
            swaps.push(this.swap(one, axis, 'far-close'));
        }
      }
      return templates.includes('closer') && templates.includes('farther') ? [...swaps, this.rewording(one)] : swaps;
    });
    const template = templates.includes('far-close') ? 'far-close' : templates[0];
    const find = (angles: readonly [number, number], far: 0 | 1): RenderedPicture =>
      rendered.find(({ picture }) => picture.angles.join() === angles.join() && picture.far === far)!;
    const joint: OpenPair[] = [];
    const [a, b] = rendered[0].picture.angles;
    for (const angles of a === b ? [[a, b] as const] : [[a, b] as const, [b, a] as const]) {
      const [first, second] = random.coin() ? ([0, 1] as const) : ([1, 0] as const);
      joint.push(this.between('image-intervention', 'depths', find(angles, first), find(angles, second), template));
    }
    if (a !== b) {
      for (const far of [0, 1] as const) {
        const [first, second] = random.coin() ? [[a, b] as const, [b, a] as const] : [[b, a] as const, [a, b] as const];
        joint.push(this.between('perturbation', 'angles', find(first, far), find(second, far), template));
      }
    }
    return [...single, ...joint];
  }

  private name(object: 0 | 1): string {
    const { colour, shape } = this.appearance.objects[object];
    return `${colour} ${WORDS[shape]}`;
  }

  private objects(
    { picture, boxes, labels }: RenderedPicture,
    order: Order,
  ): { name: string; box: Box; depth: number; label: number }[] {
    const [near, far] = this.parameters.depths;
    return order.map((object) => ({
      name: this.name(object),
      box: boxes[object],
      depth: picture.far === object ? far : near,
      label: labels[object],
    }));
  }

  private conditions(one: RenderedPicture): Conditions {
    const [a, b] = this.objects(one, [0, 1]);
    return conditionsOf([a, b], this.parameters.size);
  }

  private item(one: RenderedPicture, axis: Axis, template: Template, order: Order): Item {
    const { picture, image, mask } = one;
    const objects = this.objects(one, order);
    const names = [objects[0].name, objects[1].name] as const;
    const near = picture.far === 0 ? 1 : 0;
    const asked = axis === 'distance' ? template : axis;
    const wording: Wording =
      axis === 'distance'
        ? distanceWording(template, names, picture.far === order[0])
        : {
            question: questionOf(axis, ...names),
            options: [...POLES[axis]],
            answer: answerOf(axis, towardsPole(axis, objects[0], objects[1]) > 0),
            captions: captionsOf(axis, ...names),
            program: { op: 'compare', axis, subject: 0, reference: 1 } satisfies CompareProgram,
          };
    return {
      item: `${picture.id}-${asked}-${picture.far === order[0] ? '12' : '21'}`,
      images: [image],
      ...wording,
      objects,
      // Object 1 is the far one, as in SpatialTunnel.
      variant: {
        template: asked,
        instance: picture.instance,
        angle1: picture.angles[picture.far],
        angle2: picture.angles[near],
        size1: round(picture.sizes[picture.far]),
        size2: round(picture.sizes[near]),
      },
      masks: [mask],
    };
  }

  private swap(one: RenderedPicture, axis: Axis, template: Template): OpenPair {
    const name = axis === 'distance' ? template : axis;
    const make = (order: Order): Pair => ({
      id: `${one.picture.id}-${name}-swap`,
      group: one.picture.id,
      axis,
      kind: 'question-swap',
      conditions: this.conditions(one),
      first: this.item(one, axis, template, order),
      second: this.item(one, axis, template, [order[1], order[0]]),
      nuisance: this.nuisance(one.picture, axis, name, order),
    });
    return [make(ORDERS[0]), make(ORDERS[1])];
  }

  /** "Is A closer than B?" and "Is B farther than A?" have the same answer. */
  private rewording(one: RenderedPicture): OpenPair {
    const make = (order: Order): Pair => ({
      id: `${one.picture.id}-template`,
      group: one.picture.id,
      axis: 'distance',
      kind: 'perturbation',
      conditions: this.conditions(one),
      first: this.item(one, 'distance', 'closer', order),
      second: this.item(one, 'distance', 'farther', [order[1], order[0]]),
      nuisance: this.nuisance(one.picture, 'distance', 'closer', order),
    });
    return [make(ORDERS[0]), make(ORDERS[1])];
  }

  private between(
    kind: 'image-intervention' | 'perturbation',
    what: string,
    first: RenderedPicture,
    second: RenderedPicture,
    template: Template,
  ): OpenPair {
    const make = (order: Order): Pair => ({
      id: `${first.picture.id}-${what}`,
      group: first.picture.id,
      axis: 'distance',
      kind,
      conditions: this.conditions(first),
      first: this.item(first, 'distance', template, order),
      second: this.item(second, 'distance', template, order),
      nuisance: this.nuisance(first.picture, 'distance', template, order),
    });
    return [make(ORDERS[0]), make(ORDERS[1])];
  }

  /**
   * Angles as directions, since the ring's radius in the picture is perspective itself; sizes relative to what is usual
   * at the depth (size variant: absolute, and as often large far as near).
   */
  private nuisance(
    { angles, sizes }: TunnelPicture,
    axis: Axis,
    template: string,
    order: Order,
  ): Record<string, number | string> {
    const { objects, ambient, lamp, reach, hazeDistance, tile, offset, noise } = this.appearance;
    const factors: Record<string, number | string> = {
      template,
      ambient: round(ambient),
      lamp: round(lamp),
      reach: round(reach),
      haze: round(hazeDistance),
      tile: round(tile),
      offset: round(offset),
      noise: round(noise),
    };
    order.forEach((object, place) => {
      const key = place === 0 ? 'first' : 'second';
      const { colour, shape, roughness, yaw, factor } = objects[object];
      const { x, y } = ringDirection(angles[object]);
      factors[`${key}_colour`] = colour;
      factors[`${key}_shape`] = shape;
      factors[`${key}_roughness`] = round(roughness);
      factors[`${key}_yaw`] = round(yaw);
      factors[`${key}_size`] = round(this.parameters.variant === 'size' ? sizes[object] : factor);
      if (axis !== 'horizontal') factors[`${key}_x`] = round(x);
      if (axis !== 'vertical') factors[`${key}_y`] = round(y);
    });
    return factors;
  }
}
