import { describe, expect, test } from 'vitest';
import { sampleNote } from '../../reports/forms/sample-note.ts';
import { estimate } from './synthetic.ts';

describe('what a caption says about its numbers', () => {
  test('n, scenes and the kind of interval', () => {
    const cells = [
      estimate(0.9, 0.1, { n: 400, groups: 200, intervalKind: 'Wilson on n_eff' }),
      estimate(0.4, 0.1, { n: 100, groups: 50, intervalKind: 'Wilson on n_eff' }),
    ];
    expect(sampleNote(cells, 'items')).toBe(
      'n = 100\u2013400 items from 50\u2013200 scenes a point; 95 % intervals: Wilson on n_eff',
    );
  });

  test('no interval is said, and so is that nothing could be computed', () => {
    expect(sampleNote([estimate(0.9, 0.1, { interval: null, intervalKind: null })], 'items')).toContain('no interval');
    expect(sampleNote([estimate(null)], 'items')).toBe('nothing could be computed');
  });
});
