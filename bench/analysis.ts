/**
 * Bars of the analyses: CKA of 24 × 24 layers and PCA beside numpy and scikit-learn, jackknife and bootstrap, geometry
 * at d = 4,096, and time over n.
 */
import { ckaMatrix } from '../analysis/similarity/cka-matrix.ts';
import { coherence, coherenceJackknife } from '../analysis/geometry/coherence.ts';
import { layerGeometry } from '../analysis/geometry.ts';
import { cellOf, type DeltaDesign } from '../analysis/geometry/deltas.ts';
import { principalComponents } from '../analysis/principal-components.ts';
import { AXES, type SpatialPair } from '../core/artifacts/contrast-set.ts';
import type { Matrix } from '../core/matrix.ts';
import { Random } from '../core/random.ts';
import { clusterBootstrapMean } from '../core/statistics/cluster-bootstrap.ts';
import { jackknifeInterval } from '../core/statistics/jackknife.ts';
import { peer } from './peer.ts';
import type { BenchTable } from './table.ts';

const CKA = { layers: 24, n: 2000, d: 768 };
const PCA = { n: 5000, d: 1024, components: 10 };

/** Uniform numbers in [−1, 1) that the peer makes too. */
function stream(count: number, seed: number): Float64Array {
  let state = seed;
  return Float64Array.from({ length: count }, () => (2 * (state = (state * 48271) % 2147483647)) / 2147483647 - 1);
}

interface Timing {
  readonly wall: number;
  readonly cpu: number;
}

/** Best wall and processor seconds of three runs. */
async function best<T>(body: () => T | Promise<T>, repeats = 3): Promise<Timing & { value: T }> {
  let [wall, cpu] = [Infinity, Infinity];
  let value: T | undefined;
  for (let i = 0; i < repeats; i++) {
    const [start, usage] = [performance.now(), process.cpuUsage()];
    value = await body();
    const used = process.cpuUsage(usage);
    wall = Math.min(wall, (performance.now() - start) / 1e3);
    cpu = Math.min(cpu, (used.user + used.system) / 1e6);
  }
  return { wall, cpu, value: value as T };
}

export async function* run(): AsyncGenerator<BenchTable> {
  const theirs = await peer<Record<string, Timing & { value: number[] }>>('analysis-peer.py', { cka: CKA, pca: PCA });
  const rows: (string | number)[][] = [];
  const add = (what: string, mine: Timing, other: Timing, difference: number): void => {
    rows.push([what, mine.wall, other.wall, other.wall / mine.wall, mine.cpu, other.cpu, difference]);
  };
  for (const type of ['float32', 'float64'] as const) {
    const layers: Matrix[] = [];
    for (let l = 0; l < CKA.layers; l++) {
      const own = stream(CKA.n * CKA.d, 1000 + l);
      const data = type === 'float32' ? Float32Array.from(own) : own;
      if (l > 0) for (let k = 0; k < data.length; k++) data[k] += layers[l - 1].data[k];
      layers.push({ data, rows: CKA.n, cols: CKA.d });
    }
    await ckaMatrix(layers.map((layer) => ({ ...layer, data: layer.data.subarray(0, 300 * CKA.d), rows: 300 })));
    const mine = await best(() => ckaMatrix(layers));
    const other = theirs[`cka ${type}`];
    add(
      `CKA 24 × 24, n 2,000, d 768, ${type}`,
      mine,
      other,
      Math.max(Math.abs(mine.value[0][1]! - other.value[0]), Math.abs(mine.value[0][23]! - other.value[1])),
    );
  }
  const x = stream(PCA.n * PCA.d, 77);
  for (let k = 0; k < x.length; k++) x[k] /= 1 + (k % PCA.d) / 10;
  const matrix = { data: Float32Array.from(x), rows: PCA.n, cols: PCA.d };
  const pca = await best(() => principalComponents(matrix, PCA.components));
  add(
    'PCA, 10 components of 5,000 × 1,024',
    pca,
    theirs.pca,
    Math.max(...theirs.pca.value.map((v, k) => Math.abs(v - pca.value.explainedVariance[k]))),
  );

  yield {
    title: 'Beside numpy and scikit-learn, two threads each',
    columns: ['what', 'wall s', 'peer wall s', 'ratio', 'cpu s', 'peer cpu s', 'largest difference'],
    rows,
    note: 'Ratio: times faster than the peer by the clock. Processor seconds tell the work where the machine is shared.',
  };
  yield await resampling();
  yield await geometries();
  yield await overRows();
}

/**
 * 24 layers × 3 axes × 400 scenes: coherence with its jackknife from deltas of width 768, and the cluster bootstrap of
 * an accuracy.
 */
async function resampling(): Promise<BenchTable> {
  const random = new Random(1, 'bench');
  const groups = Array.from({ length: 400 }, (_, i) => `s${i}`);
  const deltas = { data: Float64Array.from({ length: 400 * 768 }, () => random.normal()), rows: 400, cols: 768 };
  const right = Array.from({ length: 400 }, () => Number(random.coin(0.8)));
  const jackknife = await best(() => {
    for (let k = 0; k < 72; k++) {
      const { value, leaveOneOut } = coherenceJackknife(deltas, groups);
      jackknifeInterval(value!, leaveOneOut);
    }
  });
  const bootstrap = await best(() => {
    for (let k = 0; k < 72; k++) clusterBootstrapMean(right, groups, new Random(k));
  });
  const flips = await best(() => coherence(deltas, groups, { seed: 1 }));
  return {
    title: 'Resampling: 24 layers × 3 axes × 400 scenes (bar: jackknife and bootstrap ≤ 1 s)',
    columns: ['what', 'wall s', 'cpu s'],
    rows: [
      ['jackknife of coherence, d 768', jackknife.wall, jackknife.cpu],
      ['cluster bootstrap, 1,000 draws', bootstrap.wall, bootstrap.cpu],
      ['one coherence with its 499 sign flips', flips.wall, flips.cpu],
    ],
  };
}

/** The whole geometry of one layer, 450 scenes and three axes. */
async function geometries(): Promise<BenchTable> {
  const rows: (string | number)[][] = [];
  for (const d of [768, 4096]) {
    const { states, design } = plantedLayer(450, d);
    const { wall, cpu } = await best(() => layerGeometry('text.0', states, design, 1), 2);
    rows.push([d, wall, cpu]);
  }
  return { title: 'Axis geometry of one layer, 450 scenes × 3 axes', columns: ['d', 'wall s', 'cpu s'], rows };
}

async function overRows(): Promise<BenchTable> {
  const rows: (string | number)[][] = [];
  for (const scenes of [167, 667, 2667]) {
    const { states, design } = plantedLayer(scenes, 768);
    const { wall, cpu } = await best(() => layerGeometry('text.0', states, design, 1), 1);
    rows.push([design.pairs.length, wall, cpu, (1e3 * cpu) / design.pairs.length]);
  }
  return { title: 'Axis geometry over n, d 768', columns: ['deltas', 'wall s', 'cpu s', 'cpu ms a delta'], rows };
}

function plantedLayer(scenes: number, d: number): { states: Matrix<Float32Array>; design: DeltaDesign } {
  const random = new Random(1, 'bench', scenes, d);
  const n = scenes * AXES.length;
  const labels = Array.from({ length: n }, (_, i) => ({
    group: `s${Math.floor(i / 3)}`,
    axis: AXES[i % 3],
    condition: Math.floor(i / 3) % 2 === 0 ? ('consistent' as const) : ('counter' as const),
  }));
  const pairs = labels.map((label, i) => ({
    ...label,
    id: `p${i}`,
    kind: 'question-swap',
  })) as unknown as SpatialPair[];
  const design: DeltaDesign = {
    pairs,
    groups: labels.map(({ group }) => group),
    cells: Int32Array.from(labels, ({ axis, condition }, i) =>
      cellOf(axis, (Math.floor(i / 6) % 2) as 0 | 1, condition),
    ),
    first: Int32Array.from(labels, (_, i) => 2 * i),
    second: Int32Array.from(labels, (_, i) => 2 * i + 1),
  };
  return {
    states: { data: Float32Array.from({ length: 2 * n * d }, () => random.normal()), rows: 2 * n, cols: d },
    design,
  };
}
