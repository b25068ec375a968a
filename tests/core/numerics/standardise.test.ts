import { describe, expect, it } from 'vitest';
import { fromRows } from '../../../core/matrix.ts';
import { columnMoments, requireFinite, standardise } from '../../../core/numerics/standardise.ts';

describe('columnMoments and standardise', () => {
  it('use the population standard deviation of the given rows', () => {
    const x = fromRows([[1], [2], [3], [4], [1000]]);
    const { mean, sd } = columnMoments(x, [0, 1, 2, 3]);
    expect(mean[0]).toBe(2.5);
    expect(sd[0]).toBeCloseTo(Math.sqrt(1.25), 14);
    expect(standardise(x, { mean, sd }).data[4]).toBeCloseTo(997.5 / Math.sqrt(1.25), 10);
  });

  it('keep the digits of a small spread on a large offset', () => {
    const x = fromRows(Array.from({ length: 1000 }, (_, i) => [1e6 + (i % 2)]));
    expect(columnMoments(x).sd[0]).toBeCloseTo(0.5, 12);
  });

  it('call a column constant when it varies by float32 rounding only', () => {
    const x = { data: Float32Array.from({ length: 100 }, (_, i) => 0.1 + (i % 2) * 7e-9), rows: 100, cols: 1 };
    expect(columnMoments(x).sd[0]).toBe(0);
    expect([...standardise(fromRows([[5], [5]]), columnMoments(fromRows([[5], [5]]))).data]).toEqual([0, 0]);
  });

  it('refuse an empty selection of rows', () => {
    expect(() => columnMoments(fromRows([[1]]), [])).toThrow('at least one row');
  });
});

describe('requireFinite', () => {
  it('names the first offending element', () => {
    expect(() =>
      requireFinite(
        fromRows([
          [1, 2],
          [3, Number.NaN],
        ]),
        'the features',
      ),
    ).toThrow('the features hold NaN in row 1, column 1');
  });
});
