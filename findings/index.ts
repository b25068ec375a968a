/** Findings: what the results of a checkpoint amount to. A new one is its own file and a line here. */
import type { FindingDefinition } from './define.ts';
import { verticalDistance } from './vertical-distance.ts';

export const FINDINGS: readonly FindingDefinition[] = [verticalDistance];

export { citedGeometry, citedProbes, citedResults } from './cited.ts';
export { defineFinding, type Decision, type FindingDefinition, type FindingParts } from './define.ts';
export { twoConditionFinding, type TwoConditions } from './two-conditions/finding.ts';
export { decide, type ConditionCells } from './two-conditions/rule.ts';
export { scenesToExceed, scenesToSettle, type ObservedCell } from './two-conditions/scenes-needed.ts';
export type { Reading } from './two-conditions/sentence.ts';
export { rateOf, ratesOf, THRESHOLDS, verdictOf, type Rates, type Verdict } from './two-conditions/verdict-rule.ts';
