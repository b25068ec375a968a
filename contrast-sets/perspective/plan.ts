/**
 * Which scenes a perspective set holds: conditions, answers and naming orders dealt out in balance, then a design for
 * each scene.
 */
import { AXES, CONDITIONS, type Axis, type Condition } from '../../core/artifacts/contrast-set.ts';
import { Random } from '../../core/random.ts';
import { balancedBits } from '../balance.ts';
import { subjectOf } from '../questions.ts';
import { poleOf, type Assignment, type Design } from './design.ts';
import { mostDistractors, type PerspectiveParameters } from './parameters.ts';
import { sampleDesign } from './sample.ts';

/** A scene before its design is drawn: small enough to send to a worker. */
export interface SceneSpec {
  readonly id: string;
  readonly condition: Condition;
  /** Number of the scene within its condition. */
  readonly index: number;
  readonly assignment: Assignment;
  /** Whether the farther object looks smaller. */
  readonly sizeAgrees: boolean;
  /** Targets in the order in which each axis's question names them, as generated. */
  readonly named: Readonly<Record<Axis, readonly [0 | 1, 0 | 1]>>;
}

export interface ScenePlan extends SceneSpec {
  readonly design: Design;
  /** Most distractors that a scene of the set can have. */
  readonly maxDistractors: number;
}

const bit = (value: number): 0 | 1 => (value === 0 ? 0 : 1);

/**
 * The scenes of a set, mixed over conditions. Within a condition, answers are balanced to ±1 on every axis and
 * independent of the other axes' answers; which target is at a pole, and hence who is named first, is balanced too.
 */
export function planScenes(
  seed: number,
  {
    scenes,
    options,
  }: Pick<PerspectiveParameters, 'scenes'> & {
    readonly options?: Pick<PerspectiveParameters['options'], 'apparentSize'>;
  },
): SceneSpec[] {
  const crossed = options?.apparentSize === 'crossed';
  const specs: Omit<SceneSpec, 'id'>[] = [];
  for (const condition of CONDITIONS) {
    const rows = balancedBits(new Random(seed, 'perspective-balance', condition), scenes[condition], crossed ? 7 : 6);
    rows.forEach((row, index) => {
      const far = bit(row[3]);
      const above = condition === 'consistent' ? far : condition === 'counter' ? bit(1 - far) : bit(row[5]);
      const assignment: Assignment = { far, above, left: bit(row[4]) };
      const name = (axis: Axis): readonly [0 | 1, 0 | 1] => {
        // Bits 0–2 are the answers: 0 puts the question's subject at the canonical pole.
        const pole = poleOf(assignment, axis);
        const subject = bit(pole ^ row[AXES.indexOf(axis)]);
        const other = bit(1 - subject);
        return subjectOf(axis) === 0 ? [subject, other] : [other, subject];
      };
      specs.push({
        condition,
        index,
        assignment,
        sizeAgrees: !crossed || row[6] === 0,
        named: { horizontal: name('horizontal'), vertical: name('vertical'), distance: name('distance') },
      });
    });
  }
  return new Random(seed, 'perspective-order')
    .shuffle(specs)
    .map((spec, i) => ({ id: `s${String(i).padStart(5, '0')}`, ...spec }));
}

/**
 * Draws the design of one scene; pictures are square. The same for a seed, condition and index, however many scenes the
 * set has.
 */
export function planScene(
  spec: SceneSpec,
  seed: number,
  { options }: Pick<PerspectiveParameters, 'options'>,
): ScenePlan {
  const random = new Random(seed, 'perspective-scene', spec.condition, spec.index);
  return {
    ...spec,
    design: sampleDesign(random, { condition: spec.condition, sizeAgrees: spec.sizeAgrees }, options, 1),
    maxDistractors: mostDistractors(options),
  };
}
