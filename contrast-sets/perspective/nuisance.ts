/** The factors that must not predict an answer, and the cues that may. */
import type { Axis } from '../../core/artifacts/contrast-set.ts';
import { slotOf } from './design.ts';
import type { ScenePlan } from './plan.ts';

/** Cues from which a model may legitimately read depth in these pictures. */
export const ALLOWED_DEPTH_CUES = [
  'apparent size',
  'occlusion',
  'shading and haze',
  'ground contact: the foot of a stand, the shadow on the ground',
  'thickness of stand or cord',
] as const;

const rounded = (value: number): number => Math.floor(value * 1e5 + 0.5) / 1e5;

/** Nuisance factors of an axis's question, of the untouched scene; named objects are `first_…` and `second_…` in the question's order. */
export function nuisanceOf(plan: ScenePlan, axis: Axis): Record<string, number | string> {
  const { design, assignment, named } = plan;
  const { camera, light, sky, ground, targets, distractors } = design;
  const factors: Record<string, number | string> = {
    camera_height: rounded(camera.height),
    camera_pitch: rounded(camera.pitch),
    camera_fov: rounded(camera.fov),
    light_azimuth: rounded(light.azimuth),
    light_elevation: rounded(light.elevation),
    light_sun: rounded(light.sun),
    light_ambient: rounded(light.ambient),
    haze: rounded(sky.haze),
    clouds: rounded(sky.clouds),
    ground: ground.kind,
    ground_rotation: rounded(ground.rotation),
    noise: rounded(design.noise),
    distractors: distractors.length,
  };
  named[axis].forEach((target, place) => {
    const key = place === 0 ? 'first' : 'second';
    const { colour, shape, relativeSize, yaw, support } = targets[target];
    const { u, v } = slotOf(design, assignment, target);
    factors[`${key}_colour`] = colour;
    factors[`${key}_shape`] = shape;
    factors[`${key}_size`] = rounded(design.size * relativeSize);
    factors[`${key}_yaw`] = rounded(yaw);
    factors[`${key}_support`] = support;
    if (axis !== 'horizontal') factors[`${key}_x`] = rounded(u);
    if (axis !== 'vertical') factors[`${key}_y`] = rounded(v);
  });
  // Absent distractors stand at the picture's centre, at the depth between the targets.
  const [near, far] = design.depths;
  for (let i = 0; i < plan.maxDistractors; i++) {
    const d = distractors.at(i);
    factors[`distractor${i + 1}_x`] = rounded(d?.u ?? 0.5);
    factors[`distractor${i + 1}_y`] = rounded(d?.v ?? 0.5);
    factors[`distractor${i + 1}_depth`] = rounded(((d?.depth ?? (near + far) / 2) - near) / (far - near));
    factors[`distractor${i + 1}_colour`] = d?.colour ?? 'none';
  }
  return factors;
}
