/**
 * Worker threads that answer jobs in order, with a bounded number of jobs under way, so that memory stays flat however
 * many there are.
 */
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { parentPort, Worker, type TransferListItem } from 'node:worker_threads';
import { PlumblineError } from './errors.ts';

interface Answer<R> {
  readonly index: number;
  readonly result?: R;
  readonly error?: { message: string; code: string; where?: string; hint?: string };
}

export interface PoolOptions {
  /** `import.meta.url` of the module that asks, and the worker's path relative to it without extension. */
  readonly base: string;
  readonly worker: string;
  /** Number of threads. */
  readonly workers: number;
  /** `workerData` of every thread. */
  readonly data?: unknown;
  /** Stops the pool; the generator then throws the signal's reason. */
  readonly signal?: AbortSignal;
}

function startWorker({ base, worker, data: workerData }: PoolOptions): Worker {
  if (!base.endsWith('.ts')) return new Worker(new URL(`${worker}.js`, base), { workerData });
  // Run from sources: a worker thread doesn't inherit the loader that reads TypeScript, so it registers its own first.
  const loader = pathToFileURL(
    createRequire(base)
      .resolve('tsx/esm/api')
      .replace(/\.cjs$/, '.mjs'),
  ).href;
  const entry = new URL(`${worker}.ts`, base).href;
  return new Worker(
    `import(${JSON.stringify(loader)}).then(({ register }) => (register(), import(${JSON.stringify(entry)})));`,
    { eval: true, workerData },
  );
}

/** Yields the worker's result of every job, in the order of the jobs. Threads end with the generator. */
export async function* runJobs<J, R>(jobs: Iterable<J>, options: PoolOptions): AsyncGenerator<R> {
  const { signal } = options;
  const workers = Array.from({ length: options.workers }, () => startWorker(options));
  const source = jobs[Symbol.iterator]();
  const waiting = new Map<number, { resolve: (result: R) => void; reject: (error: unknown) => void }>();
  const results: Promise<R>[] = [];
  let sent = 0;
  const fail = (error: unknown): void => {
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  };
  const send = (worker: Worker): void => {
    const next = source.next();
    if (next.done) return;
    const index = sent++;
    const promise = new Promise<R>((resolve, reject) => waiting.set(index, { resolve, reject }));
    // A failure is thrown where the result is awaited; until then it must not count as unhandled.
    promise.catch(() => undefined);
    results.push(promise);
    worker.postMessage({ index, job: next.value });
  };
  const abort = (): void => fail(signal?.reason);
  signal?.addEventListener('abort', abort, { once: true });
  /** Workers to which a further job goes when the oldest result has been taken. */
  const idle: Worker[] = [];
  for (const worker of workers) {
    worker.on('message', ({ index, result, error }: Answer<R>) => {
      const entry = waiting.get(index);
      waiting.delete(index);
      if (error) entry?.reject(new PlumblineError(error.code, error.message, error));
      else entry?.resolve(result as R);
      idle.push(worker);
      topUp();
    });
    worker.on('error', fail);
    worker.on('exit', (code) => fail(new Error(`worker thread ended with code ${code}`)));
  }
  let taken = 0;
  const limit = 4 * options.workers;
  const topUp = (): void => {
    while (idle.length > 0 && sent - taken < limit) send(idle.shift()!);
  };
  try {
    // Two jobs a thread: one at work and one on the table.
    for (let round = 0; round < 2; round++) workers.forEach(send);
    for (; taken < sent;) {
      signal?.throwIfAborted();
      const result = await results.shift()!;
      taken++;
      topUp();
      yield result;
    }
  } finally {
    signal?.removeEventListener('abort', abort);
    await Promise.all(workers.map((worker) => (worker.removeAllListeners('exit'), worker.terminate())));
  }
}

/** In a worker module: answers jobs with `handle`, moving the buffers it lists rather than copying them. */
export function serveJobs<J, R>(handle: (job: J) => Promise<{ result: R; transfer?: TransferListItem[] }>): void {
  const port = parentPort;
  if (!port) throw new Error('serveJobs must be called in a worker thread');
  port.on('message', ({ index, job }: { index: number; job: J }) => {
    handle(job).then(
      ({ result, transfer }) => port.postMessage({ index, result }, transfer),
      (error: unknown) => {
        const known = error instanceof PlumblineError ? error : undefined;
        const message = error instanceof Error ? error.message : String(error);
        port.postMessage({
          index,
          error: { message, code: known?.code ?? errorCode(error), where: known?.where, hint: known?.hint },
        });
      },
    );
  });
}

function errorCode(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'worker-failed';
}
