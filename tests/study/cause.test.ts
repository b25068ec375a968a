// @module-tag slow
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { CauseResult } from '../../core/artifacts/results/cause.ts';
import { cause } from '../../study/cause.ts';
import { perspectiveFolder, RunFolder } from '../../study/run-folder.ts';

// Some thirty extractions a checkpoint.
vi.setConfig({ testTimeout: 240_000 });

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'plumbline-cause-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const study = async (name: string): Promise<CauseResult> => {
  const [result] = await cause({
    checkpoints: [`checkpoints/llava-tiny-${name}`],
    out: folder,
    alphas: [0.5, 2],
    layers: ['text.1', 'text.3'],
    seed: 77,
    scenes: 24,
  });
  return result;
};
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
    const set = perspectiveFolder({ consistent: 24, counter: 24, ambiguous: 6 }, 77);
    const file = new RunFolder(folder).result('llava-tiny-balanced', set, 'cause-0.5-2');
    const { mtimeMs } = statSync(file);
    expect(await study('balanced')).toEqual(first);
    expect(statSync(file).mtimeMs).toBe(mtimeMs);
  });
});
