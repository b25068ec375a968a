/** Baseline that sees nothing: the more frequent answer of the training rows, the canonical pole on a tie. */
import { accuracyByCondition, withoutAccuracy } from './accuracy.ts';
import type { ProbePlan, ProbeScores } from './linear.ts';

export function majorityBaseline({ rows, foldOf, protocols }: ProbePlan): Pick<ProbeScores, 'training' | 'accuracy'>[] {
  return protocols.map(({ training, nested, refused }) => {
    if (refused !== null) return { training, accuracy: withoutAccuracy(refused) };
    const majority = nested.outer.map((training) =>
      training.filter((i) => rows.labels[i] === 1).length * 2 >= training.length ? 1 : 0,
    );
    return {
      training,
      accuracy: accuracyByCondition(
        rows,
        rows.labels.map((label, i) => (label === majority[foldOf[i]] ? 1 : 0)),
      ),
    };
  });
}
