/** The table of docs/measures/coverage.md and what it is made by. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { SIMULATIONS } from '../../scripts/calibrate-intervals/index.ts';
import { coverageOf, type Simulation } from '../../scripts/calibrate-intervals/simulation.ts';
import { withTable } from '../../scripts/calibrate-intervals/table.ts';

const page = readFileSync(new URL('../../docs/measures/coverage.md', import.meta.url), 'utf8');

/** A mean of `n` normal values, with a z-interval of `z` standard errors. */
const normalMean = (z: number, known: boolean): Simulation => ({
  name: 'mean',
  setting: `z ${z}`,
  run(random) {
    const n = 25;
    const value = 3 + Array.from({ length: n }, () => random.normal()).reduce((sum, v) => sum + v, 0) / n;
    return {
      mean: {
        value,
        interval: [value - z / 5, value + z / 5],
        p: Math.abs(value - 3) * 5 > 1.96 ? 0.04 : 0.5,
        ...(known && { truth: 3 }),
      },
    };
  },
});

describe('coverageOf', () => {
  it.each([true, false])(
    'counts what is covered: 95 % of z-intervals of 1.96, 68 % of 1; truth known: %s',
    async (known) => {
      // 1,000 runs: two and a half binomial standard errors are .017 at 95 % and .037 at 68 %.
      const [wide] = await coverageOf(normalMean(1.96, known));
      expect(Math.abs(wide.coverage! - 0.95)).toBeLessThan(0.017);
      expect(Math.abs(wide.falseAlarms! - 0.05)).toBeLessThan(0.017);
      const [narrow] = await coverageOf(normalMean(1, known));
      expect(Math.abs(narrow.coverage! - 0.683)).toBeLessThan(0.037);
      expect(narrow.coverage! + narrow.below + narrow.above).toBeCloseTo(1, 12);
      expect(await coverageOf(normalMean(1, known))).toEqual([narrow]);
    },
  );

  it('counts refusals apart', async () => {
    const [half] = await coverageOf(
      {
        name: 'half',
        setting: '',
        run: (_, draw) => ({ x: { value: 0, interval: draw % 2 === 0 ? [-1, 1] : null, truth: 0 } }),
      },
      { runs: 10 },
    );
    expect(half).toMatchObject({ refused: 5, coverage: 1 });
  });
});

describe('docs/measures/coverage.md', () => {
  const lines = page
    .split('\n')
    .filter((line) => line.startsWith('| ') && !line.startsWith('| printed by') && !line.startsWith('| ---'));

  it('holds simulations that exist', () => {
    const known = new Set(SIMULATIONS.map(({ name, setting }) => `${name} | ${setting}`));
    expect(known.size).toBe(SIMULATIONS.length);
    for (const line of lines)
      expect(
        [...known].some((key) => line.startsWith(`| ${key} | `)),
        line,
      ).toBe(true);
    expect(lines.length).toBeGreaterThan(50);
  });

  it('keeps its lines when nothing is measured, and takes the place of those measured again', () => {
    const sorted = (text: string): string[] => text.split('\n').sort();
    expect(sorted(withTable(page, SIMULATIONS, []))).toEqual(sorted(page));
    const [{ name, setting }] = SIMULATIONS;
    const row = {
      name,
      setting,
      statistic: 'x',
      runs: 1000,
      truth: 0.25,
      truthKind: 'known',
      coverage: 0.95,
      below: 0.02,
      above: 0.03,
      meanWidth: 0.5,
      refused: 0,
      falseAlarms: null,
    } as const;
    const again = withTable(page, SIMULATIONS, [row])
      .split('\n')
      .filter((line) => line.startsWith(`| ${name} | ${setting} | `));
    expect(again).toEqual([`| ${name} | ${setting} | x | .250 (known) | 95.0 ± 0.7 % | 2.0, 3.0 | .500 |  |  |`]);
  });
});
