/**
 * Checks of a finished contrast set: is every answer what the scene says, is every pair what its kind says, and can
 * nothing forbidden predict the answer? Pairs are streamed, so that memory stays flat however many there are.
 */
import type { Pair } from '../core/artifacts/contrast-set.ts';
import type { OnProgress } from '../core/progress.ts';
import type { FinishedSet } from './build.ts';
import { LeakCheck } from './checks/leaks.ts';
import { checkPictures, FileCheck } from './checks/pictures.ts';
import { PoleCheck } from './checks/poles.ts';
import { Problems, type CheckResult } from './checks/result.ts';
import { answerProblem, conditionProblem, Identities, pairProblem } from './checks/structure.ts';
import { streamPairs } from './io.ts';

export interface CheckReport {
  readonly passed: boolean;
  readonly results: readonly CheckResult[];
}

export interface CheckOptions {
  readonly onProgress?: OnProgress;
  readonly signal?: AbortSignal;
  readonly seed?: number;
}

/**
 * Runs every check. Throws only on trouble with the machine or a line that can't be read; what is wrong with the set is
 * in the report. Of imported sets, balance and leaks are reported, not demanded: nature isn't balanced.
 * @param set its pairs are read from disk unless given
 */
export async function checkSet(
  set: FinishedSet & { readonly pairs?: readonly Pair[] },
  { onProgress, signal, seed = 0 }: CheckOptions = {},
): Promise<CheckReport> {
  const pictures = await checkPictures(set, { onProgress, signal });
  const identities = new Identities();
  const [ids, pairs, answers, conditions] = [new Problems(), new Problems(), new Problems(), new Problems()];
  const files = new FileCheck(set);
  const poles = new PoleCheck();
  const leaks = new LeakCheck();
  for await (const pair of set.pairs ?? streamPairs(set.directory)) {
    signal?.throwIfAborted();
    const fresh = [pair.first, pair.second].filter(({ item }) => !identities.has(item));
    for (const problem of identities.problems(pair)) ids.add(problem);
    pairs.add(pairProblem(pair));
    conditions.add(conditionProblem(pair, pictures.heights));
    for (const item of fresh) {
      answers.add(answerProblem(item));
      files.add(item);
    }
    poles.add(pair);
    leaks.add(pair);
  }
  const statistics = [poles.result(), ...leaks.results(set.header.nuisanceFactors, seed)];
  const results = [
    pictures.result,
    files.result(),
    ids.result('ids', 'pair ids are unique and equal item ids mean equal items'),
    pairs.result('pairs', 'every pair changes what its kind says, and the answer flips or stays as it says'),
    answers.result('answers', 'every answer follows from the scene by the question’s program'),
    conditions.result('conditions', 'every condition follows from the boxes and depths of the untouched scene'),
    ...(set.header.origin === 'imported'
      ? statistics.map((result) => (result.status === 'failed' ? { ...result, status: 'undecided' as const } : result))
      : statistics),
  ];
  return { passed: results.every(({ status }) => status !== 'failed'), results };
}
