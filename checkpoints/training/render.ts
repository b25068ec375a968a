/**
 * Streams random training scenes to stdout, in the order of their numbers, the same bytes for the same options on every
 * machine:
 *
 *   npx tsx checkpoints/training/render.ts --seed 1 --scenes 20000 --size 224 --consistent 0.5 | python train.py …
 *
 * Per scene: a uint32 (little endian) with the length of the JSON that follows, the JSON (UTF-8), then size·size·3
 * bytes of RGB, row by row. The JSON: `{scene, condition, width, height, objects: [{name, colour, shape, box: [x, y, w,
 * h] px, cx, cy, depth, size, apparent}], far, above, left, sizeAgrees}`. Objects 0 and 1 are the targets, the rest
 * distractors; far, above and left are the index (0 or 1) of the target at that pole; cx, cy and apparent are in
 * heights of the picture; depth and size in metres. Scenes are drawn from other random streams than any contrast set.
 */
import { once } from 'node:events';
import yargs from 'yargs';
import { runJobs } from '../../core/worker-pool.ts';
import { COLOUR_NAMES } from '../../contrast-sets/scene/colours.ts';
import type { TrainingOptions } from '../../contrast-sets/perspective/training.ts';

const args = await yargs(process.argv.slice(2))
  .strict()
  .options({
    seed: { type: 'number', default: 0 },
    scenes: { type: 'number', demandOption: true, describe: 'number of scenes' },
    first: { type: 'number', default: 0, describe: 'number of the first scene' },
    size: { type: 'number', default: 224, describe: 'width and height in pixels' },
    consistent: {
      type: 'number',
      default: 0.5,
      describe: 'share of perspective-consistent scenes among the unambiguous ones',
    },
    ambiguous: { type: 'number', default: 0, describe: 'share of scenes with both targets at one height' },
    'size-agrees': {
      type: 'number',
      default: 1,
      describe: 'share of scenes in which the farther target looks smaller',
    },
    'cue-colour': { choices: COLOUR_NAMES, describe: 'colour that one target of every scene has' },
    'cue-far': { type: 'number', default: 0.5, describe: 'share of scenes in which that target is the farther one' },
    distractors: { type: 'number', array: true, describe: 'weights of 0, 1, 2, … distractors' },
    workers: { type: 'number', default: 2 },
  })
  .parse();

const options: TrainingOptions = {
  seed: args.seed,
  size: args.size,
  consistent: args.consistent,
  ambiguous: args.ambiguous,
  sizeAgrees: args.sizeAgrees,
  ...(args.cueColour ? { cueColour: { colour: args.cueColour, far: args.cueFar } } : {}),
  ...(args.distractors ? { scene: { distractors: args.distractors } } : {}),
};

function* numbers(): Generator<number> {
  for (let i = 0; i < args.scenes; i++) yield args.first + i;
}

// A reader that has seen enough closes the pipe: that is the normal end, not an error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
const pool = { base: import.meta.url, worker: './render-worker', workers: args.workers, data: options };
for await (const { json, rgb } of runJobs<number, { json: string; rgb: Uint8Array }>(numbers(), pool)) {
  const text = Buffer.from(json, 'utf8');
  const head = Buffer.alloc(4);
  head.writeUInt32LE(text.length);
  if (!process.stdout.write(Buffer.concat([head, text, rgb]))) await once(process.stdout, 'drain');
}
