/**
 * Hidden states and answers of noise, in memory: what the speed of an analysis is measured on before there are real
 * ones.
 */
import type { Answer } from '../../core/artifacts/answers.ts';
import { itemsOf, type ContrastSet, type Pair } from '../../core/artifacts/contrast-set.ts';
import type { HiddenStates, Layer, StatesHeader } from '../../core/artifacts/hidden-states.ts';
import { Random } from '../../core/random.ts';

/** A small set's pairs again and again, under new names: as many scenes as are wanted, without pictures. */
export function repeated(set: ContrastSet, scenes: number): ContrastSet {
  const own = new Set(set.pairs.map(({ group }) => group)).size;
  const copies = Math.max(1, Math.ceil(scenes / Math.max(1, own)));
  const pairs = Array.from({ length: copies }, (_, copy) =>
    set.pairs.map((pair): Pair => ({
      ...pair,
      id: `${pair.id}#${copy}`,
      group: `${pair.group}#${copy}`,
      first: { ...pair.first, item: `${pair.first.item}#${copy}` },
      second: { ...pair.second, item: `${pair.second.item}#${copy}` },
    })),
  ).flat();
  return { ...set, pairs };
}

/** States of one layer at the selections given. */
export function noiseStates(
  set: ContrastSet,
  header: Pick<StatesHeader, 'checkpoint' | 'set' | 'selections'>,
  layer: Layer,
  width: number,
): HiddenStates {
  const items = itemsOf(set).map(({ item }) => item);
  const selections = { [layer.name]: header.selections[layer.name] };
  const made = new Map<string, Float32Array>();
  return {
    header: {
      format: 'plumbline-hidden-states',
      version: 1,
      key: 'noise',
      checkpoint: header.checkpoint,
      set: header.set,
      dtype: 'float32',
      rows: items.length,
      rowsPerShard: items.length,
      layers: [{ ...layer, width }],
      selections,
    },
    items,
    has: (name, selection) => name === layer.name && selections[layer.name].includes(selection),
    read(name, selection) {
      let data = made.get(selection);
      if (data === undefined) {
        const random = new Random(0, 'noise', name, selection);
        made.set(selection, (data = Float32Array.from({ length: items.length * width }, () => random.normal())));
      }
      return Promise.resolve({ data, rows: items.length, cols: width });
    },
  };
}

export function noiseAnswers(set: ContrastSet): Answer[] {
  const random = new Random(0, 'noise', 'answers');
  return itemsOf(set).map(({ item, options }) => ({
    item,
    scores: Object.fromEntries(options.map((option) => [option, random.normal()])),
  }));
}
