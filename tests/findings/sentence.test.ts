import { describe, expect, test } from 'vitest';
import { VERDICTS } from '../../core/artifacts/results/finding.ts';
import { citedGeometry } from '../../findings/cited.ts';
import { verdictSentence, type SentenceInputs } from '../../findings/two-conditions/sentence.ts';
import { behaviour, estimate, finding, geometry, probes } from '../reports/synthetic.ts';

const WORDS = { axis: 'distance', cue: 'height', words: { answer: 'far', readOff: ['up', 'down'] } } as const;
const sentenceOf = (inputs: Omit<SentenceInputs, keyof typeof WORDS>): string =>
  verdictSentence({ ...WORDS, ...inputs });

const reversed = (): ReturnType<typeof behaviour> => {
  const result = behaviour('shortcut');
  const swap = { consistent: 'counter', counter: 'consistent', ambiguous: 'ambiguous' } as const;
  return {
    ...result,
    cells: result.cells.map((cell) => ({ ...cell, condition: swap[cell.condition] })),
    gaps: result.gaps.map((gap) =>
      gap.axis === 'distance' ? { ...gap, gap: estimate(-0.89, 0.035, {}, [-1, 1]) } : gap,
    ),
  };
};

describe('the verdict in a sentence', () => {
  test('a shortcut: direction, accuracies, gap and height share with intervals and the layer', () => {
    const sentence = sentenceOf({
      finding: finding('shortcut'),
      behaviour: behaviour('shortcut'),
      geometry: geometry('shortcut'),
    });
    expect(sentence).toMatch(
      /^far is read off up: 98 % right on consistent, 9 % on counter scenes, gap \.89 \[\.8\d, \.9\d\]; height share \.9\d \[\.9\d, (\.9\d|1\.00)\] at text\.3$/,
    );
  });

  test('each verdict and direction opens differently, and only a shortcut is called one', () => {
    const openings = VERDICTS.flatMap((verdict) =>
      (['usual', 'reversed'] as const).map(
        (direction) =>
          sentenceOf({
            finding: { verdict, direction },
            behaviour: reversed(),
          }).split(':')[0],
      ),
    );
    expect(openings).toEqual([
      'far is read off up',
      'far is read off down',
      'far leans on up',
      'far leans on down',
      'far is not read off up',
      'far is not read off up',
      'it is open whether far is read off up',
      'it is open whether far is read off up',
    ]);
  });

  test('a reversed shortcut shows the negative gap', () => {
    const sentence = sentenceOf({
      finding: { ...finding('shortcut'), direction: 'reversed' },
      behaviour: reversed(),
    });
    expect(sentence).toContain('9 % right on consistent, 98 % on counter scenes, gap \u2212.89');
  });

  test('without answers the sentence is about the representation, and says so', () => {
    const sentence = sentenceOf({
      finding: { verdict: 'inconclusive' },
      geometry: geometry('balanced'),
      probes: probes('balanced'),
    });
    expect(sentence).toMatch(
      /^it is open whether far is read off up: a distance probe trained on both conditions is right on \d+ % of consistent and \d+ % of counter scenes at text\.3; height share/,
    );
  });

  test('without a picked layer the deepest probed one is cited, not the best', () => {
    const { layers, ...rest } = probes('balanced');
    const own = layers.filter(({ axis, training }) => axis === 'distance' && training === 'balanced');
    // Best first: the deepest is then the worst.
    const falling = own.map((entry, i) => ({
      ...entry,
      accuracy: entry.accuracy.map((cell) => ({ ...cell, estimate: estimate(0.95 - 0.1 * i) })),
    }));
    const sentence = sentenceOf({ finding: { verdict: 'inconclusive' }, probes: { ...rest, layers: falling } });
    expect(falling.length).toBeGreaterThan(1);
    expect(sentence).toContain(`at ${falling.at(-1)!.layer}, the deepest layer probed`);
  });

  test('with no result at all it is the opening alone', () => {
    expect(
      sentenceOf({
        finding: { verdict: 'inconclusive' },
      }),
    ).toBe('it is open whether far is read off up');
  });

  test('an undefined height share is left out rather than printed', () => {
    const undefinedShare = geometry('shortcut');
    const result = {
      ...undefinedShare,
      choice: {
        ...undefinedShare.choice,
        reported: { ...undefinedShare.choice.reported!, cueShare: estimate(null) },
      },
    };
    expect(
      sentenceOf({
        finding: finding('shortcut'),
        behaviour: behaviour('shortcut'),
        geometry: result,
      }),
    ).not.toContain('height share');
  });

  test('the reading of question swaps at the last token is cited, wherever it stands in the list', () => {
    const other = geometry('balanced', 'patches');
    const cited = (list: ReturnType<typeof geometry>[]): string =>
      sentenceOf({
        finding: finding('shortcut'),
        behaviour: behaviour('shortcut'),
        geometry: citedGeometry(list),
      });
    expect(cited([other, geometry('shortcut')])).toBe(cited([geometry('shortcut'), other]));
  });
});
