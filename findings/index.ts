/** Findings: what the results of a checkpoint amount to. */
export { citedGeometry, citedProbes, citedResults } from './cited.ts';
export { verticalDistance } from './vertical-distance.ts';
export { verdictSentence, type SentenceInputs } from './sentence.ts';
