/**
 * Bars: 60 pairs a second of 224² perspective scenes on two cores, pixels and ground truth written; 10 pictures a
 * second of tunnels and views on one core; memory flat in the number of scenes. Processor time stands beside the
 * clock's, since other work on the machine slows only the clock.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GENERATORS, type GeneratorName } from '../contrast-sets/index.ts';
import type { BenchTable } from './table.ts';

interface Job {
  readonly generator: GeneratorName;
  readonly parameters: Record<string, unknown>;
  readonly workers: number;
}

const perspective = (scenes: number): Record<string, unknown> => ({
  scenes: { consistent: scenes / 2, counter: scenes / 2, ambiguous: 0 },
});

/** Each twice: some scenes, and four times as many. */
const JOBS: readonly (readonly [Job, Job])[] = [
  [
    { generator: 'perspective', parameters: perspective(48), workers: 2 },
    { generator: 'perspective', parameters: perspective(192), workers: 2 },
  ],
  [
    { generator: 'tunnel', parameters: { pictures: 64 }, workers: 1 },
    { generator: 'tunnel', parameters: { pictures: 256 }, workers: 1 },
  ],
  [
    { generator: 'views', parameters: { scenes: 24 }, workers: 1 },
    { generator: 'views', parameters: { scenes: 96 }, workers: 1 },
  ],
];
const MEGABYTE = 2 ** 20;

async function measure({ generator, parameters, workers }: Job, directory: string): Promise<(string | number)[]> {
  let peak = 0;
  const watch = setInterval(() => (peak = Math.max(peak, process.memoryUsage().rss)), 50);
  const start = process.hrtime.bigint();
  const before = process.cpuUsage();
  const { header } = await GENERATORS[generator].generate({ directory, seed: 1, workers, parameters });
  const { user, system } = process.cpuUsage(before);
  const wall = Number(process.hrtime.bigint() - start) / 1e9;
  clearInterval(watch);
  rmSync(directory, { recursive: true });
  const { scenes, pairs, images } = header.counts;
  const busy = (user + system) / 1e6;
  return [generator, workers, scenes, pairs, images, wall, pairs / wall, images / wall, images / busy, peak / MEGABYTE];
}

export async function run(): Promise<BenchTable[]> {
  const folder = mkdtempSync(join(tmpdir(), 'plumbline-bench-'));
  const rows: (string | number)[][] = [];
  try {
    for (const [few, many] of JOBS) {
      // Once to warm up: threads' code compiled, files in the cache.
      await measure(few, join(folder, 'set'));
      rows.push(await measure(few, join(folder, 'set')), await measure(many, join(folder, 'set')));
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return [
    {
      title: 'Contrast sets, 224 × 224, with masks and ground truth written',
      columns: [
        'generator',
        'threads',
        'scenes',
        'pairs',
        'pictures',
        's',
        'pairs/s',
        'pictures/s',
        'pictures/CPU s',
        'peak MB',
      ],
      rows,
      note: 'Bars: perspective ≥ 60 pairs/s on 2 threads; tunnel and views ≥ 10 pictures/s on 1; peak memory doesn’t grow with scenes. Start of the threads included.',
    },
  ];
}
