/**
 * Observers whose answers are made up: of one that reads apparent size the finding must say so, of one that reads depth
 * or height it must not. And the real ones: the balanced reference checkpoint, which reads size.
 */
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { behaviour } from '../../analysis/behaviour.ts';
import { generatePerspectiveSet } from '../../contrast-sets/index.ts';
import { itemsOf, type ContrastSet, type PairedItem } from '../../core/artifacts/contrast-set.ts';
import type { Finding } from '../../core/artifacts/results/finding.ts';
import { sizeDistance } from '../../findings/size-distance.ts';
import { verticalDistance } from '../../findings/vertical-distance.ts';
import { presetStudy } from '../../study/presets.ts';
import { runStudy } from '../../study/run-study.ts';
import { temporaryFolder } from '../extractors/support.ts';
import { SLOW } from '../slow.ts';

let folder: string;
let set: ContrastSet;
beforeAll(async () => {
  folder = await temporaryFolder();
  set = await generatePerspectiveSet({
    directory: join(folder, 'crossed'),
    seed: 8,
    size: 64,
    scenes: { consistent: 120, counter: 120, ambiguous: 0 },
    options: { apparentSize: 'crossed' },
  });
}, 240_000);

/** Answers distance by a cue that may point to the wrong object, everything else rightly. */
function observer(agrees: (item: PairedItem) => boolean): object {
  const answers = itemsOf(set).map((item) => {
    const right = item.axis !== 'distance' || agrees(item);
    const said = right ? item.answer : item.options.find((option) => option !== item.answer)!;
    return { item: item.item, scores: Object.fromEntries(item.options.map((o) => [o, o === said ? 1 : -1])) };
  });
  return behaviour({ set, answers, seed: 0 });
}
const judge = (agrees: (item: PairedItem) => boolean): Finding[] => {
  const results = [observer(agrees)];
  return [verticalDistance, sizeDistance].map((finding) => finding.judge({ results }));
};

describe('far read off small', () => {
  it('is a shortcut of the observer that reads apparent size, usual or reversed, and of no other', () => {
    const verdicts = (agrees: (item: PairedItem) => boolean): string[] => judge(agrees).map(({ verdict }) => verdict);
    expect(verdicts(({ conditions }) => conditions.size === 'consistent')).toEqual(['inconclusive', 'shortcut']);
    expect(verdicts(({ conditions }) => conditions.height === 'consistent')).toEqual(['shortcut', 'inconclusive']);
    expect(verdicts(() => true)).toEqual(['clear', 'clear']);
    const [, reversed] = judge(({ conditions }) => conditions.size === 'counter');
    expect(reversed).toMatchObject({ verdict: 'shortcut', direction: 'reversed', question: 'Is far small?' });
    expect(reversed.sentence).toMatch(
      /^far is read off large: 0 % right on consistent, 100 % on counter scenes, gap −1\.00/,
    );
  });

  it('is not asked of a set whose sizes go with depth', () => {
    const natural = { ...set, pairs: set.pairs.filter(({ conditions }) => conditions.size === 'consistent') };
    const answers = itemsOf(natural).map(({ item, options, answer }) => ({
      item,
      scores: Object.fromEntries(options.map((option) => [option, option === answer ? 1 : -1])),
    }));
    const results = [behaviour({ set: natural, answers, seed: 0 })];
    expect(sizeDistance.appliesTo(results)).toBe(false);
    expect(verticalDistance.appliesTo(results)).toBe(true);
  });

  it(
    'is what the balanced reference checkpoint does, clear of height as it is',
    { ...SLOW, timeout: 300_000 },
    async () => {
      const study = presetStudy({
        checkpoints: ['checkpoints/llava-tiny-balanced'],
        out: join(folder, 'run'),
        seed: 31,
        sets: [
          {
            name: 'crossed',
            generator: 'perspective',
            parameters: {
              scenes: { consistent: 120, counter: 120, ambiguous: 0 },
              options: { apparentSize: 'crossed' },
            },
          },
        ],
        analyses: [{ name: 'diagnose' }],
        layers: ['text.3'],
        report: false,
      });
      const { diagnosed } = await runStudy(study);
      const [height, size] = diagnosed[0].results.findings;
      expect([height.id, size.id]).toEqual(['vertical-distance', 'size-distance']);
      expect(size, size.reason).toMatchObject({ verdict: 'shortcut', direction: 'usual' });
      expect(height.verdict).not.toBe('shortcut');
      const accuracy = (measure: string): number => size.evidence.find((entry) => entry.measure === measure)!.value!;
      expect(accuracy('accuracy-consistent')).toBeGreaterThan(0.9);
      expect(accuracy('accuracy-counter')).toBeLessThan(0.5);
    },
  );
});
