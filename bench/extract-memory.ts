/**
 * Peak memory of an extraction by the number of pictures: it must not grow. Bar: 5,000 pictures × 12 layers in ≤ 1.5
 * GB, flat in the number of pictures. Each number runs in a process of its own, on a small ViT: what grows with
 * pictures is the same for a large one. Set PLUMBLINE_PYTHON to an interpreter with torch, transformers, onnx and
 * onnxscript: it makes the model. PLUMBLINE_BENCH_IMAGES: other numbers of pictures, e.g. 5000 for the bar itself, with
 * PLUMBLINE_BENCH_VIT=FOLDER for another checkpoint.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { writeContrastSet } from '../contrast-sets/io.ts';
import type { Item, Pair } from '../core/artifacts/contrast-set.ts';
import { hashPixels } from '../core/formats/pixel-hash.ts';
import { Random } from '../core/random.ts';
import { extract, openCheckpoint } from '../extractors/index.ts';
import { peer } from './peer.ts';
import type { BenchTable } from './table.ts';

const PICTURE = 224;
const LAYERS = 12;

interface Job {
  readonly checkpoint: string;
  readonly images: number;
  readonly folder: string;
}

/** One extraction, alone in a process: `tsx bench/extract-memory.ts JOB`. */
async function worker({ checkpoint: path, images, folder }: Job): Promise<void> {
  const random = new Random(images, 'pictures');
  mkdirSync(join(folder, 'images'), { recursive: true });
  const imageHashes: Record<string, string> = {};
  const pairs: Pair[] = [];
  // Few different pictures under many names: what counts is that each is read, decoded and kept apart.
  const pictures = await Promise.all(
    Array.from({ length: 8 }, async () => {
      const rgb = Uint8Array.from({ length: 3 * PICTURE * PICTURE }, () => random.integer(256));
      return {
        rgb,
        png: await sharp(rgb, { raw: { width: PICTURE, height: PICTURE, channels: 3 } })
          .png({ compressionLevel: 1 })
          .toBuffer(),
      };
    }),
  );
  for (let i = 0; i < images; i++) {
    const image = `images/${i}.png`;
    const { rgb, png } = pictures[i % pictures.length];
    writeFileSync(join(folder, image), png);
    imageHashes[image] = hashPixels(PICTURE, PICTURE, rgb);
    const item = (order: string, answer: string): Item => ({
      item: `${i}-${order}`,
      images: [image],
      question: 'Is the first left or right of the second?',
      options: ['left', 'right'],
      answer,
      objects: [
        { name: 'first', box: [20, 20, 60, 60], depth: 2 },
        { name: 'second', box: [120, 100, 60, 60], depth: 3 },
      ],
    });
    pairs.push({
      id: String(i),
      group: String(i),
      axis: 'horizontal',
      kind: 'question-swap',
      conditions: { height: 'consistent' },
      first: item('ab', 'left'),
      second: item('ba', 'right'),
      nuisance: {},
    });
  }
  const set = await writeContrastSet(
    folder,
    {
      name: 'memory',
      generator: 'bench',
      generatorVersion: 1,
      parameters: {},
      seed: 0,
      nuisanceFactors: {},
      allowedDepthCues: [],
      imageHashes,
    },
    pairs,
  );
  const checkpoint = await openCheckpoint(path);
  const layers = checkpoint.layers.filter(({ kind }) => kind === 'block').map(({ name }) => name);
  const before = process.resourceUsage().maxRSS;
  const started = Date.now();
  await extract({ checkpoint, set, directory: join(folder, 'states'), layers });
  process.stdout.write(
    JSON.stringify({ before, peak: process.resourceUsage().maxRSS, seconds: (Date.now() - started) / 1000 }),
  );
}

function inProcess(job: Job): Promise<{ before: number; peak: number; seconds: number }> {
  return new Promise((resolve, reject) => {
    const child = spawn(
      process.execPath,
      ['--import', import.meta.resolve('tsx'), import.meta.filename, JSON.stringify(job)],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    let out = '';
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
    child.on('error', reject);
    child.on('close', (code) =>
      code === 0
        ? resolve(JSON.parse(out) as { before: number; peak: number; seconds: number })
        : reject(new Error(`ended with ${code}`)),
    );
  });
}

/** A ViT of 12 × 192 on 7 × 7 patches, as a checkpoint folder. */
async function smallVit(directory: string): Promise<string> {
  await peer('extract_models.py', { directory, vit: { width: 192, patch: 32 }, decoder: false });
  return join(directory, 'vit');
}

export async function run(): Promise<BenchTable[]> {
  const counts = (process.env.PLUMBLINE_BENCH_IMAGES ?? '500,1000,2000').split(',').map(Number);
  const root = mkdtempSync(join(tmpdir(), 'plumbline-memory-'));
  try {
    const checkpoint = process.env.PLUMBLINE_BENCH_VIT ?? (await smallVit(root));
    const rows: (string | number)[][] = [];
    for (const images of counts) {
      const folder = join(root, String(images));
      const { before, peak, seconds } = await inProcess({ checkpoint, images, folder });
      rmSync(folder, { recursive: true, force: true });
      rows.push([images, LAYERS, Math.round(before / 1024), Math.round(peak / 1024), seconds]);
    }
    return [
      {
        title: 'Peak memory of an extraction',
        columns: ['pictures', 'layers', 'MiB before it', 'MiB at its peak', 'seconds'],
        rows,
        note: `${PICTURE} × ${PICTURE} PNG, two items a picture, four selections a layer; a process each. The set itself is in memory: about 2 kB a picture.`,
      },
    ];
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

if (process.argv[1] === import.meta.filename) await worker(JSON.parse(process.argv[2]) as Job);
