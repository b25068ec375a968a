/**
 * Does the model answer what can be answered and abstain from the rest? Accuracy by visible share (occlusion) or by how
 * far the camera has moved aside (perspective ambiguity), methods §3.
 */
import type { AbstentionLens } from '../../core/artifacts/results/lenses.ts';
import { PlumblineError } from '../../core/errors.ts';
import { groupBy, judge, proportion, type Judged, type LensInput } from './score.ts';
import { abstentionLensSchema } from '../../core/artifacts/results/lenses.ts';
import { defineAnswersAnalysis } from '../../core/definitions/answers.ts';
import { hasVariant } from '../../core/definitions/sets.ts';

export interface AbstentionOptions extends LensInput {
  /**
   * Width of the bins of the visible share, centred on its multiples; defaults to *.2*. Nothing visible is a bin of its
   * own.
   */
  readonly width?: number;
}

/** @throws {PlumblineError} `not-an-abstention-set` where items don't say whether they are answerable */
export function abstentionLens({ width = 0.2, ...input }: AbstentionOptions): AbstentionLens {
  if (!(width > 0 && width <= 1))
    throw new PlumblineError('invalid-options', `width ${width}`, {
      where: 'abstention lens',
      hint: 'bins are wider than 0 and at most 1 wide',
    });
  const items = [...judge(input).values()].filter(
    ({ item }) => typeof item.variant?.answerable === 'boolean' && typeof item.variant.abstention === 'string',
  );
  if (items.length === 0)
    throw new PlumblineError('not-an-abstention-set', 'no item says whether it can be answered and how to abstain', {
      hint: 'this lens reads sets of the occlusion and ambiguity generators',
    });
  const of = items.some(({ item }) => item.variant?.visible !== undefined) ? 'visible share' : 'offset';
  const at = ({ item: { variant } }: Judged): number => {
    if (of === 'offset') return Number(variant?.offset);
    const visible = Number(variant?.visible);
    return visible === 0 ? 0 : Math.max(1, Math.round(visible / width)) * width;
  };
  const abstained = ({ item, said }: Judged): boolean => said !== undefined && said === item.variant?.abstention;
  const [answerable, unanswerable] = [true, false].map((can) =>
    items.filter(({ item }) => item.variant?.answerable === can),
  );
  return {
    analysis: 'abstention',
    version: 1,
    of,
    curve: [...groupBy(items, (judged) => `${at(judged)}|${judged.item.variant?.answerable}`).values()]
      .map((rows) => ({
        at: at(rows[0]),
        answerable: rows[0].item.variant?.answerable === true,
        accuracy: proportion(rows),
        abstained: proportion(rows, abstained),
      }))
      .sort((a, b) => a.at - b.at),
    answerable: proportion(answerable),
    unanswerable: proportion(unanswerable),
    needless: proportion(answerable, abstained),
    micro: proportion(items),
  };
}

export const abstentionAnalysis = defineAnswersAnalysis({
  name: 'abstention',
  version: 6,
  title: 'accuracy on what can be answered, abstention on what can’t',
  schema: abstentionLensSchema,
  appliesTo: (set) => hasVariant(set, 'answerable'),
  run: abstentionLens,
});
