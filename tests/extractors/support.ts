/** Shared by the extraction tests: the checkpoint, the parity fixture, and small contrast sets. */
import fs, { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import type { ContrastSet, Item, Pair } from '../../core/artifacts/contrast-set.ts';
import { hashValue } from '../../core/formats/hash.ts';

/**
 * Set PLUMBLINE_PARITY (fixture folder) and PLUMBLINE_CHECKPOINT to run these tests on another checkpoint with a
 * fixture of its own.
 */
export const PARITY = process.env.PLUMBLINE_PARITY ?? 'tests/fixtures/parity';
export const CHECKPOINT = process.env.PLUMBLINE_CHECKPOINT ?? 'checkpoints/llava-tiny-balanced';

export interface ParityItem {
  id: string;
  pair: string;
  axis: 'horizontal' | 'vertical' | 'distance';
  condition: 'consistent' | 'counter';
  image: string;
  question: string;
  prompt: string;
  options: string[];
  answer: string;
  ids: number[];
  positions: { last: number; subject: number; reference: number };
  objects: { name: string; box: [number, number, number, number] }[];
}

export function parityItems(): ParityItem[] {
  return (JSON.parse(readFileSync(join(PARITY, 'items.json'), 'utf8')) as { items: ParityItem[] }).items;
}

/** Objects in the order in which the question names them, with the position of the last token of each name. */
export function inOrder(
  item: ParityItem,
): { name: string; box: [number, number, number, number]; position: number; role: 'subject' | 'reference' }[] {
  const [subject, reference] = item.objects;
  return [
    { ...subject, position: item.positions.subject, role: 'subject' as const },
    { ...reference, position: item.positions.reference, role: 'reference' as const },
  ].sort((a, b) => a.position - b.position);
}

/** The parity items as a contrast set of question swaps. */
export function paritySet(items = parityItems()): ContrastSet {
  const toItem = (item: ParityItem): Item => ({
    item: item.id,
    images: [item.image],
    question: item.question,
    options: item.options,
    answer: item.answer,
    objects: inOrder(item).map(({ name, box }) => ({ name, box, depth: 1 })),
  });
  const pairs: Pair[] = [];
  for (let i = 0; i + 1 < items.length; i += 2)
    pairs.push({
      id: items[i].pair,
      group: items[i].image,
      axis: items[i].axis,
      kind: 'question-swap',
      conditions: { height: items[i].condition },
      first: toItem(items[i]),
      second: toItem(items[i + 1]),
      nuisance: {},
    });
  return setOf(PARITY, pairs);
}

export function setOf(directory: string, pairs: readonly Pair[]): ContrastSet {
  const items = new Set(pairs.flatMap(({ first, second }) => [first.item, second.item]));
  return {
    directory,
    pairs,
    header: {
      format: 'plumbline-contrast-set',
      version: 2,
      name: 'test',
      generator: 'test',
      generatorVersion: 1,
      parameters: {},
      seed: 0,
      counts: { scenes: 1, pairs: pairs.length, items: items.size, images: 1, conditions: {} },
      nuisanceFactors: { horizontal: [], vertical: [], distance: [] },
      allowedDepthCues: [],
      imageHashes: {},
      hash: hashValue(pairs),
    },
  };
}

/** A folder that is removed after the tests of the file. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'plumbline-test-'));
  afterAll(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** methods §7: max over rows of ‖a − b‖₂ / ‖b‖₂. */
export function rowError(got: readonly ArrayLike<number>[], wanted: readonly ArrayLike<number>[]): number {
  if (got.length !== wanted.length || got.length === 0) return Infinity;
  return Math.max(
    ...got.map((row, i) => {
      const other = wanted[i];
      if (row.length !== other.length) return Infinity;
      let difference = 0;
      let norm = 0;
      for (let j = 0; j < row.length; j++) {
        difference += (row[j] - other[j]) ** 2;
        norm += other[j] ** 2;
      }
      // The embedding of a padding token is zero in both.
      return difference === 0 ? 0 : Math.sqrt(difference / norm);
    }),
  );
}

/** Mean of some rows of a [n, width] array, in float64. */
export function meanRow(data: Float32Array, width: number, rows: readonly number[]): Float64Array {
  const mean = new Float64Array(width);
  for (const row of rows) for (let j = 0; j < width; j++) mean[j] += data[row * width + j] / rows.length;
  return mean;
}

/** What `action` gives, and how many bytes it read from files meanwhile (through `readSync`, as graphs are read). */
export async function bytesRead<T>(action: () => T | Promise<T>): Promise<{ result: T; bytes: number }> {
  const original = fs.readSync;
  let bytes = 0;
  fs.readSync = ((...args: Parameters<typeof fs.readSync>): number => {
    const count = original(...args);
    bytes += count;
    return count;
  }) as typeof fs.readSync;
  syncBuiltinESMExports();
  try {
    const result = await action();
    return { result, bytes };
  } finally {
    fs.readSync = original;
    syncBuiltinESMExports();
  }
}
