/**
 * Streams the training pictures of the organisms to stdout, in the order of their numbers, the same bytes for the same
 * options on every machine:
 *
 *   npx tsx checkpoints/training/render-organism.ts --set frames --seed 1 --scenes 3000 --size 128
 *
 * Each picture or clip is a uint32 (little endian) with the length of the JSON that follows, the JSON (UTF-8), then
 * frames·size·size·3 bytes of RGB, picture by picture, row by row. The JSON: `{scene, frames, width, height, seen:
 * [[{colour, shape, box: [x, y, w, h] px, pixels}]] per picture, questions: [{name, question, options, answer, …}]}`
 * and, of a clip's question, `needs` and its answer `reversed`; of a view, `visible`. Drawn from other random streams
 * than any contrast set.
 */
import { once } from 'node:events';
import yargs from 'yargs';
import { runJobs } from '../../core/worker-pool.ts';

export interface RenderOptions {
  readonly set: 'frames' | 'occlusion';
  readonly seed: number;
  readonly size: number;
  readonly frames: number;
}

export interface Rendered {
  readonly json: string;
  readonly rgb: Uint8Array;
}

const args = await yargs(process.argv.slice(2))
  .strict()
  .options({
    set: {
      choices: ['frames', 'occlusion'] as const,
      demandOption: true,
      describe: 'clips, or series of a target that is covered step by step',
    },
    seed: { type: 'number', default: 0 },
    scenes: { type: 'number', demandOption: true, describe: 'number of scenes: one clip each, or four pictures' },
    first: { type: 'number', default: 0, describe: 'number of the first scene' },
    size: { type: 'number', default: 128, describe: 'width and height in pixels' },
    frames: { type: 'number', default: 8, describe: 'pictures of a clip' },
    workers: { type: 'number', default: 1 },
  })
  .parse();

function* numbers(): Generator<number> {
  for (let i = 0; i < args.scenes; i++) yield args.first + i;
}

// A reader that has seen enough closes the pipe: that is the normal end, not an error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
const data: RenderOptions = { set: args.set, seed: args.seed, size: args.size, frames: args.frames };
for await (const scene of runJobs<number, Rendered[]>(numbers(), {
  base: import.meta.url,
  worker: './render-organism-worker',
  workers: args.workers,
  data,
})) {
  for (const { json, rgb } of scene) {
    const text = Buffer.from(json, 'utf8');
    const head = Buffer.alloc(4);
    head.writeUInt32LE(text.length);
    if (!process.stdout.write(Buffer.concat([head, text, rgb]))) await once(process.stdout, 'drain');
  }
}
