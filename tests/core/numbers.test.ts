import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { COLUMN, decimal, interval, percent, percentWithInterval, trimmed, withInterval } from '../../core/numbers.ts';

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

  test('columns of plain text keep the leading zero and a minus that programs read', () => {
    expect(withInterval({ value: -0.03, interval: [-0.1, 0.04] }, COLUMN)).toBe('-0.030 [-0.100, 0.040]');
    expect(decimal(-0.0001, COLUMN)).toBe('0.000');
    expect(decimal(null, { ...COLUMN, missing: '' })).toBe('');
    expect(percentWithInterval({ value: 0.996, interval: [0.9, 1] })).toBe('100 % [90, 100]');
    expect(percentWithInterval({ value: null, interval: null }, 'undefined')).toBe('undefined');
  });

  test('trimmed numbers are as typed', () => {
    expect([0.2, -1, -0.00001, 0.12345].map((value) => trimmed(value))).toEqual(['0.2', '\u22121', '0', '0.1235']);
  });
});
