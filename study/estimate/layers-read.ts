/** Which layers an analysis reads: what its time is in proportion to. */
import { partsOf, type Layer, type StatesHeader } from '../../core/artifacts/hidden-states.ts';
import { ANALYSES } from '../analyses.ts';
import type { AnalysisRequest } from '../request.ts';

/** One number an item stands for analyses of answers, which read no layer. */
const ANSWERS = [{ width: 1 }];

/**
 * The layers that hold what an analysis reads, of those that it is asked for; without a selection those that hold the
 * last prompt token.
 * @param header `selections`: null where it isn't known yet what each layer will hold
 */
export function layersRead(
  { name, selection = 'last', layers, parts }: AnalysisRequest,
  header: Pick<StatesHeader, 'layers'> & { readonly selections: StatesHeader['selections'] | null },
): readonly Pick<Layer, 'width'>[] {
  if (ANALYSES[name].reads === 'answers') return ANSWERS;
  return header.layers.filter(
    (layer) =>
      (layers?.includes(layer.name) ?? true) &&
      (parts?.includes(layer.part) ?? true) &&
      (header.selections === null || partsOf(selection).every((part) => header.selections![layer.name].includes(part))),
  );
}
