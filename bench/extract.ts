/**
 * Reading hidden states against the bare graph in the same ONNX Runtime, and against PyTorch; questions about one
 * picture, with and without a shared beginning; inspecting a large checkpoint. Issue bars: ViT-S ≤ 1.10 × bare, decoder
 * ≤ 0.85 × bare, both ≥ 1.2 × as fast as PyTorch; `inspect` on 1 GB ≤ 2 s. Each table is printed as it is measured. Set
 * PLUMBLINE_PYTHON to an interpreter with torch, transformers, onnx and onnxscript: it makes the models, and is the
 * peer.
 */
import { closeSync, cpSync, ftruncateSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { Random } from '../core/random.ts';
import type { Visual } from '../extractors/families/family.ts';
import { type Checkpoint, inspectCheckpoint, openCheckpoint } from '../extractors/index.ts';
import { TextRunner } from '../extractors/run/text.ts';
import type { TextExample } from '../extractors/run/text-batch.ts';
import { VisionRunner } from '../extractors/run/vision.ts';
import { blankVisual } from '../extractors/run/visuals.ts';
import { peer } from './peer.ts';
import { type BenchTable, printTable } from './table.ts';

const IMAGES = 64;
const BATCH = 16;
const PROMPTS = 16;
const PROMPT_BATCH = 8;
const TOKENS = 300;
const VOCABULARY = 32000;
/** Questions about one picture, and the tokens that they begin with. */
const QUESTIONS = 6;
const PICTURES = 4;
const SHARED = 260;
const ROUNDS = 3;
const THREADS = availableParallelism();
/** As `openSession` sets them: the same threads, asleep while they wait. */
const SESSION = {
  intraOpNumThreads: THREADS,
  interOpNumThreads: 1,
  extra: { session: { intra_op: { allow_spinning: '0' } } },
  logSeverityLevel: 3,
} as const;

/** Seconds on the clock, and of processor time, which other programs on the machine stretch less. */
interface Time {
  readonly wall: number;
  readonly cpu: number;
}

/** Smallest times of each body; they take turns, so that what else runs on the machine hits them alike. */
async function inTurns(bodies: readonly (() => Promise<unknown>)[]): Promise<Time[]> {
  const best = bodies.map(() => ({ wall: Infinity, cpu: Infinity }));
  for (let round = -1; round < ROUNDS; round++) {
    for (const [i, body] of bodies.entries()) {
      const [start, used] = [process.hrtime.bigint(), process.cpuUsage()];
      await body();
      const { user, system } = process.cpuUsage(used);
      const wall = Number(process.hrtime.bigint() - start) / 1e9;
      if (round >= 0)
        best[i] = { wall: Math.min(best[i].wall, wall), cpu: Math.min(best[i].cpu, (user + system) / 1e6) };
    }
  }
  return best;
}

const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);
const inBatches = <T>(values: readonly T[], size: number): T[][] =>
  range(Math.ceil(values.length / size)).map((i) => values.slice(i * size, (i + 1) * size));

export async function run(): Promise<BenchTable[]> {
  const folder = mkdtempSync(join(tmpdir(), 'plumbline-bench-'));
  try {
    printTable(await inspectTable(folder));
    await peer('extract_models.py', { directory: folder }, { threads: THREADS });
    const request = {
      images: IMAGES,
      batch: BATCH,
      repeats: ROUNDS,
      prompts: PROMPTS,
      promptBatch: PROMPT_BATCH,
      tokens: TOKENS,
      threads: THREADS,
    };
    const torch = (part: 'vision' | 'text'): Promise<Time> =>
      peer<Time>('extract-peer.py', { ...request, part }, { threads: THREADS });
    const vision = await visionTimes(await openCheckpoint(join(folder, 'vit')));
    printTable(
      comparison(
        `ViT-S, ${IMAGES} pictures in batches of ${BATCH}, 14 layers × 2 rows`,
        vision,
        await torch('vision'),
        '≤ 1.10',
      ),
    );
    const decoder = await openCheckpoint(join(folder, 'decoder'));
    const text = await textTimes(decoder);
    printTable(
      comparison(
        `Decoder 12 × 512, ${PROMPTS} prompts of ${TOKENS} tokens in batches of ${PROMPT_BATCH}, 14 layers at the last token`,
        text,
        await torch('text'),
        '≤ 0.85',
      ),
    );
    const [whole, shared] = await sharingTimes(decoder);
    printTable({
      title: `Decoder 12 × 512, ${QUESTIONS} questions of ${TOKENS} tokens about each of ${PICTURES} pictures, which share ${SHARED}`,
      columns: ['seconds', 'prompts run whole', 'beginning shared', 'whole ÷ shared'],
      rows: (['wall', 'cpu'] as const).map((kind) => [kind, whole[kind], shared[kind], whole[kind] / shared[kind]]),
      note: `The beginning's keys and values are computed once a picture; ${((TOKENS * QUESTIONS) / (SHARED + QUESTIONS * (TOKENS - SHARED))).toFixed(1)} × fewer tokens.`,
    });
    return [];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function comparison(title: string, [bare, ours]: readonly Time[], python: Time, bar: string): BenchTable {
  return {
    title,
    columns: ['seconds', 'bare graph', 'plumbline', 'PyTorch', 'plumbline ÷ bare', 'bar', 'PyTorch ÷ plumbline', 'bar'],
    rows: (['wall', 'cpu'] as const).map((kind) => [
      kind,
      bare[kind],
      ours[kind],
      python[kind],
      ours[kind] / bare[kind],
      bar,
      python[kind] / ours[kind],
      '≥ 1.2',
    ]),
    note: `float32, ${THREADS} threads each; smallest of ${ROUNDS} runs, bare and plumbline in turns. Bare: session.run of the untouched file. PyTorch: output_hidden_states=True, decoder logits_to_keep=1.`,
  };
}

/** `inspect` on a checkpoint of 1 GB, most of it a hole in a sparse file: weights aren't read. */
async function inspectTable(folder: string): Promise<BenchTable> {
  const large = join(folder, 'large');
  cpSync(join(import.meta.dirname, '../tests/fixtures/architectures/vit-external'), large, { recursive: true });
  const weights = openSync(join(large, 'onnx', 'model.onnx_data'), 'r+');
  ftruncateSync(weights, 2 ** 30);
  closeSync(weights);
  const [time] = await inTurns([() => inspectCheckpoint(large)]);
  return {
    title: 'inspect, a checkpoint of 1 GB',
    columns: ['seconds', '', 'bar'],
    rows: [
      ['wall', time.wall, '≤ 2'],
      ['cpu', time.cpu, ''],
    ],
  };
}

async function visionTimes(checkpoint: Checkpoint): Promise<Time[]> {
  const part = checkpoint.vision!;
  const layers = checkpoint.layers.filter(({ kind }) => kind !== 'attn');
  const runner = await VisionRunner.open(part, layers, { features: false });
  const bare = await InferenceSession.create(part.graph.path, SESSION);
  const random = new Random(0, 'pixels');
  const size = 3 * 224 * 224;
  const blank = blankVisual(part);
  const visuals = range(IMAGES).map((): Visual => ({
    ...blank,
    feeds: {
      [part.input]: {
        values: Float32Array.from({ length: size }, () => random.uniform(-1, 1)),
        dims: [1, 3, 224, 224],
      },
    },
  }));
  const batches = inBatches(visuals, BATCH);
  const joined = batches.map((batch) => {
    const pixels = new Float32Array(batch.length * size);
    batch.forEach(({ feeds }, i) => pixels.set(feeds[part.input].values, i * size));
    return pixels;
  });
  const times = await inTurns([
    async () => {
      for (const pixels of joined)
        await bare.run({ [part.input]: new Tensor('float32', pixels, [BATCH, 3, 224, 224]) });
    },
    async () => {
      for (const batch of batches)
        await runner.run(
          batch,
          batch.map(() => ['cls', 'image'] as const),
        );
    },
  ]);
  await runner.release();
  await bare.release();
  return times;
}

/** A prompt whose ids are drawn, not written. */
function drawnPrompt(random: Random, beginning: readonly number[] = []): TextExample {
  const ids = [...beginning, ...range(TOKENS - beginning.length).map(() => random.integer(VOCABULARY))];
  return {
    ids,
    prompt: { question: '', text: '', shortIds: ids, ids, positions: range(TOKENS), images: [] },
    visuals: [],
    features: [],
    pools: [[TOKENS - 1]],
    heads: [TOKENS - 1],
  };
}

const streamOf = ({ layers }: Checkpoint): Checkpoint['layers'] => layers.filter(({ kind }) => kind !== 'attn');

async function textTimes(checkpoint: Checkpoint): Promise<Time[]> {
  const part = checkpoint.text!;
  const runner = await TextRunner.open(part, streamOf(checkpoint));
  const bare = await InferenceSession.create(part.decoder.path, SESSION);
  const random = new Random(0, 'ids');
  const batches = inBatches(
    range(PROMPTS).map(() => drawnPrompt(random)),
    PROMPT_BATCH,
  );
  const integers = (values: readonly number[]): Tensor =>
    new Tensor('int64', BigInt64Array.from(values, BigInt), [PROMPT_BATCH, TOKENS]);
  const all = range(PROMPT_BATCH * TOKENS);
  const past = Object.fromEntries(
    part.decoder.model.graph.inputs.flatMap(({ name, shape }) =>
      name.startsWith('past')
        ? [
            [
              name,
              new Tensor('float32', new Float32Array(0), [PROMPT_BATCH, shape![1] as number, 0, shape![3] as number]),
            ],
          ]
        : [],
    ),
  );
  const times = await inTurns([
    async () => {
      for (const batch of batches)
        await bare.run(
          {
            ...past,
            input_ids: integers(batch.flatMap(({ ids }) => ids)),
            attention_mask: integers(all.map(() => 1)),
            position_ids: integers(all.map((i) => i % TOKENS)),
          },
          ['logits'],
        );
    },
    async () => {
      for (const batch of batches) await runner.run(batch, [17, 4242]);
    },
  ]);
  await runner.release();
  await bare.release();
  return times;
}

/** Times of questions run whole, and with their pictures' beginnings run once. */
async function sharingTimes(checkpoint: Checkpoint): Promise<Time[]> {
  const open = (share: boolean): Promise<TextRunner> =>
    TextRunner.open(checkpoint.text!, streamOf(checkpoint), { share });
  const runners = [await open(false), await open(true)];
  const random = new Random(0, 'questions');
  const groups = range(PICTURES).map(() => {
    const beginning = range(SHARED).map(() => random.integer(VOCABULARY));
    return range(QUESTIONS).map(() => drawnPrompt(random, beginning));
  });
  const times = await inTurns([
    async () => {
      for (const batch of inBatches(groups.flat(), PROMPT_BATCH)) await runners[0].run(batch, [17, 4242]);
    },
    async () => {
      const { prefix } = await runners[1].runPrefix(
        groups.map(([first]) => ({ ...first, pools: [] })),
        SHARED,
      );
      const rows = groups.flatMap((group, row) => group.map((example) => ({ example, row })));
      for (const batch of inBatches(rows, PROMPT_BATCH))
        await runners[1].run(
          batch.map(({ example }) => example),
          [17, 4242],
          { prefix, rows: batch.map(({ row }) => row) },
        );
    },
  ]);
  for (const runner of runners) await runner.release();
  return times;
}
