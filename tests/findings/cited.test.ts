import { describe, expect, test } from 'vitest';
import { citedGeometry, citedProbes, citedResults } from '../../findings/cited.ts';
import { behaviour, contrastSet, geometry, pca, probes } from '../reports/synthetic.ts';
import { temporaryFolder } from '../reports/temporary.ts';

const swaps = geometry('shortcut');
const pictures = { ...swaps, kind: 'image-intervention' as const };
const patches = geometry('shortcut', 'patches:asked');

describe('what a finding cites', () => {
  test('question swaps at the last prompt token, wherever they stand', () => {
    expect(citedGeometry([patches, pictures, swaps])).toBe(swaps);
    expect(citedProbes([probes('shortcut', 'patches'), probes('shortcut')])!.selection).toBe('last');
  });

  test('else the first there is, else nothing', () => {
    expect(citedGeometry([behaviour('shortcut'), patches, pictures])).toBe(patches);
    expect(citedProbes([probes('shortcut', 'words'), probes('shortcut', 'patches')])!.selection).toBe('words');
    expect(citedGeometry([behaviour('shortcut')])).toBeUndefined();
    expect(citedProbes([])).toBeUndefined();
  });

  test('with the behaviour and the plane of the same reading, and nothing else', () => {
    const plane = pca('shortcut', contrastSet(temporaryFolder(), 6));
    const answered = behaviour('shortcut');
    const [last, words] = [probes('shortcut'), probes('shortcut', 'words')];
    const all = [words, { ...plane, kind: 'image-intervention' as const }, plane, pictures, swaps, last, answered];
    expect(new Set(citedResults(all))).toEqual(new Set([answered, swaps, last, plane]));
    expect(citedResults(all)).toHaveLength(4);
  });
});
