/**
 * Reading hidden states against the bare graph in the same ONNX Runtime, and against PyTorch. Issue bars: ViT-S ≤ 1.10 × bare, decoder ≤ 0.85 × bare, both ≥ 1.2 × as fast as PyTorch.
 * Set PLUMBLINE_PYTHON to an interpreter with torch, transformers, onnx and onnxscript: it makes the models, and is the peer.
 */
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { Random } from '../core/random.ts';
import { openGraph } from '../extractors/checkpoint/graph-file.ts';
import type { TextPart, Visual } from '../extractors/families/family.ts';
import { openCheckpoint } from '../extractors/index.ts';
import { findLayers } from '../extractors/layers/find.ts';
import { type TextExample, TextRunner } from '../extractors/run/text.ts';
import { VisionRunner } from '../extractors/run/vision.ts';
import { blankVisual } from '../extractors/run/visuals.ts';
import { peer } from './peer.ts';
import { type BenchTable, seconds } from './table.ts';

const IMAGES = 64;
const BATCH = 16;
const PROMPTS = 16;
const PROMPT_BATCH = 8;
const TOKENS = 300;
const VOCABULARY = 32000;
const ROUNDS = 5;
const THREADS = availableParallelism();
/** As `openSession` sets them: the same threads, asleep while they wait. */
const SESSION = { intraOpNumThreads: THREADS, interOpNumThreads: 1, extra: { session: { intra_op: { allow_spinning: '0' } } }, logSeverityLevel: 3 } as const;

/** Smallest time of each body; they take turns, so that what else runs on the machine hits them alike. */
async function inTurns(bodies: readonly (() => Promise<unknown>)[]): Promise<number[]> {
  const best = bodies.map(() => Infinity);
  for (let round = -1; round < ROUNDS; round++) {
    for (const [i, body] of bodies.entries()) {
      const elapsed = await seconds(body, { repeats: 1, warmup: 0 });
      if (round >= 0) best[i] = Math.min(best[i], elapsed);
    }
  }
  return best;
}

const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

export async function run(): Promise<BenchTable[]> {
  const folder = mkdtempSync(join(tmpdir(), 'plumbline-bench-'));
  try {
    await peer('extract_models.py', { directory: folder });
    const vision = await visionTimes(folder);
    const text = await textTimes(folder);
    const torch = await peer<{ vision: number; text: number; torch: string }>('extract-peer.py', { images: IMAGES, batch: BATCH, repeats: ROUNDS, prompts: PROMPTS, promptBatch: PROMPT_BATCH, tokens: TOKENS, threads: THREADS }, { threads: THREADS });
    const row = (name: string, [bare, ours]: readonly number[], python: number, bar: string): (string | number)[] => [name, bare, ours, python, ours / bare, bar, python / ours, '≥ 1.2'];
    return [
      {
        title: 'Hidden states, seconds',
        columns: ['pass', 'bare graph', 'plumbline', 'PyTorch', 'plumbline ÷ bare', 'bar', 'PyTorch ÷ plumbline', 'bar'],
        rows: [
          row(`ViT-S, ${IMAGES} pictures, 14 layers × 2 rows`, vision, torch.vision, '≤ 1.10'),
          row(`decoder, ${PROMPTS} prompts of ${TOKENS} tokens, 14 layers at the last`, text, torch.text, '≤ 0.85'),
        ],
        note: `float32, ${THREADS} threads each, batches of ${BATCH} pictures and ${PROMPT_BATCH} prompts; smallest of ${ROUNDS} runs, bare and plumbline in turns. Bare: session.run of the untouched file. PyTorch ${torch.torch}: output_hidden_states=True, decoder logits_to_keep=1.`,
      },
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function visionTimes(folder: string): Promise<number[]> {
  const directory = join(folder, 'vit');
  mkdirSync(join(directory, 'onnx'), { recursive: true });
  renameSync(join(folder, 'vit.onnx'), join(directory, 'onnx', 'model.onnx'));
  writeFileSync(join(directory, 'config.json'), JSON.stringify({ model_type: 'vit', image_size: 224, patch_size: 16, hidden_size: 384 }));
  writeFileSync(join(directory, 'preprocessor_config.json'), JSON.stringify({ image_processor_type: 'ViTImageProcessor', size: { height: 224, width: 224 }, resample: 2, image_mean: [0.5, 0.5, 0.5], image_std: [0.5, 0.5, 0.5] }));
  const checkpoint = await openCheckpoint(directory);
  const part = checkpoint.vision!;
  const layers = checkpoint.layers.filter(({ kind }) => kind !== 'attn');
  const runner = await VisionRunner.open(part, layers, { features: false });
  const bare = await InferenceSession.create(part.graph.path, SESSION);
  const random = new Random(0, 'pixels');
  const size = 3 * 224 * 224;
  const blank = blankVisual(part);
  const visuals = range(IMAGES).map((): Visual => ({ ...blank, feeds: { [part.input]: { values: Float32Array.from({ length: size }, () => random.uniform(-1, 1)), dims: [1, 3, 224, 224] } } }));
  const batches = range(IMAGES / BATCH).map((i) => visuals.slice(i * BATCH, (i + 1) * BATCH));
  const joined = batches.map((batch) => {
    const pixels = new Float32Array(BATCH * size);
    batch.forEach(({ feeds }, i) => pixels.set(feeds[part.input].values, i * size));
    return pixels;
  });
  const times = await inTurns([
    async () => {
      for (const pixels of joined) await bare.run({ [part.input]: new Tensor('float32', pixels, [BATCH, 3, 224, 224]) });
    },
    async () => {
      for (const batch of batches) await runner.run(batch, batch.map(() => ['cls', 'image'] as const));
    },
  ]);
  await runner.release();
  await bare.release();
  return times;
}

async function textTimes(folder: string): Promise<number[]> {
  const decoder = openGraph(folder, 'decoder.onnx');
  const found = findLayers(decoder.model.graph, { part: 'text', file: decoder.file, input: 'input_ids', output: 'logits', lastStateIsNormed: true });
  const layers = found.layers.filter(({ kind }) => kind !== 'attn').map((layer) => ({ ...layer, width: layer.width ?? 512 }));
  // Runs need no prompts here: ids are drawn, not written.
  const part = { embed: null, decoder, input: 'input_ids', output: 'logits', found } as unknown as TextPart;
  const runner = await TextRunner.open(part, layers);
  const bare = await InferenceSession.create(decoder.path, SESSION);
  const random = new Random(0, 'ids');
  const last = TOKENS - 1;
  const examples = range(PROMPTS).map((): TextExample => ({ ids: range(TOKENS).map(() => random.integer(VOCABULARY)), prompt: null as never, visuals: [], features: [], pools: [[last]], heads: [last] }));
  const batches = range(PROMPTS / PROMPT_BATCH).map((i) => examples.slice(i * PROMPT_BATCH, (i + 1) * PROMPT_BATCH));
  const integers = (values: readonly number[]): Tensor => new Tensor('int64', BigInt64Array.from(values, BigInt), [PROMPT_BATCH, TOKENS]);
  const all = range(PROMPT_BATCH * TOKENS);
  const times = await inTurns([
    async () => {
      for (const batch of batches) await bare.run({ input_ids: integers(batch.flatMap(({ ids }) => ids)), attention_mask: integers(all.map(() => 1)), position_ids: integers(all.map((i) => i % TOKENS)) });
    },
    async () => {
      for (const batch of batches) await runner.run(batch, [17, 4242]);
    },
  ]);
  await runner.release();
  await bare.release();
  return times;
}
