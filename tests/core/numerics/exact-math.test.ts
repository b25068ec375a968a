import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { exactCos, exactExp, exactLog, exactPow, exactSin, exactTan } from '../../../core/numerics/exact-math.ts';

/** Both sides are within an ulp or so of the truth (2⁻⁵² ≈ 2.2e-16); 1e-14 leaves room for the engine's own error. */
function agrees(ours: number, engine: number, tolerance = 1e-14): void {
  expect(Math.abs(ours - engine)).toBeLessThanOrEqual(tolerance * Math.abs(engine));
}

const angle = fc.double({ min: -1e5, max: 1e5, noNaN: true });

describe('exact-math', () => {
  it('agrees with Math on random arguments', () => {
    fc.assert(
      fc.property(angle, (x) => (agrees(exactSin(x), Math.sin(x)), agrees(exactCos(x), Math.cos(x)))),
      { numRuns: 3000 },
    );
    fc.assert(
      fc.property(fc.double({ min: -700, max: 700, noNaN: true }), (x) => agrees(exactExp(x), Math.exp(x))),
      { numRuns: 3000 },
    );
    fc.assert(
      fc.property(fc.double({ min: 1e-300, max: 1e300, noNaN: true }), (x) => agrees(exactLog(x), Math.log(x))),
      { numRuns: 3000 },
    );
    fc.assert(
      fc.property(
        fc.double({ min: 0.01, max: 100, noNaN: true }),
        fc.double({ min: -6, max: 6, noNaN: true }),
        (x, y) => agrees(exactPow(x, y), Math.pow(x, y)),
      ),
      { numRuns: 3000 },
    );
  });

  it('keeps its relative accuracy next to the zeros', () => {
    for (let k = 1; k <= 2000; k++) {
      agrees(exactSin(k * Math.PI), Math.sin(k * Math.PI));
      agrees(exactCos((k - 0.5) * Math.PI), Math.cos((k - 0.5) * Math.PI));
      agrees(exactLog(1 + k * 2 ** -40), Math.log(1 + k * 2 ** -40));
    }
    agrees(exactTan(0.7), Math.tan(0.7));
  });

  it('handles the ends of its ranges', () => {
    expect([exactSin(0), exactCos(0), exactExp(0), exactLog(1)]).toEqual([0, 1, 1, 0]);
    expect([exactExp(-1e6), exactExp(1e6), exactLog(0), exactLog(-1), exactPow(0, 2), exactPow(0, 0)]).toEqual([
      0,
      Infinity,
      -Infinity,
      NaN,
      0,
      1,
    ]);
    agrees(exactExp(709), Math.exp(709));
    agrees(exactExp(-708), Math.exp(-708));
  });

  it('returns these very bits', () => {
    expect([exactSin(1), exactCos(1), exactExp(1), exactLog(3), exactPow(0.3, 0.4545)]).toEqual([
      0.8414709848078965, 0.5403023058681398, 2.7182818284590455, 1.0986122886681096, 0.5785642707444837,
    ]);
  });
});
