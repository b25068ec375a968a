/**
 * Which scenes a prompt set holds: those of the perspective set of the same seed, with letters and claims dealt out in
 * balance over the right answers.
 */
import { AXES, type Axis } from '../../core/artifacts/contrast-set.ts';
import { Random } from '../../core/random.ts';
import { poleOf } from '../perspective/design.ts';
import { planScenes, type SceneSpec } from '../perspective/plan.ts';
import { subjectOf } from '../questions.ts';
import type { PromptParameters } from './parameters.ts';

export interface PromptSpec extends SceneSpec {
  /** The pole that letter A stands for. */
  readonly lettered: Readonly<Record<Axis, 0 | 1>>;
  /** The pole that yes/no questions claim. */
  readonly claimed: Readonly<Record<Axis, 0 | 1>>;
}

/** Index of the right pole of an axis's question as generated. */
export const truthOf = ({ assignment, named }: Pick<SceneSpec, 'assignment' | 'named'>, axis: Axis): 0 | 1 =>
  poleOf(assignment, axis) === named[axis][subjectOf(axis)] ? 0 : 1;

export function planPrompts(
  seed: number,
  { scenes, options }: Pick<PromptParameters, 'scenes'> & Partial<Pick<PromptParameters, 'options'>>,
): PromptSpec[] {
  const specs = planScenes(seed, { scenes, options });
  const deal = (what: string): Record<Axis, 0 | 1>[] => {
    const dealt = specs.map((): Partial<Record<Axis, 0 | 1>> => ({}));
    for (const axis of AXES) {
      const random = new Random(seed, 'prompt-deal', what, axis);
      const cells = new Map<string, number[]>();
      specs.forEach((spec, i) => {
        const key = `${spec.condition}|${truthOf(spec, axis)}`;
        cells.set(key, [...(cells.get(key) ?? []), i]);
      });
      // Letter A (a yes) is right in every second scene of a condition, and of those with the same right pole, in an
      // order that says nothing.
      let right = random.coin();
      for (const [, members] of [...cells].sort(([a], [b]) => (a < b ? -1 : 1))) {
        for (const i of random.shuffle(members)) {
          const truth = truthOf(specs[i], axis);
          dealt[i][axis] = right ? truth : truth === 0 ? 1 : 0;
          right = !right;
        }
      }
    }
    return dealt as Record<Axis, 0 | 1>[];
  };
  const [lettered, claimed] = [deal('letters'), deal('claims')];
  return specs.map((spec, i) => ({ ...spec, lettered: lettered[i], claimed: claimed[i] }));
}
