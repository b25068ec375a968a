import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { deltaPca } from '../../analysis/delta-pca.ts';
import { principalComponents } from '../../analysis/principal-components.ts';
import { fromRows, row, takeRows } from '../../core/matrix.ts';
import { leadingEigen } from '../../core/numerics/leading-eigen.ts';
import { Random } from '../../core/random.ts';
import { combine, orthonormal, plantedItems, plantedPairs, plantedStates } from './planted.ts';

const fixture = JSON.parse(readFileSync(new URL('../fixtures/shared/linear.json', import.meta.url), 'utf8')) as {
  x: number[][];
  pca: { explained_variance_ratio: number[]; first_abs: number[] };
};

describe('principal components', () => {
  it('reproduce scikit-learn on the shared fixture', async () => {
    const { explainedVariance, components } = await principalComponents(fromRows(fixture.x), 24);
    fixture.pca.explained_variance_ratio.forEach((ratio, k) =>
      expect(Math.abs(explainedVariance[k] - ratio)).toBeLessThan(1e-6),
    );
    fixture.pca.first_abs.forEach((value, j) =>
      expect(Math.abs(Math.abs(components.data[j]) - value)).toBeLessThan(1e-6),
    );
  });

  it.each([
    [400, 20],
    [60, 900],
    [500, 900],
  ])('of %i × %i rows with three planted directions', async (n, d) => {
    const vectors = orthonormal(3, d);
    const random = new Random(n);
    const x = fromRows(
      Array.from({ length: n }, () =>
        combine(
          vectors,
          [30, 20, 10].map((scale) => scale * random.normal()),
          0.1,
          random,
        ),
      ),
    );
    const { explainedVariance, components, scores } = await principalComponents(x);
    expect(explainedVariance[0] + explainedVariance[1] + explainedVariance[2]).toBeGreaterThan(0.98);
    for (let k = 0; k < 3; k++) {
      const component = row(components, k);
      expect(component.reduce((s, v) => s + v * v, 0)).toBeCloseTo(1, 9);
      // Inside the planted subspace, up to noise of relative size .1·√(d/n)/10 or less.
      const inside = vectors.reduce((s, v) => s + v.reduce((t, value, j) => t + value * component[j], 0) ** 2, 0);
      expect(inside).toBeGreaterThan(0.99);
      let variance = 0;
      for (let i = 0; i < n; i++) variance += scores.data[i * 3 + k] ** 2;
      if (k > 0) {
        let cross = 0;
        for (let i = 0; i < n; i++) cross += scores.data[i * 3 + k] * scores.data[i * 3 + k - 1];
        expect(Math.abs(cross) / variance).toBeLessThan(1e-6);
      }
    }
  });

  it('the block Krylov iteration agrees with the full decomposition, also with few distinct eigenvalues and low rank', async () => {
    // 300 columns go through the iteration; the same rows in the 40-dimensional subspace they span go through the full
    // decomposition.
    const basis = orthonormal(40, 300);
    const random = new Random(4);
    for (const scales of [
      Array.from({ length: 40 }, (_, j) => 1 + j / 10),
      [5, 5, 5, ...new Array<number>(37).fill(1)],
      [3, 2, ...new Array<number>(38).fill(0)],
    ]) {
      const small = fromRows(orthonormal(40, 60, 9).map((v, j) => v.map((value) => value * scales[j])));
      const narrow = { data: new Float64Array(60 * 40), rows: 60, cols: 40 };
      for (let i = 0; i < 60; i++) for (let j = 0; j < 40; j++) narrow.data[i * 40 + j] = small.data[j * 60 + i];
      const wide = fromRows(Array.from({ length: 60 }, (_, i) => combine(basis, [...row(narrow, i)], 0, random)));
      const exact = (await leadingEigen(narrow, 3)).values;
      (await leadingEigen(wide, 3)).values.forEach((value, k) =>
        expect(Math.abs(value - exact[k])).toBeLessThan(1e-8 * exact[0]),
      );
    }
  });

  it('do not depend on where the origin is, also over many wide float32 rows with an offset of a hundred spreads', async () => {
    const random = new Random(5);
    const plain = {
      data: Float64Array.from({ length: 700 * 300 }, (_, k) => Math.fround(random.normal() / (1 + (k % 300) / 20))),
      rows: 700,
      cols: 300,
    };
    // Multiples of 2⁻¹⁰, so that adding the offset rounds nothing away.
    for (let k = 0; k < plain.data.length; k++) plain.data[k] = Math.round(plain.data[k] * 1024) / 1024;
    const far = { ...plain, data: Float32Array.from(plain.data, (v, k) => v + 100 + (k % 300) / 4) };
    const [a, b] = [await principalComponents(plain), await principalComponents(far)];
    a.explainedVariance.forEach((ratio, k) => expect(Math.abs(b.explainedVariance[k] - ratio)).toBeLessThan(1e-10));
    a.scores.data.forEach((score, k) => expect(Math.abs(b.scores.data[k] - score)).toBeLessThan(1e-4));
  });

  it('do not depend on row order, and are refused without variance', async () => {
    const x = fromRows(fixture.x);
    const order = new Random(2).shuffle(fixture.x.map((_, i) => i));
    const [plain, permuted] = [await principalComponents(x), await principalComponents(takeRows(x, order))];
    order.forEach((from, to) => expect(permuted.scores.data[3 * to]).toBeCloseTo(plain.scores.data[3 * from], 8));
    await expect(
      principalComponents(
        fromRows([
          [1, 2],
          [1, 2],
        ]),
      ),
    ).rejects.toThrow(/rows that differ/);
  });

  it('separate the axes of planted deltas', async () => {
    const pairs = plantedPairs({ consistent: 30, counter: 30 });
    const vectors = orthonormal(3, 12);
    const random = new Random(8);
    const states = plantedStates(plantedItems(pairs), {
      'text.0': ({ axis, truth }) =>
        combine(
          vectors,
          ['horizontal', 'vertical', 'distance'].map((name) => (name === axis ? 2 * truth : 0)),
          0.2,
          random,
        ),
    });
    const { points, explainedVariance } = await deltaPca({ set: { pairs }, states, layer: 'text.0' });
    expect(points).toHaveLength(180);
    expect(points.filter((p) => p.axis === 'vertical' && p.pole === 'above')).toHaveLength(30);
    // Three centred clusters span two dimensions.
    expect(explainedVariance[0] + explainedVariance[1]).toBeGreaterThan(0.9);
    const centre = (axis: string): number[] => {
      const own = points.filter((p) => p.axis === axis);
      return [own.reduce((s, p) => s + p.x, 0) / own.length, own.reduce((s, p) => s + p.y, 0) / own.length];
    };
    for (const p of points) {
      const distances = ['horizontal', 'vertical', 'distance'].map(
        (axis) => [axis, Math.hypot(p.x - centre(axis)[0], p.y - centre(axis)[1])] as const,
      );
      expect(distances.sort((a, b) => a[1] - b[1])[0][0]).toBe(p.axis);
    }
  });
});
