/**
 * Baseline that sees only the boxes: the difference of the two objects' vertical centres, through the same folds and
 * solver as the probes. Trained on consistent scenes its distance answers are 1 on consistent and 0 on counter scenes:
 * what a pure "higher is farther" reader scores.
 */
import { fromRows } from '../core/matrix.ts';
import { withoutAccuracy } from './accuracy.ts';
import { scoreProbes, type ProbePlan, type ProbeScores } from './linear.ts';

export async function boxHeightBaseline(
  plan: ProbePlan,
  options: { signal?: AbortSignal } = {},
): Promise<Pick<ProbeScores, 'training' | 'accuracy'>[]> {
  const { heightDifference } = plan.rows;
  if (!heightDifference.every(Number.isFinite)) {
    return plan.protocols.map(({ training }) => ({
      training,
      accuracy: withoutAccuracy('the questions do not carry two boxes each'),
    }));
  }
  const x = fromRows(Array.from(heightDifference, (v) => [v]));
  return (await scoreProbes(x, plan, { ...options, control: false })).map(({ training, accuracy }) => ({
    training,
    accuracy,
  }));
}
