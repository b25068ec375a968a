/**
 * Bar: 24 layers × 100 pairs of views × 576 patches × d 768 at least 1.05 times as fast as PyTorch's normalize, matmul,
 * argmax on the same threads, at 85 % or more of the machine's GEMM peak, in 500 MB or less. The states of twelve
 * pictures stand in for all: what is computed is the same, and 8.5 GB of states need not be read.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { matchPatches } from '../analysis/correspondence/index.ts';
import type { Matrix } from '../core/matrix.ts';
import { onnxModel, type OnnxNode } from '../core/numerics/onnx-model.ts';
import { Random } from '../core/random.ts';
import { peer } from './peer.ts';
import { seconds, type BenchTable } from './table.ts';

const [LAYERS, PAIRS, PATCHES, WIDTH, PICTURES] = [24, 100, 576, 768, 12];
const THREADS = availableParallelism();
/** Pairs a product, for the peer. */
const BATCHES = [1, 4];
/** Rounds of both, taking turns; the fastest counts. */
const ROUNDS = 2;
/** Pairs timed together: short, so that on a shared machine some stretches run undisturbed. */
const STRETCH = 4;
const FLOP = 2 * PATCHES * PATCHES * WIDTH;

/** A large product whose result stays in the graph; GFLOP/s. */
async function gemmRate(m: number, k: number, n: number): Promise<number> {
  const nodes: OnnxNode[] = [
    { op: 'Gemm', inputs: ['a', 'b'], outputs: ['product'], attributes: { transB: 1 } },
    { op: 'ReduceMax', inputs: ['product'], outputs: ['out'], attributes: { keepdims: 0 } },
  ];
  const session = await InferenceSession.create(
    onnxModel({ nodes, elementType: 'float32', inputs: { a: ['m', 'k'], b: ['n', 'k'] }, outputs: ['out'] }),
    { intraOpNumThreads: THREADS },
  );
  const random = (rows: number): Tensor =>
    new Tensor(
      'float32',
      Float32Array.from({ length: rows * k }, () => Math.random() - 0.5),
      [rows, k],
    );
  const feeds = { a: random(m), b: random(n) };
  const best = await seconds(() => session.run(feeds), { repeats: 30, warmup: 3 });
  await session.release();
  return (2 * m * k * n) / best / 1e9;
}

interface PeerAnswer {
  readonly peak: number;
  readonly rounds: Readonly<Record<string, number[]>>;
  readonly index: number[][];
}

const least = (values: readonly number[]): number => Math.min(...values);
const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);

export async function run(): Promise<BenchTable[]> {
  const random = new Random(1, 'patches');
  const states: Matrix<Float32Array>[] = Array.from({ length: PICTURES }, () => ({
    data: Float32Array.from({ length: PATCHES * WIDTH }, () => random.normal()),
    rows: PATCHES,
    cols: WIDTH,
  }));
  const combinations = states.flatMap((_, i) => [1, 5].map((step): [number, number] => [i, (i + step) % PICTURES]));
  const stretch = async (start: number, confidence: boolean): Promise<void> => {
    for (let pair = start; pair < start + STRETCH; pair++) {
      const [first, second] = combinations[pair % combinations.length];
      await matchPatches(states[first], states[second], { confidence });
    }
  };
  const sweep = async (confidence: boolean): Promise<number[]> => {
    const times: number[] = [];
    for (let pair = 0; pair < LAYERS * PAIRS; pair += STRETCH)
      times.push(await seconds(() => stretch(pair, confidence), { repeats: 1, warmup: pair === 0 ? 1 : 0 }));
    return times;
  };
  const folder = mkdtempSync(join(tmpdir(), 'plumbline-bench-'));
  const file = join(folder, 'states.f32');
  writeFileSync(
    file,
    Buffer.concat(states.map(({ data }) => Buffer.from(data.buffer, data.byteOffset, data.byteLength))),
  );
  try {
    const peaks: number[] = [];
    const ours: number[][] = [];
    const sure: number[][] = [];
    const theirs: PeerAnswer[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      peaks.push(
        await gemmRate(PATCHES, WIDTH, PATCHES),
        await gemmRate(1024, 1024, 1024),
        await gemmRate(2048, 2048, 2048),
      );
      ours.push(await sweep(false));
      theirs.push(
        await peer<PeerAnswer>(
          'correspondence-peer.py',
          {
            file,
            pictures: PICTURES,
            patches: PATCHES,
            width: WIDTH,
            pairs: LAYERS * PAIRS,
            stretch: STRETCH,
            combinations,
            batches: BATCHES,
            threads: THREADS,
          },
          { threads: THREADS },
        ),
      );
      sure.push(await sweep(true));
    }
    const megabytes = process.resourceUsage().maxRSS / 1024;
    const peak = Math.max(...peaks, ...theirs.map((answer) => answer.peak));
    const found = await Promise.all(
      combinations.map(async ([first, second]) => [
        ...(await matchPatches(states[first], states[second], { confidence: false })).index,
      ]),
    );
    const apart = found.reduce(
      (sum, list, k) => sum + list.filter((match, i) => match !== theirs[0].index[k][i]).length,
      0,
    );
    const rate = (time: number): number => (FLOP * STRETCH) / time / 1e9;
    const line = (name: string, rounds: readonly number[][]): (string | number)[] => {
      const fastest = least(rounds.flat());
      return [name, least(rounds.map(total)), fastest, rate(fastest), rate(fastest) / peak];
    };
    const lines = [
      ...BATCHES.map((batch) =>
        line(
          `PyTorch, ${batch === 1 ? 'one pair' : `${batch} pairs`} a product`,
          theirs.map(({ rounds }) => rounds[batch]),
        ),
      ),
      line('Plumbline', ours),
      line('Plumbline, with confidences', sure),
    ];
    const their = lines.slice(0, BATCHES.length);
    const [, ourTotal, ourFastest] = lines[BATCHES.length] as [string, number, number];
    const ratio = (column: number, value: number): number =>
      least(their.map((cells) => cells[column] as number)) / value;
    return [
      {
        title: `Nearest patches: ${LAYERS} layers × ${PAIRS} pairs of views × ${PATCHES} patches × d ${WIDTH}, ${THREADS} threads`,
        columns: ['', 'seconds', `fastest ${STRETCH} pairs`, 'GFLOP/s there', 'share of peak'],
        rows: [
          ...lines,
          ['ratio, whole sweeps', ratio(1, ourTotal), '', '', ''],
          [`ratio, fastest ${STRETCH} pairs`, '', ratio(2, ourFastest), '', ''],
          ['peak memory, MB', megabytes, '', '', ''],
        ],
        note:
          `GEMM peak ${peak.toFixed(0)} GFLOP/s: the best rate of either side at 576 × 768 × 576, 1024³ and 2048³, in this run. The smallest of ${ROUNDS} rounds, both sides taking turns. ` +
          `Matches that differ: ${apart} of ${combinations.length * PATCHES}.`,
      },
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
