/** The draw of an occlusion series: its panel hides the target, and leaves the other object in view. */
import { PlumblineError } from '../../core/errors.ts';
import { renderScene } from '../render/render.ts';
import { bodyId, supportId } from '../scene/solids.ts';
import { designOcclusion, OTHER, TARGET, type OcclusionDesign } from './design.ts';
import type { OcclusionParameters } from './parameters.ts';
import type { OcclusionSpec } from './plan.ts';

const ATTEMPTS = 50;

/**
 * The first draw whose panel hides the target with its stand, and leaves the other object in view; throws
 * `scene-sampling-failed`.
 */
export function hidingDesign(
  spec: OcclusionSpec,
  seed: number,
  { size, grounds }: Pick<OcclusionParameters, 'size' | 'grounds'>,
): OcclusionDesign {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const design = designOcclusion(spec, seed, attempt, grounds);
    const { ids } = renderScene(design.covered, size, size);
    if (!ids.includes(bodyId(TARGET)) && !ids.includes(supportId(TARGET)) && ids.includes(bodyId(OTHER))) return design;
  }
  throw new PlumblineError('scene-sampling-failed', `no covered scene in ${ATTEMPTS} attempts`, {
    where: `occlusion scene ${spec.index}`,
    hint: 'this is a defect of the sampler: please report seed and parameters',
  });
}
