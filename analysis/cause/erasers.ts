import type { Axis, ContrastSet } from '../../core/artifacts/contrast-set.ts';
import type { HiddenStates, Selection } from '../../core/artifacts/hidden-states.ts';
import type { ERASED } from '../../core/artifacts/results/cause.ts';
import { takeRows } from '../../core/matrix.ts';
import { Random } from '../../core/random.ts';
import { balancedRows, fitLeace, probeRows, randomEraser, type Eraser } from '../../probes/index.ts';

export interface AxisErasersOptions {
  readonly set: Pick<ContrastSet, 'pairs'>;
  readonly states: HiddenStates;
  readonly layer: string;
  readonly selection: Selection;
  /** Axis that is asked about. */
  readonly axis: Axis;
  /** Scenes to fit on. */
  readonly scenes: ReadonlySet<string>;
  readonly seed: number;
}

/**
 * Erasers of one layer: the axis that is asked about, the vertical axis, and random directions, as many as the larger of
 * the two took. One that erases nothing is left out.
 */
export async function axisErasers({
  set,
  states,
  layer,
  selection,
  axis,
  scenes,
  seed,
}: AxisErasersOptions): Promise<[(typeof ERASED)[number], Eraser][]> {
  const matrix = await states.read(layer, selection);
  const rowOf = new Map(states.items.map((item, i) => [item, i]));
  const fit = async (of: Axis): Promise<Eraser | null> => {
    const rows = probeRows({ pairs: set.pairs.filter(({ group }) => scenes.has(group)) }, of);
    const kept = balancedRows(rows, new Int32Array(rows.items.length), seed);
    if (kept.length < 2) return null;
    const x = takeRows(
      matrix,
      kept.map((i) => rowOf.get(rows.items[i])!),
    );
    return fitLeace(x, { data: Float64Array.from(kept, (i) => rows.labels[i]), rows: kept.length, cols: 1 });
  };
  const [own, vertical] = [await fit(axis), axis === 'vertical' ? null : await fit('vertical')];
  const rank = Math.max(own?.left.rows ?? 0, vertical?.left.rows ?? 0);
  const random = rank > 0 ? randomEraser(matrix, { rank, random: new Random(seed, 'erasure-control', layer) }) : null;
  return (
    [
      ['axis', own],
      ['vertical', vertical],
      ['random', random],
    ] as const
  ).flatMap(([name, eraser]) => (eraser === null || eraser.left.rows === 0 ? [] : [[name, eraser]]));
}
