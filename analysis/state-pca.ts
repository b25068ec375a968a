import { itemsOf, spatialPairs, type ContrastSet } from '../core/artifacts/contrast-set.ts';
import { layersWith, type HiddenStates, type Selection } from '../core/artifacts/hidden-states.ts';
import { statePcaSchema, type StatePcaResult } from '../core/artifacts/results/representation.ts';
import { defineAnalysis } from '../core/definitions/analysis.ts';
import { rowReadingOf } from '../core/definitions/reading.ts';
import { PlumblineError } from '../core/errors.ts';
import { row, takeRows } from '../core/matrix.ts';
import { principalComponents } from './principal-components.ts';

/**
 * The states themselves (not their deltas) of one layer on their first three principal components: all question-swap
 * items, about their common mean.
 *
 * @throws {PlumblineError} `no-selection`, `unknown-layer`, `no-pairs`, `no-variance`.
 */
export async function statePca({
  set,
  states,
  layer,
  selection = 'last',
}: {
  set: Pick<ContrastSet, 'pairs'>;
  states: HiddenStates;
  layer: string;
  /** Token positions to read; defaults to *last*. */
  selection?: Selection;
}): Promise<StatePcaResult> {
  layersWith(states, selection, [layer]);
  const position = new Map(states.items.map((item, i) => [item, i]));
  const pairs = spatialPairs(set.pairs).filter(({ kind }) => kind === 'question-swap');
  const items = itemsOf({ pairs })
    .filter(({ item }) => position.has(item))
    .sort((a, b) => (a.item < b.item ? -1 : 1));
  if (items.length === 0)
    throw new PlumblineError('no-pairs', 'no question-swap item of the set has a state', {
      hint: 'extract from the same contrast set',
    });
  const { explainedVariance, scores } = await principalComponents(
    takeRows(
      await states.read(layer, selection),
      items.map(({ item }) => position.get(item)!),
    ),
  );
  return {
    analysis: 'state-pca',
    version: 1,
    selection,
    layer,
    explainedVariance: [...explainedVariance],
    n: items.length,
    groups: new Set(items.map(({ group }) => group)).size,
    points: items.map(({ item, axis, condition, answer }, i) => {
      const [x = 0, y = 0, z = 0] = row(scores, i);
      return { item, axis, condition, answer, x, y, z };
    }),
  };
}

export const statePcaAnalysis = defineAnalysis({
  name: 'state-pca',
  version: 6,
  title: 'principal components of the states at the last layer asked for',
  schema: statePcaSchema,
  run(context) {
    const { set, states, selection, layers } = rowReadingOf(context);
    return statePca({ set, states, layer: layers?.at(-1) ?? layersWith(states, selection).at(-1)!, selection });
  },
});
