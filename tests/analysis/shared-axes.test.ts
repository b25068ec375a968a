/** The shared fixture `axes.json` (made by `make.py` beside it with numpy) and the published VD-EI check. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { cellSums } from '../../analysis/geometry/cell-sums.ts';
import { coherence } from '../../analysis/geometry/coherence.ts';
import { cosineMatrices } from '../../analysis/geometry/cosines.ts';
import { cellOf, signCorrected, signOf, type DeltaDesign } from '../../analysis/geometry/deltas.ts';
import { entanglement, paperIndex } from '../../analysis/geometry/entanglement.ts';
import { AXES, POLES } from '../../core/artifacts/contrast-set.ts';
import { axesName, CATEGORIES, type Estimate } from '../../core/artifacts/results.ts';
import { fromRows } from '../../core/matrix.ts';

const fixture = JSON.parse(readFileSync(new URL('../fixtures/shared/axes.json', import.meta.url), 'utf8')) as {
  deltas: Record<(typeof CATEGORIES)[number], number[][]>;
  coherence: Record<(typeof AXES)[number], number>;
  vdei_paper: number;
  vdei_axis: number;
};

/** Every delta a scene of its own, all in one condition. */
const rows = AXES.flatMap((axis) =>
  ([0, 1] as const).flatMap((pole) =>
    fixture.deltas[POLES[axis][pole]].map((delta) => ({ delta, cell: cellOf(axis, pole, 'consistent') })),
  ),
);
const deltas = fromRows(rows.map((row) => row.delta));
const design: DeltaDesign = {
  pairs: [],
  groups: rows.map((_, i) => `s${i}`),
  cells: Int32Array.from(rows, (row) => row.cell),
  first: new Int32Array(rows.length),
  second: new Int32Array(rows.length),
};
const sums = cellSums(deltas, design);

describe('axes.json', () => {
  it.each(AXES)('coherence of the %s axis', async (axis) => {
    const [a, b] = POLES[axis];
    const own = [...fixture.deltas[a], ...fixture.deltas[b]];
    const cells = Int32Array.from(own, (_, i) => cellOf(axis, i < fixture.deltas[a].length ? 0 : 1, 'consistent'));
    const { estimate, nullUpper } = await coherence(
      signCorrected(fromRows(own), cells),
      own.map((_, i) => `s${i}`),
      { seed: 1 },
    );
    expect(Math.abs(estimate.value! - fixture.coherence[axis])).toBeLessThan(1e-6);
    expect(estimate.value!).toBeGreaterThan(nullUpper!);
  });

  const index = (estimator: 'paper' | 'axis', corrected: boolean): Estimate =>
    entanglement(sums).find(
      (e) =>
        axesName(e.axes) === 'VD' &&
        e.estimator === estimator &&
        e.corrected === corrected &&
        e.condition === 'consistent',
    )!.estimate;

  it('VD-EI, both estimators', () => {
    expect(Math.abs(index('paper', false).value! - fixture.vdei_paper)).toBeLessThan(1e-6);
    expect(Math.abs(index('axis', false).value! - fixture.vdei_axis)).toBeLessThan(1e-6);
  });

  it('noise-corrected VD-EI finds the planted cosine of .5', () => {
    const { value, interval } = index('axis', true);
    expect(interval![0]).toBeLessThan(0.5);
    expect(interval![1]).toBeGreaterThan(0.5);
    // 80 deltas an axis, noise .8 in 64 dimensions against directions of length 2: SD of the cosine about .04.
    expect(Math.abs(value! - 0.5)).toBeLessThan(0.1);
    // The plug-in is the pulled-in one.
    expect(Math.abs(index('axis', false).value!)).toBeLessThan(value!);
  });

  it('the 6×6 matrix gives the paper index', () => {
    const { matrix } = cosineMatrices(sums.all)[0];
    const cosine = (a: (typeof CATEGORIES)[number], b: (typeof CATEGORIES)[number]): number =>
      matrix[CATEGORIES.indexOf(a)][CATEGORIES.indexOf(b)]!;
    const paper = paperIndex({
      bothCanonical: cosine('above', 'far'),
      canonicalOther: cosine('above', 'close'),
      otherCanonical: cosine('below', 'far'),
      bothOther: cosine('below', 'close'),
    });
    expect(Math.abs(paper - fixture.vdei_paper)).toBeLessThan(1e-6);
    for (let i = 0; i < 6; i++) expect(matrix[i][i]).toBeCloseTo(1, 12);
  });

  it('signs: canonical poles are kept, the others turned', () => {
    expect(AXES.map((axis) => [signOf(cellOf(axis, 0, 'counter')), signOf(cellOf(axis, 1, 'counter'))])).toEqual([
      [1, -1],
      [1, -1],
      [1, -1],
    ]);
  });
});

describe('published VD-EI', () => {
  it('.3081, −.3054, −.3212, .3072 give .3105', () => {
    expect(
      paperIndex({ bothCanonical: 0.3081, canonicalOther: -0.3054, otherCanonical: -0.3212, bothOther: 0.3072 }),
    ).toBeCloseTo(0.3105, 4);
  });
});
