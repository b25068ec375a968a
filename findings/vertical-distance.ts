/** Is far read off up? */
import { verticalDistanceFinding } from '../analysis/index.ts';
import type { Finding } from '../core/artifacts/results/finding.ts';
import { resultOf } from '../core/artifacts/results/types.ts';
import { citedGeometry, citedProbes } from './cited.ts';
import { verdictSentence } from './sentence.ts';

const RULE =
  'From the gap G = accuracy on consistent minus accuracy on counter scenes. Shortcut: G\u2019s lower bound is at least .20 and counter accuracy is below .50. Biased: the lower bound is at least .10. Clear: G lies within (\u2212.15, .15) and both accuracies are above .70. Inconclusive: anything else.';

/** The finding on a checkpoint's results, by the rule of methods §3b. */
export function verticalDistance(results: readonly object[]): Finding {
  const behaviour = resultOf({ results }, 'behaviour');
  const [geometry, probes] = [citedGeometry(results), citedProbes(results)];
  const judgement = verticalDistanceFinding({ behaviour: behaviour ?? null, geometry, probes });
  return {
    analysis: 'finding',
    version: 1,
    ...judgement,
    axis: 'distance',
    cue: 'height',
    question: 'Is far up?',
    sentence: verdictSentence({ finding: judgement, behaviour, geometry, probes }),
    caption: RULE,
  };
}
