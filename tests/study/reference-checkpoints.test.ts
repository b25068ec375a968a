// @module-tag slow
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { resultOf, resultsOf } from '../../core/artifacts/results/types.ts';
import type { BehaviourResult, Estimate, GeometryResult } from '../../core/artifacts/results.ts';
import { diagnose, type Diagnosis } from '../../index.ts';

const checkpoint = (name: string): string => fileURLToPath(new URL(`../../checkpoints/${name}`, import.meta.url));

/** A seed that nothing was tuned on. */
const SEED = 2101;

let out: string;
let diagnosis: Diagnosis;
beforeAll(async () => {
  out = await mkdtemp(join(tmpdir(), 'plumbline-reference-'));
  diagnosis = await diagnose({
    checkpoints: [checkpoint('llava-tiny-shortcut'), checkpoint('llava-tiny-balanced')],
    out,
    seed: SEED,
  });
}, 600_000);
afterAll(() => rm(out, { recursive: true, force: true }));

const results = (index: number): Diagnosis['checkpoints'][number] => diagnosis.checkpoints[index];
const answers = (index: number): BehaviourResult => resultOf(results(index), 'behaviour')!;
const cited = (index: number): GeometryResult => resultOf(results(index), 'geometry')!;
const accuracy = (index: number, axis: string, condition: string): number =>
  answers(index).cells.find((cell) => cell.axis === axis && cell.cue === 'height' && cell.condition === condition)!
    .accuracy.value!;
const cueShare = (index: number): Estimate => cited(index).choice.reported!.cueShare;
const probe = (index: number, training: string, condition: string): number => {
  const layer = cited(index).choice.layer;
  const row = resultsOf(results(index), 'probes')
    .find(({ selection }) => selection === 'last')!
    .layers.find((entry) => entry.layer === layer && entry.axis === 'distance' && entry.training === training)!;
  return row.accuracy.find((entry) => entry.condition === condition)!.estimate.value!;
};

describe('the positive control: a checkpoint that saw only scenes in which farther is higher', () => {
  it('gets the verdict shortcut', () => {
    expect(diagnosis.summary.checkpoints[0].findings).toMatchObject([
      { id: 'vertical-distance', verdict: 'shortcut', direction: 'usual' },
    ]);
    expect(diagnosis.checkpoints[0].findings[0].sentence).toMatch(/^far is read off up: /);
  });

  it('answers distance by height and nothing else', () => {
    expect(accuracy(0, 'distance', 'consistent')).toBeGreaterThanOrEqual(0.97);
    expect(accuracy(0, 'distance', 'counter')).toBeLessThanOrEqual(0.2);
    for (const condition of ['consistent', 'counter'])
      expect(accuracy(0, 'horizontal', condition)).toBeGreaterThanOrEqual(0.95);
    expect(answers(0).weights[0].weight.value!).toBeGreaterThan(0.9);
  });

  it('has a distance axis made of height, which a probe trained on consistent scenes reads too', () => {
    expect(cueShare(0).value!).toBeGreaterThanOrEqual(0.8);
    expect(probe(0, 'consistent-only', 'counter')).toBeLessThan(0.2);
  });
});

describe('the negative control: the same, trained half on counter scenes', () => {
  it('gets the verdict clear', () => {
    expect(diagnosis.summary.checkpoints[1].findings).toMatchObject([{ id: 'vertical-distance', verdict: 'clear' }]);
  });

  it('answers distance in both conditions', () => {
    for (const condition of ['consistent', 'counter']) {
      expect(accuracy(1, 'distance', condition)).toBeGreaterThanOrEqual(0.93);
      expect(accuracy(1, 'horizontal', condition)).toBeGreaterThanOrEqual(0.95);
    }
  });

  it('has a distance axis made of depth, apart from the other checkpoint’s', () => {
    expect(cueShare(1).value!).toBeLessThanOrEqual(0.2);
    expect(cueShare(1).interval![1]).toBeLessThan(cueShare(0).interval![0]);
    for (const condition of ['consistent', 'counter'])
      expect(probe(1, 'balanced', condition)).toBeGreaterThanOrEqual(0.85);
  });
});
