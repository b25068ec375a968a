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
  'known size of things, where the set has them',
] as const;

const rounded = (value: number): number => Math.floor(value * 1e5 + 0.5) / 1e5;

/**
 * Nuisance factors of an axis's question, of the untouched scene; named objects are `first_…` and `second_…` in the
 * question's order.
 */
export function nuisanceOf(plan: ScenePlan, axis: Axis): Record<string, number | string> {
  const { design, assignment, named } = plan;
  const { camera, light, sky, ground, room, targets, distractors } = design;
  const factors: Record<string, number | string> = {
    camera_height: rounded(camera.height),
    camera_pitch: rounded(camera.pitch),
    camera_fov: rounded(camera.fov),
    indoors: room === undefined ? 'no' : 'yes',
    light_azimuth: rounded(light.azimuth),
    light_elevation: rounded(light.elevation),
    light_sun: rounded(light.sun),
    light_ambient: rounded(light.ambient),
    haze: rounded(sky.haze),
    clouds: rounded(sky.clouds),
    // Either colour is a mixture of two: one channel tells it.
    sky_zenith: rounded(sky.zenith[0]),
    sky_horizon: rounded(sky.horizon[2]),
    ground: ground.kind,
    ground_rotation: rounded(ground.rotation),
    ground_scale: rounded(ground.scale),
    ground_tint: rounded(ground.tint),
    ground_x: rounded(ground.offset[0]),
    ground_z: rounded(ground.offset[1]),
    complexity: design.complexity ?? 0,
    noise: rounded(design.noise),
    distractors: distractors.length,
  };
  named[axis].forEach((target, place) => {
    const key = place === 0 ? 'first' : 'second';
    const { colour, shape, category, pattern, relativeSize, yaw, support } = targets[target];
    const { u, v, depth } = slotOf(design, assignment, target);
    factors[`${key}_colour`] = colour;
    factors[`${key}_shape`] = category ?? shape;
    factors[`${key}_pattern`] = pattern?.kind ?? 'none';
    factors[`${key}_size`] = rounded(design.size * relativeSize);
    factors[`${key}_yaw`] = rounded(yaw);
    factors[`${key}_support`] = support;
    if (axis !== 'horizontal') factors[`${key}_x`] = rounded(u);
    if (axis !== 'vertical') factors[`${key}_y`] = rounded(v);
    if (axis !== 'distance') {
      factors[`${key}_depth`] = rounded(depth);
      factors[`${key}_apparent`] = rounded((design.size * relativeSize) / depth);
    }
  });
  // Absent distractors stand at the picture's centre, at the depth between the targets.
  const [near, far] = design.depths;
  for (let i = 0; i < plan.maxDistractors; i++) {
    const d = distractors.at(i);
    factors[`distractor${i + 1}_x`] = rounded(d?.u ?? 0.5);
    factors[`distractor${i + 1}_y`] = rounded(d?.v ?? 0.5);
    factors[`distractor${i + 1}_depth`] = rounded(((d?.depth ?? (near + far) / 2) - near) / (far - near));
    factors[`distractor${i + 1}_colour`] = d?.colour ?? 'none';
    factors[`distractor${i + 1}_shape`] = d?.category ?? d?.shape ?? 'none';
    factors[`distractor${i + 1}_support`] = d?.support ?? 'none';
    factors[`distractor${i + 1}_size`] = rounded(d?.relativeSize ?? 1);
    factors[`distractor${i + 1}_yaw`] = rounded(d?.yaw ?? 0);
  }
  return factors;
}
