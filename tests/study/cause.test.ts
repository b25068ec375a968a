// @module-tag slow
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { generatePerspectiveSet } from '../../contrast-sets/index.ts';
import type { ContrastSet } from '../../core/artifacts/contrast-set.ts';
import type { CauseResult } from '../../core/artifacts/results/cause.ts';
import { causeStudy } from '../../study/cause.ts';
import { RunFolder } from '../../study/run-folder.ts';

// Some thirty extractions a checkpoint.
vi.setConfig({ testTimeout: 240_000 });

let folder: string;
let run: RunFolder;
let set: ContrastSet;
const SET = 'set';

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'plumbline-cause-'));
  run = new RunFolder(folder);
  set = await generatePerspectiveSet({
    directory: run.set(SET),
    seed: 77,
    scenes: { consistent: 24, counter: 24, ambiguous: 0 },
  });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const study = (name: string) =>
  causeStudy({
    run,
    setFolder: SET,
    set,
    checkpoint: `checkpoints/llava-tiny-${name}`,
    alphas: [0.5, 2],
    layers: ['text.1', 'text.3'],
    seed: 4,
  });
const flipped = ({ steering }: CauseResult, direction: string, alpha: number) =>
  steering.find((row) => row.half === 'reported' && row.direction === direction && row.alpha === alpha)!.flipped;

describe('the causal study of the reference checkpoints', () => {
  it('turns answers along the distance direction and not along a random one (issue 5: ≥ 70 % and ≤ 15 % at α ≤ 2)', async () => {
    for (const name of ['shortcut', 'balanced']) {
      const result = await study(name);
      expect(result.choice.layer, name).toBe('text.3');
      expect(flipped(result, 'answer', 2).interval![0], name).toBeGreaterThan(0.7);
      expect(flipped(result, 'random', 2).interval![1], name).toBeLessThan(0.15);
      // The state of the last token of the last block is all that the head sees.
      const last = result.patching.find(({ layer, tokens }) => layer === 'text.3' && tokens === 'last')!;
      expect(last.restored.value, name).toBeCloseTo(1, 3);
      expect(
        result.patching.find(({ layer, tokens }) => layer === 'text.3' && tokens === 'words:1')!.restored.value,
        name,
      ).toBeCloseTo(0, 3);
    }
  });

  it('erases distance from the balanced checkpoint’s answers, while erasing the vertical axis leaves them alone', async () => {
    const { erasure } = await study('balanced');
    const cell = (erased: string) =>
      erasure
        .find((entry) => entry.layer === 'text.3' && entry.erased === erased)!
        .cells.find(({ axis, condition }) => axis === 'distance' && condition === 'counter')!;
    expect(cell('axis').before.value).toBeGreaterThan(0.9);
    expect(cell('axis').after.interval![0]).toBeLessThan(0.5);
    expect(cell('vertical').after.value).toBeGreaterThan(0.85);
    expect(cell('random').after.value).toBeGreaterThan(0.85);
  });

  it('is read, not run again, the second time', async () => {
    const first = await study('balanced');
    const file = run.result('llava-tiny-balanced', SET, 'cause-distance');
    const { mtimeMs } = statSync(file);
    expect(await study('balanced')).toEqual(first);
    expect(statSync(file).mtimeMs).toBe(mtimeMs);
  });
});
