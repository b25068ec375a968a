import type { Answer } from '../artifacts/answers.ts';
import type { ContrastSet } from '../artifacts/contrast-set.ts';
import { defineAnalysis, type AnalysisDefinition } from './analysis.ts';
import { answersOf } from './reading.ts';

type OfAnswers<R extends object> = Pick<AnalysisDefinition<R>, 'name' | 'version' | 'title' | 'schema'> & {
  /** Whether it can be made of answers to this set. */
  readonly appliesTo?: (set: ContrastSet) => boolean;
  readonly run: (input: { readonly set: ContrastSet; readonly answers: readonly Answer[]; readonly seed: number }) => R;
};

/** Defines an analysis of answers alone; running it without answers throws `answers-missing`. */
export function defineAnswersAnalysis<R extends object>({
  appliesTo = () => true,
  run,
  ...definition
}: OfAnswers<R>): AnalysisDefinition<R> {
  return defineAnalysis({
    ...definition,
    reads: 'answers',
    appliesTo: ({ set, answers }) => answers !== null && appliesTo(set),
    run: (context) => run({ set: context.set, answers: answersOf(context), seed: context.seed }),
  });
}
