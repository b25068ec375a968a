import { describe, expect, it } from 'vitest';
import { gapOf } from '../../analysis/behaviour.ts';
import { geometry } from '../../analysis/geometry.ts';
import type { Axis, Condition } from '../../core/artifacts/contrast-set.ts';
import { type BehaviourResult, type Estimate, type ProbesResult } from '../../core/artifacts/results.ts';
import { findingSchema, type Finding } from '../../core/artifacts/results/finding.ts';
import { Random } from '../../core/random.ts';
import { clusteredProportion } from '../../core/statistics/clustered-proportion.ts';
import type { BoundedProportion } from '../../core/statistics/newcombe.ts';
import { wilsonInterval } from '../../core/statistics/wilson.ts';
import { scenesToExceed, scenesToSettle } from '../../findings/two-conditions/scenes-needed.ts';
import { ratesOf, verdictOf, type Verdict } from '../../findings/two-conditions/verdict-rule.ts';
import { verticalDistance } from '../../findings/vertical-distance.ts';
import { combine, heightSign, orthonormal, plantedItems, plantedPairs, plantedStates } from '../analysis/planted.ts';
import { SLOW } from '../slow.ts';

type Cell = BehaviourResult['cells'][number];
const empty: Estimate = { value: null, interval: null, intervalKind: null, n: 0, groups: 0 };

function cell(axis: Axis, condition: Condition, accuracy: number, nEff: number, scenes: number): Cell {
  return {
    axis,
    cue: 'height',
    condition,
    accuracy: {
      value: accuracy,
      interval: wilsonInterval(accuracy, nEff),
      intervalKind: 'Wilson on n_eff',
      n: 2 * scenes,
      groups: scenes,
    },
    probability: empty,
    nEff,
  };
}

function find(options: {
  consistent: number;
  counter: number;
  scenes?: number;
  nEff?: number;
  horizontal?: number | null;
}): Finding {
  const { consistent, counter, scenes = 200, nEff = (scenes * 4) / 3, horizontal = 0.98 } = options;
  const cells = [
    cell('distance', 'consistent', consistent, nEff, scenes),
    cell('distance', 'counter', counter, nEff, scenes),
  ];
  const gap = gapOf(cells[0].accuracy, cells[1].accuracy);
  if (horizontal !== null) cells.push(cell('horizontal', 'counter', horizontal, nEff, scenes));
  const behaviour: BehaviourResult = {
    analysis: 'behaviour',
    version: 2,
    cells,
    gaps: [{ axis: 'distance', cue: 'height', gap }],
    weights: [{ axis: 'distance', cue: 'height', weight: empty, coefficients: null }],
  };
  const finding = verticalDistance.judge({ results: [behaviour] });
  return findingSchema.parse(finding);
}

describe('the table of methods §3b', () => {
  const rate = (value: number, low: number, high: number): BoundedProportion => ({ value, interval: [low, high] });
  const anywhere = rate(0.9, 0.85, 0.95);
  // The gap's interval is set by hand, to try each clause at its threshold.
  it.each<[string, number, number, BoundedProportion, BoundedProportion, Verdict]>([
    [
      'gap_low at .20, counter upper just below .50',
      0.2,
      0.6,
      anywhere,
      rate(0.45, 0.4, 0.499),
      { verdict: 'shortcut', direction: 'usual' },
    ],
    ['gap_low just below .20', 0.199, 0.6, anywhere, rate(0.45, 0.4, 0.499), { verdict: 'biased', direction: 'usual' }],
    ['counter upper at .50', 0.3, 0.6, anywhere, rate(0.45, 0.4, 0.5), { verdict: 'biased', direction: 'usual' }],
    [
      'mirror: gap_high at −.20, consistent upper below .50',
      -0.6,
      -0.2,
      rate(0.45, 0.4, 0.499),
      anywhere,
      { verdict: 'shortcut', direction: 'reversed' },
    ],
    [
      'mirror: consistent upper at .50',
      -0.6,
      -0.2,
      rate(0.45, 0.4, 0.5),
      anywhere,
      { verdict: 'biased', direction: 'reversed' },
    ],
    ['gap_low at .10', 0.1, 0.14, anywhere, anywhere, { verdict: 'biased', direction: 'usual' }],
    ['gap_high at −.10', -0.14, -0.1, anywhere, anywhere, { verdict: 'biased', direction: 'reversed' }],
    [
      'gap within ±.15, both lower bounds above .70',
      -0.149,
      0.149,
      rate(0.8, 0.701, 0.9),
      rate(0.8, 0.701, 0.9),
      { verdict: 'clear' },
    ],
    ['gap_high at .15', 0.05, 0.15, anywhere, anywhere, { verdict: 'inconclusive' }],
    ['gap_low at −.15', -0.15, 0.05, anywhere, anywhere, { verdict: 'inconclusive' }],
    ['consistent lower bound at .70', -0.1, 0.05, rate(0.8, 0.7, 0.9), anywhere, { verdict: 'inconclusive' }],
    ['counter lower bound at .70', -0.1, 0.05, anywhere, rate(0.8, 0.7, 0.9), { verdict: 'inconclusive' }],
    ['gap anything', -0.3, 0.4, anywhere, anywhere, { verdict: 'inconclusive' }],
  ])('%s', (_, low, high, consistent, counter, expected) => {
    expect(verdictOf({ consistent, counter, gap: rate((low + high) / 2, low, high) })).toEqual(expected);
  });
});

describe('finding', () => {
  it.each([
    [0.98, 0.09, 'shortcut', 'usual', /lower bound ≥ \.20 and the accuracy on counter scenes \.09 \[.*answers flip/],
    [0.09, 0.98, 'shortcut', 'reversed', /upper bound ≤ −\.20 and the accuracy on consistent scenes \.09/],
    [
      0.95,
      0.6,
      'biased',
      'usual',
      /lower bound ≥ \.10, but the accuracy on counter scenes \.60 \[.*no upper bound < \.50/,
    ],
    [0.95, 0.75, 'biased', 'usual', /lower bound ≥ \.10, but not ≥ \.20/],
    [0.6, 0.95, 'biased', 'reversed', /upper bound ≤ −\.10, but the accuracy on consistent scenes/],
    [0.93, 0.93, 'clear', undefined, /within ±\.15, and both accuracies have a lower bound > \.70/],
  ] as const)('%f / %f is %s %s', (consistent, counter, verdict, direction, reason) => {
    const finding = find({ consistent, counter });
    expect(finding).toMatchObject({ id: 'vertical-distance', verdict });
    expect(finding.direction).toBe(direction);
    expect(finding.reason).toMatch(reason);
    expect(finding.evidence.map((e) => e.measure)).toEqual([
      'accuracy-consistent',
      'accuracy-counter',
      'gap',
      'horizontal-accuracy-counter',
      'height-weight',
    ]);
    expect(finding.evidence[2]).toMatchObject({ value: expect.closeTo(consistent - counter, 12) as number, n: 800 });
  });

  it('prints no negative zero', () => {
    const { reason } = find({ consistent: 0.93, counter: 0.931 });
    expect(reason).toMatch(/the gap \.00 \[/);
  });

  it('mirrors: exchanging the conditions exchanges nothing but the direction', () => {
    for (let a = 0.05; a < 1; a += 0.1) {
      for (let b = 0.05; b < 1; b += 0.1) {
        const [plain, mirrored] = [find({ consistent: a, counter: b }), find({ consistent: b, counter: a })];
        expect(mirrored.verdict).toBe(plain.verdict);
        if (plain.direction) expect(mirrored.direction).not.toBe(plain.direction);
      }
    }
  });

  it('forced: fewer than 100 scenes in a condition, whatever the rates', () => {
    expect(find({ consistent: 0.98, counter: 0.05, scenes: 99 })).toMatchObject({
      verdict: 'inconclusive',
      reason:
        '99 consistent scenes are fewer than 100; 100 scenes in each condition would settle it at the observed rates',
    });
    expect(find({ consistent: 0.98, counter: 0.05, scenes: 100 }).verdict).toBe('shortcut');
    expect(find({ consistent: 0.5, counter: 0.52, scenes: 60 }).reason).toMatch(
      /fewer than 100; no number of scenes will settle it/,
    );
  });

  it('forced: horizontal accuracy on the counter pictures not certainly above .70', () => {
    const finding = find({ consistent: 0.98, counter: 0.05, horizontal: 0.74 });
    expect(finding.verdict).toBe('inconclusive');
    expect(finding.reason).toMatch(
      /horizontal accuracy on the counter pictures is \.74 \[\.68, .*aren't readable.*; \d+ scenes in each condition/,
    );
    expect(find({ consistent: 0.98, counter: 0.05, horizontal: 0.6 }).reason).toMatch(
      /no number of scenes will settle it/,
    );
    expect(find({ consistent: 0.98, counter: 0.05, horizontal: null }).reason).toMatch(/no horizontal questions/);
  });

  it('forced: no answers; the evidence is on the representation', () => {
    expect(verticalDistance.appliesTo([])).toBe(false);
    const probes: ProbesResult = {
      analysis: 'probes',
      version: 2,
      cue: 'height',
      selection: 'last',
      folds: 5,
      layers: [],
      baselines: [],
    };
    const finding = verticalDistance.judge({ results: [probes] });
    expect(finding).toMatchObject({ verdict: 'inconclusive', evidence: [] });
    expect(finding.reason).toMatch(/^no answers available; the finding is on the representation/);
  });

  it('adds the representation to the evidence, with its layer, and never lets it decide', async () => {
    const pairs = plantedPairs({ consistent: 120, counter: 120 });
    const items = plantedItems(pairs);
    const directions = orthonormal(3, 16);
    const readsHeight = (item: (typeof items)[number]): Float64Array => {
      const height = item.axis === 'vertical' ? item.truth : item.axis === 'distance' ? heightSign(item) : 0;
      return combine(
        directions,
        [item.axis === 'horizontal' ? item.truth : 0, height, 0],
        0.2,
        new Random(1, item.item),
      );
    };
    const result = await geometry({
      set: { pairs },
      states: plantedStates(items, { 'text.0': readsHeight, 'text.1': readsHeight }),
      seed: 0,
    });
    const finding = verticalDistance.judge({ results: [result] });
    expect(finding.verdict).toBe('inconclusive');
    expect(finding.reason).toMatch(/on the representation: height share (1\.00|\.99) \[.*\] at text\.0/);
    expect(finding.evidence.map((e) => [e.measure, e.layer])).toEqual([
      ['height-share', 'text.0'],
      ['vd-ei-consistent', 'text.0'],
      ['vd-ei-counter', 'text.0'],
    ]);
    expect(finding.evidence[1].value).toBeGreaterThan(0.9);
    expect(finding.evidence[2].value).toBeLessThan(-0.9);
  });

  it('cites the deepest probed layer when no layer is picked, so that a vision encoder has a finding', () => {
    const estimate = (value: number): Estimate => ({
      value,
      interval: [value - 0.04, value + 0.04],
      intervalKind: 'Wilson on n_eff',
      n: 400,
      groups: 200,
    });
    const probe = (layer: string, value: number): ProbesResult['layers'][number] => ({
      layer,
      axis: 'distance',
      training: 'balanced',
      accuracy: [
        { condition: 'consistent', estimate: estimate(value) },
        { condition: 'counter', estimate: estimate(value - 0.1) },
      ],
      control: null,
      selectivity: null,
      C: [1],
    });
    const probes: ProbesResult = {
      analysis: 'probes',
      version: 2,
      cue: 'height',
      selection: 'patches',
      folds: 5,
      layers: [probe('vision.0', 0.95), probe('vision.1', 0.9)],
      baselines: [],
    };
    const finding = verticalDistance.judge({ results: [probes] });
    expect(finding.evidence.map(({ measure, value, layer }) => [measure, value, layer])).toEqual([
      ['probe-accuracy-consistent', 0.9, 'vision.1'],
      ['probe-accuracy-counter', 0.8, 'vision.1'],
    ]);
    expect(finding.reason).toContain('probe accuracy counter .80 [.76, .84] at vision.1');
  });

  it.each([
    // The gap isn't settled, at any accuracy.
    [0.95, 0.85, /gap is \.10 \[.*, not within ±\.15|not certainly beyond \.10 \(biased\)/, true],
    [0.9, 0.78, /not certainly beyond \.10 \(biased\) nor within ±\.15/, true],
    [0.78, 0.9, /not certainly beyond −\.10 \(biased\)/, true],
    [0.74, 0.74, /accuracy on consistent scenes is \.74 \[.*accuracy on counter scenes is \.74 \[/, true],
    // A model that doesn't read depth at all.
    [0.52, 0.5, /accuracy on counter scenes is \.50 \[.*its lower bound not above \.70/, false],
    [0.72, 0.66, /accuracy on counter scenes is \.66/, false],
  ] as const)(
    'inconclusive at %f / %f names the clause and the number of scenes',
    (consistent, counter, clause, settled) => {
      const { verdict, reason } = find({ consistent, counter });
      expect(verdict).toBe('inconclusive');
      expect(reason).toMatch(clause);
      const scenes = /(\d+) scenes in each condition/.exec(reason);
      if (!settled) {
        expect(scenes).toBeNull();
        expect(reason).toMatch(/no number of scenes will settle it/);
        return;
      }
      // The number is the smallest that settles it.
      const needed = Number(scenes![1]);
      expect(find({ consistent, counter, scenes: needed }).verdict).not.toBe('inconclusive');
      expect(find({ consistent, counter, scenes: needed - 1 }).verdict).toBe('inconclusive');
    },
  );
});

describe('scenes needed', () => {
  it('fall with the information in a scene', () => {
    const cells = (perScene: number) =>
      [0.74, 0.76].map((accuracy) => ({ accuracy, nEff: 200 * perScene, scenes: 200 }));
    const [lone, double] = [1, 2].map((perScene) => {
      const [a, b] = cells(perScene);
      return scenesToSettle(a, b)!;
    });
    expect(Math.abs(lone - 2 * double)).toBeLessThanOrEqual(2);
    expect(scenesToExceed({ accuracy: 0.7, nEff: 200, scenes: 200 }, 0.7)).toBeNull();
  });
});

describe('operating points of methods §3b, 200 scenes a condition, both orders, ICC .5', () => {
  const RUNS = 4000;
  const groups = Array.from({ length: 400 }, (_, i) => `s${String(i >> 1).padStart(3, '0')}`);

  /** Both items of a scene are one draw with probability .5, else two: correlation .5. */
  function condition(p: number, random: Random): BoundedProportion {
    const right: boolean[] = [];
    for (let s = 0; s < 200; s++) {
      const first = random.coin(p);
      right.push(first, random.coin(0.5) ? first : random.coin(p));
    }
    const { value, interval } = clusteredProportion(right, groups).estimate;
    return { value: value!, interval: interval! };
  }

  function share(consistent: number, counter: number, verdict: Verdict['verdict'], runs = RUNS): number {
    let count = 0;
    for (let seed = 0; seed < runs; seed++) {
      const random = new Random(seed, 'verdict', consistent, counter);
      if (verdictOf(ratesOf(condition(consistent, random), condition(counter, random))).verdict === verdict) count++;
    }
    return count / runs;
  }

  it('power 1.00 for a shortcut at .97/.20', () => {
    // 300 of 300 bounds the miss rate at .01 (exact binomial, 95 %).
    expect(share(0.97, 0.2, 'shortcut', 300)).toBe(1);
  });

  it('power 1.00 for a clear at .93/.93', () => {
    expect(share(0.93, 0.93, 'clear', 1000)).toBeGreaterThanOrEqual(0.995);
  });

  it('false shortcut ≤ .022 at .95/.50', SLOW, () => {
    // If the rate is .022, a share above .022 + 3·sqrt(.022·.978/4,000) = .029 has probability .002.
    expect(share(0.95, 0.5, 'shortcut')).toBeLessThanOrEqual(0.029);
  });

  it('false clear ≈ .026 at a gap of .15', SLOW, () => {
    // 3·sqrt(.026·.974/4,000) = .0076; the rate moves by a few thousandths with the two accuracies that make up the
    // gap.
    const rate = share(0.95, 0.8, 'clear');
    expect(Math.abs(rate - 0.026)).toBeLessThan(0.011);
  });
});
