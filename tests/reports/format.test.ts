import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decimal, interval, percent, sampleNote, withInterval } from '../../reports/format.ts';
import { estimate } from './synthetic.ts';

describe('numbers in print', () => {
  test('no leading zero, a true minus, fixed decimals', () => {
    expect(decimal(0.944)).toBe('.94');
    expect(decimal(-0.03)).toBe('\u2212.03');
    expect(decimal(1)).toBe('1.00');
    expect(decimal(12.3456, 1)).toBe('12.3');
    expect(interval([-0.02, 0.05])).toBe('[\u2212.02, .05]');
    expect(withInterval({ value: 0.94, interval: [0.91, 0.96] })).toBe('.94 [.91, .96]');
    expect(withInterval({ value: 0.5, interval: null })).toBe('.50');
  });

  test('what can\u2019t be computed is said, never printed as a number', () => {
    for (const value of [null, undefined, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(decimal(value)).toBe('n/a');
      expect(percent(value)).toBe('n/a');
    }
    expect(withInterval({ value: null, interval: [0, 1] })).toBe('n/a');
  });

  test('a value that rounds to zero has no sign', () => {
    expect(decimal(-0.001)).toBe('.00');
    expect(decimal(-0)).toBe('.00');
  });

  test('a share short of one is not called 100 %, a share above zero not 0 %', () => {
    expect(percent(1)).toBe('100 %');
    expect(percent(0)).toBe('0 %');
    fc.assert(
      fc.property(fc.double({ min: 1e-9, max: 1 - 1e-9, noNaN: true }), (share) => {
        expect(percent(share)).not.toBe('100 %');
        expect(percent(share)).not.toBe('0 %');
      }),
    );
  });

  test('a printed decimal is the value to half a unit of its last place', () => {
    fc.assert(
      fc.property(fc.double({ min: -5, max: 5, noNaN: true }), (value) => {
        expect(Math.abs(Number(decimal(value, 3).replace('\u2212', '-')) - value)).toBeLessThanOrEqual(0.0005 + 1e-12);
      }),
    );
  });
});

describe('what a caption says about its numbers', () => {
  test('n, scenes and the kind of interval', () => {
    const cells = [
      estimate(0.9, 0.1, { n: 400, groups: 200, intervalKind: 'Wilson on n_eff' }),
      estimate(0.4, 0.1, { n: 100, groups: 50, intervalKind: 'Wilson on n_eff' }),
    ];
    expect(sampleNote(cells, 'items')).toBe(
      'n = 100\u2013400 items from 50\u2013200 scenes a point; 95 % intervals: Wilson on n_eff',
    );
  });

  test('no interval is said, and so is that nothing could be computed', () => {
    expect(sampleNote([estimate(0.9, 0.1, { interval: null, intervalKind: null })], 'items')).toContain('no interval');
    expect(sampleNote([estimate(null)], 'items')).toBe('nothing could be computed');
  });
});
