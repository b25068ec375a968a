import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { runJobs } from '../../core/worker-pool.ts';
import { PlumblineError } from '../../core/errors.ts';
import { SLOW } from '../slow.ts';

const pool = (workers: number, signal?: AbortSignal) => ({
  base: import.meta.url,
  worker: './echo-worker',
  workers,
  signal,
  data: 10,
});
const collect = async (jobs: Iterable<number>, workers: number): Promise<number[]> => {
  const out: number[] = [];
  for await (const value of runJobs<number, number>(jobs, pool(workers))) out.push(value);
  return out;
};

describe('runJobs', () => {
  it('returns results in the order of the jobs, though some take longer', SLOW, async () => {
    const jobs = Array.from({ length: 25 }, (_, i) => i);
    expect(await collect(jobs, 3)).toEqual(jobs.map((i) => 10 * i));
    expect(await collect([], 2)).toEqual([]);
    expect(await collect([4], 2)).toEqual([40]);
  });

  it('takes only a few jobs ahead of the reader', async () => {
    let taken = 0;
    function* endless(): Generator<number> {
      for (;;) yield taken++;
    }
    let seen = 0;
    for await (const value of runJobs<number, number>(endless(), pool(2))) {
      expect(value).toBe(10 * seen);
      if (++seen === 12) break;
    }
    expect(taken).toBeLessThanOrEqual(12 + 9);
  });

  it('passes on a worker’s error with its code, where it happened in the order', async () => {
    const seen: number[] = [];
    const run = (async () => {
      for await (const value of runJobs<number, number>([1, 2, -1, 3], pool(2))) seen.push(value);
    })();
    await expect(run).rejects.toMatchObject({ code: 'negative', hint: 'be positive' });
    await expect(run).rejects.toBeInstanceOf(PlumblineError);
    expect(seen).toEqual([10, 20]);
  });

  it('ends when a thread dies', async () => {
    await expect(collect([1, 666, 2], 1)).rejects.toThrow(/ended with code 7/);
  });

  it('stops on abort with the reason given', async () => {
    const controller = new AbortController();
    const reason = new Error('enough');
    const run = (async () => {
      for await (const value of runJobs<number, number>([1, 2, 3, 4, 5, 6, 7, 8, 9], pool(1, controller.signal)))
        if (value === 20) controller.abort(reason);
    })();
    await expect(run).rejects.toBe(reason);
  });
});

describe('checkpoints/training/render.ts', () => {
  const render = (...args: string[]): Buffer =>
    execFileSync(
      process.execPath,
      ['--import', 'tsx', 'checkpoints/training/render.ts', '--seed', '5', '--size', '32', ...args],
      { maxBuffer: 1 << 26 },
    );

  it('streams length, JSON and pixels of each scene in order, the same for any number of workers', SLOW, () => {
    const bytes = render('--scenes', '5', '--workers', '2');
    let at = 0;
    for (let scene = 0; scene < 5; scene++) {
      const length = bytes.readUInt32LE(at);
      const meta = JSON.parse(bytes.toString('utf8', at + 4, at + 4 + length)) as Record<string, unknown>;
      expect(meta).toMatchObject({ scene, width: 32, height: 32 });
      at += 4 + length + 32 * 32 * 3;
    }
    expect(at).toBe(bytes.length);
    expect(render('--scenes', '5', '--workers', '1').equals(bytes)).toBe(true);
  });
});
