/** What the numbers say: behaviour and verdict, axis geometry, principal components, similarity (definitions: methods §2 and §3). */
export { behaviour, gapOf, scoreItems, type ScoredItem } from './behaviour.ts';
export { cka, ckaEstimate, type CkaEstimator, type CkaOptions } from './cka.ts';
export { layersWith } from '../core/artifacts/hidden-states.ts';
export { geometry, layerGeometry, type GeometryOptions } from './geometry.ts';
export { cellSums, type CellSums, type Gram } from './geometry/cell-sums.ts';
export { coherence, coherenceTable, type Coherence, type CoherenceEntry } from './geometry/coherence.ts';
export { cosineMatrices } from './geometry/cosines.ts';
export { deltaDesign, rawDeltas, restrictDesign, signCorrected, type DeltaDesign } from './geometry/deltas.ts';
export { entanglement, paperIndex } from './geometry/entanglement.ts';
export { heightParts } from './geometry/height-share.ts';
export { chooseLayer, coherenceCurves, splitScenes, type CoherenceCurve, type LayerChoice } from './geometry/layer-choice.ts';
export { heightWeight, type HeightWeight } from './height-weight.ts';
export { pcaOfDeltas, principalComponents, type PrincipalComponents } from './pca.ts';
export { scenesToExceed, scenesToSettle, type ObservedCell } from './scenes-needed.ts';
export { verdictOf, ratesOf, rateOf, THRESHOLDS, type Rates, type Verdict } from './verdict-rule.ts';
export { VERTICAL_DISTANCE, verticalDistanceFinding, type VerdictInputs } from './verdict.ts';
