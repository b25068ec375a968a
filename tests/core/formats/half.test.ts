import fc from 'fast-check';
import { expect, test } from 'vitest';
import { floatToHalf, HALF_MAX, halfTable, halfToFloat, toHalves } from '../../../core/formats/half.ts';

test('half precision is widened exactly', () => {
  const known: [number, number][] = [
    [0x0000, 0],
    [0x3c00, 1],
    [0xc000, -2],
    [0x7bff, HALF_MAX],
    [0x0001, 2 ** -24],
    [0x0400, 2 ** -14],
    [0x3555, 0.333251953125],
    [0x7c00, Infinity],
    [0xfc00, -Infinity],
  ];
  for (const [bits, value] of known) expect(halfToFloat(bits)).toBe(value);
  expect(halfToFloat(0x7e00)).toBeNaN();
});

test('every half-precision number comes back from its float32 value', () => {
  const table = halfTable();
  const halves = toHalves(table);
  for (let bits = 0; bits < 65536; bits++) {
    if (Number.isNaN(table[bits])) expect(halves[bits] & 0x7fff).toBe(0x7e00);
    else expect(halves[bits]).toBe(bits);
  }
});

test('rounding takes the nearest neighbour, and the even one at a tie', () => {
  // Neighbours of the magnitude: positive halves sort as their bits do.
  fc.assert(
    fc.property(fc.float({ noNaN: true, min: -HALF_MAX, max: HALF_MAX }), (value) => {
      const bits = floatToHalf(value);
      const distance = Math.abs(halfToFloat(bits) - value);
      for (const other of [bits - 1, bits + 1]) {
        if ((other & 0x7fff) > 0x7bff || (other ^ bits) & 0x8000 || other < 0) continue;
        const further = Math.abs(halfToFloat(other) - value);
        expect(distance < further || (distance === further && bits % 2 === 0)).toBe(true);
      }
    }),
    { numRuns: 2000 },
  );
  // 1 + 2^-11 lies half-way between 1 (even) and 1 + 2^-10; 2^-25 between 0 and the least half.
  expect([1 + 2 ** -11, 1 + 3 * 2 ** -11, 2 ** -25, 3 * 2 ** -25, 65519, 65520].map(floatToHalf)).toEqual([
    0x3c00, 0x3c02, 0, 2, 0x7bff, 0x7c00,
  ]);
});
