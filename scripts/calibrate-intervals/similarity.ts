/**
 * What the intervals of CKA and RSA promise. Several rows a scene are alike within it in both representations, so that
 * these are related even where nothing else is.
 */
import { ckaEstimate } from '../../analysis/similarity/kernels.ts';
import { compareRdms, rdm, rsaSide, type RsaComparison, type RsaDistance } from '../../analysis/similarity/rdms.ts';
import type { Estimate } from '../../core/artifacts/results.ts';
import type { Matrix } from '../../core/matrix.ts';
import type { Random } from '../../core/random.ts';
import type { Simulation } from './simulation.ts';

/**
 * Two representations of the same rows, the second `strength` times the first's leading columns plus noise; rows of a
 * scene share half of their variance.
 */
interface Related {
  readonly scenes: number;
  readonly rows?: number;
  readonly widths?: readonly [number, number];
  readonly strength: number;
}

function related(
  { scenes, rows = 1, widths: [d, e] = [8, 8], strength }: Related,
  random: Random,
): { x: Matrix<Float64Array>; y: Matrix<Float64Array>; groups: string[] } {
  const n = scenes * rows;
  const x = { data: new Float64Array(n * d), rows: n, cols: d };
  const y = { data: new Float64Array(n * e), rows: n, cols: e };
  const noise = (into: Matrix<Float64Array>): void => {
    for (let s = 0; s < scenes; s++) {
      const shared = Array.from({ length: into.cols }, () => random.normal());
      for (let r = 0; r < rows; r++)
        for (let j = 0; j < into.cols; j++)
          into.data[(s * rows + r) * into.cols + j] = ((rows > 1 ? shared[j] : 0) + random.normal()) / (1 + j / 4);
    }
  };
  noise(x);
  noise(y);
  for (let i = 0; i < n; i++)
    for (let j = 0; j < Math.min(d, e); j++) y.data[i * e + j] += strength * x.data[i * d + j];
  return { x, y, groups: Array.from({ length: n }, (_, i) => `s${Math.floor(i / rows)}`) };
}

const one = (statistic: string, { value, interval }: Estimate, truth?: number) => ({
  [statistic]: { value, interval, truth },
});

const cka = (setting: string, of: Related, estimator: 'debiased' | 'biased' = 'debiased'): Simulation => ({
  name: 'CKA',
  setting,
  run: async (random) => {
    const { x, y, groups } = related(of, random);
    return one(
      estimator,
      await ckaEstimate(x, y, groups, { estimator }),
      estimator === 'debiased' && of.strength === 0 && of.rows === undefined ? 0 : undefined,
    );
  },
});

const rsa = (
  setting: string,
  of: Related,
  distance: RsaDistance = 'squared-euclidean',
  comparison: RsaComparison = 'spearman',
): Simulation => ({
  name: 'RSA',
  setting,
  run: async (random) => {
    const { x, y, groups } = related(of, random);
    return one(
      comparison,
      compareRdms(
        rsaSide(await rdm(x, distance), groups, comparison),
        rsaSide(await rdm(y, distance), groups, comparison),
      ),
      comparison === 'spearman' && of.strength === 0 && of.rows === undefined ? 0 : undefined,
    );
  },
});

export const SIMILARITY_SIMULATIONS: readonly Simulation[] = [
  cka('60 scenes, unrelated', { scenes: 60, strength: 0 }),
  cka('60 scenes, unrelated, 2 and 200 columns', { scenes: 60, widths: [2, 200], strength: 0 }),
  cka('30 scenes of 4 rows, unrelated', { scenes: 30, rows: 4, strength: 0 }),
  cka('60 scenes, faintly related', { scenes: 60, strength: 0.25 }),
  cka('60 scenes, related', { scenes: 60, strength: 0.6 }),
  cka('30 scenes of 4 rows, related', { scenes: 30, rows: 4, strength: 0.6 }),
  cka('60 scenes, all but equal', { scenes: 60, strength: 5 }),
  cka('60 scenes, related, biased form', { scenes: 60, strength: 0.6 }, 'biased'),
  rsa('40 scenes, unrelated', { scenes: 40, strength: 0 }),
  rsa('40 scenes, unrelated, by correlation distance', { scenes: 40, strength: 0 }, 'correlation'),
  rsa('20 scenes of 4 rows, unrelated', { scenes: 20, rows: 4, strength: 0 }),
  rsa('40 scenes, faintly related', { scenes: 40, strength: 0.4 }),
  rsa('40 scenes, related', { scenes: 40, strength: 1 }),
  rsa('40 scenes, related, by correlation distance', { scenes: 40, strength: 1 }, 'correlation'),
  rsa('20 scenes of 4 rows, related', { scenes: 20, rows: 4, strength: 1 }),
  rsa('40 scenes, related, by cosine', { scenes: 40, strength: 1 }, 'squared-euclidean', 'cosine'),
];
