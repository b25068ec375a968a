/** Rules decided on bounds, measures found by path, and what a gate says to CI. */
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { behaviour } from '../../analysis/index.ts';
import { generatePerspectiveSet } from '../../contrast-sets/index.ts';
import type { Answer } from '../../core/artifacts/answers.ts';
import { itemsOf } from '../../core/artifacts/contrast-set.ts';
import { writeJsonAtomic } from '../../core/formats/atomic.ts';
import { writeJsonl } from '../../core/formats/jsonl.ts';
import { EXIT_CODES, gate, type GateReport } from '../../study/gate/gate.ts';
import { junit } from '../../study/gate/junit.ts';
import { gateSummary } from '../../study/gate/summary.ts';
import { findMeasure, parseMeasure } from '../../study/gate/measure.ts';
import { decide } from '../../study/gate/rule.ts';
import type { GateRule } from '../../study/gate/config.ts';
import { runCli } from '../cli/run-cli.ts';
import { recordOf } from './record-of.ts';
import { SLOW } from '../slow.ts';

const estimate = (value: number | null, interval: [number, number] | null, note?: string) => ({
  value,
  interval,
  intervalKind: interval && 'Wilson on n_eff',
  n: 40,
  groups: 20,
  note,
});
const BEHAVIOUR = {
  analysis: 'behaviour',
  version: 2,
  cells: (['horizontal', 'distance'] as const).flatMap((axis) =>
    (['consistent', 'counter'] as const).map((condition) => ({
      axis,
      cue: 'height',
      condition,
      accuracy: estimate(axis === 'distance' && condition === 'counter' ? 0.8 : 0.95, [0.7, 0.97]),
      probability: estimate(0.9, [0.8, 0.95]),
      nEff: 40,
    })),
  ),
  gaps: [
    { axis: 'horizontal', cue: 'height', gap: estimate(0, [-0.05, 0.05]) },
    { axis: 'distance', cue: 'height', gap: estimate(0.15, [0.05, 0.25]) },
  ],
  weights: [
    {
      axis: 'distance',
      cue: 'height',
      weight: estimate(null, null, 'needs both conditions'),
      coefficients: { truth: 1, cue: 2, intercept: 0 },
    },
  ],
};
const layer = (name: string, value: number) => ({
  layer: name,
  coherence: [
    {
      axis: 'distance',
      condition: 'counter',
      estimate: estimate(value, [value - 0.1, value + 0.1]),
      nullUpper: 0.1,
      poles: [1, 1],
    },
  ],
  cueShare: estimate(value, [value - 0.1, value + 0.1]),
});
const GEOMETRY = {
  analysis: 'geometry',
  version: 2,
  cue: 'height',
  layers: [layer('text.0', 0.2), layer('text.1', 0.9)],
  choice: { layer: 'text.1', reason: 'r', reported: layer('text.1', 0.8) },
};
const PROBES = {
  analysis: 'probes',
  version: 2,
  cue: 'height',
  layers: ['text.0', 'text.1'].map((name, i) => ({
    layer: name,
    axis: 'distance',
    training: 'balanced',
    accuracy: [{ condition: 'counter', estimate: estimate(0.6 + i / 10, [0.5, 0.8]) }],
  })),
};

let folder: string;
async function makeRun(
  name: string,
  { set = 'hash', gap = 0.15, checkpoints = ['one'] }: { set?: string; gap?: number; checkpoints?: string[] } = {},
): Promise<string> {
  const run = join(folder, name);
  for (const checkpoint of checkpoints) {
    const results = join(run, 'results', checkpoint, 'set');
    const behaviour = {
      ...BEHAVIOUR,
      gaps: [BEHAVIOUR.gaps[0], { axis: 'distance', cue: 'height', gap: estimate(gap, [gap - 0.1, gap + 0.1]) }],
    };
    await writeJsonAtomic(join(results, 'behaviour.json'), behaviour);
    await writeJsonAtomic(join(results, 'geometry-last.json'), GEOMETRY);
    await writeJsonAtomic(join(results, 'probes-last.json'), PROBES);
    await writeJsonAtomic(join(results, 'finding-vertical-distance.json'), {
      id: 'vertical-distance',
      verdict: 'biased',
      reason: 'r',
      evidence: [],
    });
  }
  const cells = checkpoints.map((own) => ({
    checkpoint: { name: own, hash: own },
    set: { name: 's', folder: 'set', hash: set },
  }));
  await writeJsonAtomic(join(run, 'run.json'), recordOf(run, cells));
  return run;
}
const rules = (...list: GateRule[]): { version: 1; rules: GateRule[] } => ({ version: 1, rules: list });
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plumbline-gate-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('a rule', () => {
  const of = (rule: object, value: Parameters<typeof decide>[1], baseline?: Parameters<typeof decide>[1]): string =>
    decide(
      { measure: 'm', ...rule } as GateRule,
      value,
      baseline === undefined ? undefined : { value: baseline, paired: null, by: 'independent' },
    ).outcome;

  it('passes and fails by the bound that speaks against it, not by the point', () => {
    const value = estimate(0.14, [0.1, 0.2]);
    expect([of({ max: 0.2 }, value), of({ max: 0.15 }, value), of({ max: 0.09 }, value)]).toEqual([
      'pass',
      'inconclusive',
      'fail',
    ]);
    expect([of({ min: 0.1 }, value), of({ min: 0.15 }, value), of({ min: 0.21 }, value)]).toEqual([
      'pass',
      'inconclusive',
      'fail',
    ]);
    expect([
      of({ within: [0.1, 0.2] }, value),
      of({ within: [0, 0.15] }, value),
      of({ within: [0.3, 0.4] }, value),
    ]).toEqual(['pass', 'inconclusive', 'fail']);
  });

  it('never passes and fails at once, and a wider interval never decides what a narrower one left open', () => {
    const bound = fc.double({ min: -1, max: 1, noNaN: true });
    fc.assert(
      fc.property(bound, bound, bound, fc.double({ min: 0, max: 1, noNaN: true }), (a, b, threshold, more) => {
        const [low, high] = [Math.min(a, b), Math.max(a, b)];
        const narrow = of({ max: threshold }, estimate((low + high) / 2, [low, high]));
        const wide = of({ max: threshold }, estimate((low + high) / 2, [low - more, high + more]));
        return wide === 'inconclusive' || wide === narrow;
      }),
    );
  });

  it('against a baseline is about how much worse it may be', () => {
    const [before, same, worse] = [
      estimate(0.9, [0.88, 0.92]),
      estimate(0.9, [0.88, 0.92]),
      estimate(0.6, [0.55, 0.65]),
    ];
    const rule = { notWorseThanBaselineBy: 0.05, better: 'higher' };
    expect([of(rule, same, before), of(rule, worse, before), of(rule, before, worse)]).toEqual([
      'pass',
      'fail',
      'pass',
    ]);
    expect(of({ ...rule, better: 'lower' }, worse, before)).toBe('pass');
    expect(of({ ...rule, notWorseThanBaselineBy: 0.01 }, same, before)).toBe('inconclusive');
  });

  it('on words: a verdict that is open decides nothing unless it is named', () => {
    expect([
      of({ oneOf: ['clear'] }, 'clear'),
      of({ oneOf: ['clear'] }, 'shortcut'),
      of({ oneOf: ['clear'] }, 'inconclusive'),
      of({ oneOf: ['clear', 'inconclusive'] }, 'inconclusive'),
    ]).toEqual(['pass', 'fail', 'inconclusive', 'pass']);
    expect([
      of({ noneOf: ['shortcut'] }, 'biased'),
      of({ noneOf: ['shortcut'] }, 'shortcut'),
      of({ noneOf: ['shortcut'] }, 'inconclusive'),
    ]).toEqual(['pass', 'fail', 'inconclusive']);
  });

  it('on what has no interval is open, on what is of the other kind an error', () => {
    expect(of({ max: 1 }, estimate(null, null, 'why'))).toBe('inconclusive');
    expect(of({ max: 1 }, estimate(0.5, null))).toBe('inconclusive');
    expect(of({ max: 1 }, 0.5)).toBe('pass');
    expect(of({ max: 1 }, 'clear')).toBe('error');
    expect(of({ oneOf: ['clear'] }, estimate(0, [0, 0]))).toBe('error');
  });
});

describe('a measure', () => {
  const find = (text: string, result: object, picked: string | null = null): unknown => {
    const { value } = findMeasure(parseMeasure(text), result, picked);
    return typeof value === 'object' ? value.value : value;
  };

  it('is found by field, by the values around it, and by layer', () => {
    expect(find('behaviour.gap[axis=distance]', BEHAVIOUR)).toBe(0.15);
    expect(find('behaviour.cells.accuracy[axis=distance,condition=counter]', BEHAVIOUR)).toBe(0.8);
    expect(find('behaviour.coefficients.cue', BEHAVIOUR)).toBe(2);
    expect(find('geometry.cueShare@picked', GEOMETRY)).toBe(0.8);
    expect(find('geometry.cueShare@text.1', GEOMETRY)).toBe(0.9);
    expect(find('geometry.cueShare[layer=text.0]', GEOMETRY)).toBe(0.2);
    expect(find('geometry.coherence[axis=distance,condition=counter]@picked', GEOMETRY)).toBe(0.8);
    expect(find('probes.accuracy[condition=counter]@picked', PROBES, 'text.1')).toBeCloseTo(0.7, 12);
  });

  it('means height where it does not say which cue, and finds two axes by their names', () => {
    const both = {
      ...BEHAVIOUR,
      gaps: [...BEHAVIOUR.gaps, { axis: 'distance', cue: 'size', gap: estimate(0.4, [0.3, 0.5]) }],
      weights: [
        ...BEHAVIOUR.weights,
        { ...BEHAVIOUR.weights[0], cue: 'size', coefficients: { truth: 3, cue: 4, intercept: 0 } },
      ],
    };
    expect(find('behaviour.gap[axis=distance]', both)).toBe(0.15);
    expect(find('behaviour.gap[axis=distance,cue=size]', both)).toBe(0.4);
    expect(find('behaviour.coefficients.cue', both)).toBe(2);
    expect(find('behaviour.coefficients.cue[cue=size]', both)).toBe(4);
    const entangled = {
      ...GEOMETRY,
      choice: {},
      layers: (['vertical', 'horizontal'] as const).map((axis, i) => ({
        layer: 'text.0',
        entanglement: [{ axes: [axis, 'distance'], estimator: 'axis', estimate: estimate(i, [i, i]) }],
      })),
    };
    expect(find('geometry.entanglement[axes=horizontal-distance]', entangled)).toBe(1);
  });

  it('that isn’t there names near misses', () => {
    expect(() => find('behaviour.gaap[axis=distance]', BEHAVIOUR)).toThrow(/did you mean `gap`/);
    expect(() => find('behaviour.gap[axis=distanc]', BEHAVIOUR)).toThrow(
      /no `axis` is distanc, there are horizontal, distance/,
    );
    expect(() => find('geometry.cueShare@text.7', GEOMETRY)).toThrow(
      expect.objectContaining({
        code: 'unknown-measure',
        hint: expect.stringContaining('geometry.cueShare@text.0') as string,
      }) as Error,
    );
  });

  it('that fits several says what is left open', () => {
    expect(() => find('behaviour.gap', BEHAVIOUR)).toThrow(
      expect.objectContaining({ code: 'ambiguous-measure', hint: 'say which: axis: horizontal, distance' }) as Error,
    );
    expect(() => find('geometry.cueShare', GEOMETRY)).toThrow(
      expect.objectContaining({ hint: expect.stringContaining('layer: text.0, text.1') as string }) as Error,
    );
  });

  it('that can’t be read is refused', () => {
    for (const text of ['gap', 'behaviour.', 'behaviour.gap[distance]', 'behaviour.gap@', 'behaviour..gap'])
      expect(() => parseMeasure(text), text).toThrow(expect.objectContaining({ code: 'bad-measure' }) as Error);
  });
});

describe('a gate', () => {
  const outcomes = ({ rows }: GateReport): string[] => rows.map(({ outcome }) => outcome);

  it('takes every checkpoint that isn’t left out, and the worst outcome', async () => {
    const run = await makeRun('two', { checkpoints: ['one', 'other'] });
    const report = await gate({
      run,
      config: rules(
        { measure: 'behaviour.gap[axis=horizontal]', max: 0.1 },
        { measure: 'finding-vertical-distance.verdict', oneOf: ['clear'], checkpoint: 'other' },
        { measure: 'probes.accuracy[condition=counter]@picked', min: 0.5 },
      ),
    });
    expect(report.rows.map(({ checkpoint }) => checkpoint)).toEqual(['one', 'other', 'other', 'one', 'other']);
    expect(outcomes(report)).toEqual(['pass', 'pass', 'fail', 'pass', 'pass']);
    expect(report.outcome).toBe('fail');
  });

  it('is an error where a measure, a checkpoint or a result is misspelt', async () => {
    const run = await makeRun('misspelt');
    const report = await gate({
      run,
      config: rules(
        { measure: 'behavior.gap[axis=distance]', max: 1 },
        { measure: 'finding-vertical-distance.verdict', oneOf: ['clear'], checkpoint: 'on' },
        { measure: 'gap', max: 1 },
      ),
    });
    expect(outcomes(report)).toEqual(['error', 'error', 'error']);
    expect(report.rows.map(({ reason }) => reason)).toEqual([
      expect.stringContaining('did you mean `behaviour`'),
      expect.stringContaining('did you mean `one`'),
      expect.stringContaining('at least one field'),
    ]);
    expect(EXIT_CODES[report.outcome]).toBe(3);
  });

  it('compares with a baseline on the same set only', async () => {
    const [run, better, foreign] = [
      await makeRun('now', { gap: 0.5 }),
      await makeRun('before', { gap: 0.1, checkpoints: ['release'] }),
      await makeRun('foreign', { set: 'another' }),
    ];
    const config = rules({ measure: 'behaviour.gap[axis=distance]', notWorseThanBaselineBy: 0.1, better: 'lower' });
    expect(outcomes(await gate({ run, baseline: better, config }))).toEqual(['fail']);
    await expect(gate({ run, baseline: foreign, config })).rejects.toMatchObject({ code: 'other-set' });
    await expect(gate({ run, config })).rejects.toMatchObject({ code: 'baseline-missing' });
  });

  it('pairs the answers of both runs, and tells a difference that two intervals leave open', SLOW, async () => {
    const set = await generatePerspectiveSet({
      directory: join(folder, 'paired-set'),
      seed: 5,
      scenes: { consistent: 40, counter: 40, ambiguous: 0 },
    });
    const counter = [
      ...new Set(set.pairs.filter((pair) => pair.conditions.height === 'counter').map((pair) => pair.group)),
    ];
    /** Right but on the distance questions of so many counter scenes. */
    const answering = (wrong: number): Answer[] =>
      itemsOf(set).map(({ item, options, answer, axis, group }) => ({
        item,
        scores: Object.fromEntries(
          options.map((option) => [
            option,
            (option === answer) ===
            !(axis === 'distance' && counter.indexOf(group) >= 0 && counter.indexOf(group) < wrong)
              ? 2
              : 0,
          ]),
        ),
      }));
    const answered = async (name: string, wrong: number, kept = true): Promise<string> => {
      const run = await makeRun(name, { set: set.header.hash, checkpoints: ['one'] });
      const answers = answering(wrong);
      await writeJsonAtomic(join(run, 'results', 'one', 'set', 'behaviour.json'), behaviour({ set, answers, seed: 0 }));
      await cp(set.directory, join(run, 'sets', 'set'), { recursive: true });
      if (kept) await writeJsonl(join(run, 'states', 'one', 'set', 'answers.jsonl'), answers);
      return run;
    };
    const [before, same, worse, bare] = [
      await answered('release', 20),
      await answered('alike', 20),
      await answered('slipped', 32),
      await answered('bare', 20, false),
    ];
    const accuracy = (by: number) =>
      rules({
        measure: 'behaviour.accuracy[axis=distance,condition=counter]',
        notWorseThanBaselineBy: by,
        better: 'higher',
      });
    const decided = async (run: string, config: ReturnType<typeof rules>): Promise<GateReport['rows'][number]> =>
      (await gate({ run, baseline: before, config })).rows[0];

    // Accuracy .5 in both, each within about ±.16 by itself.
    expect(await decided(same, accuracy(0.1))).toMatchObject({
      outcome: 'pass',
      reason: expect.stringMatching(/by 0 \[.*paired, item by item$/) as string,
    });
    expect(await decided(bare, accuracy(0.1))).toMatchObject({
      outcome: 'inconclusive',
      reason: expect.stringMatching(/taken as independent, since the run keeps no answers$/) as string,
    });
    // .3 lost on the same items: told from .1 in pairs.
    expect(await decided(worse, accuracy(0.1))).toMatchObject({
      outcome: 'fail',
      reason: expect.stringMatching(/by 0\.3 \[.*paired/) as string,
    });
    const unpaired = decide(accuracy(0.1).rules[0], (await decided(worse, accuracy(0.1))).value!, {
      value: (await decided(same, accuracy(0.1))).value!,
      paired: null,
      by: '',
    });
    expect(unpaired.outcome).toBe('inconclusive');
    const gap = rules(
      { measure: 'behaviour.gap[axis=distance]', notWorseThanBaselineBy: 0.1, better: 'lower' },
      { measure: 'behaviour.weight', notWorseThanBaselineBy: 0.1, better: 'lower' },
    );
    expect(
      (await gate({ run: same, baseline: before, config: gap })).rows.map(({ outcome, reason }) => [
        outcome,
        reason.replace(/^.*; /, ''),
      ]),
    ).toEqual([
      ['pass', 'paired, item by item'],
      [expect.any(String), 'the two intervals taken as independent, since this measure has no paired form'],
    ]);
    expect(gateSummary(await gate({ run: same, baseline: before, config: gap }))).toContain(
      'a row says whether the difference to it is paired',
    );
  });

  it('tells CI: exit codes, a table, JUnit and Markdown that hold any text', SLOW, async () => {
    const run = await makeRun('ci');
    const codes = [];
    for (const max of [0.3, 0.01, 0.15])
      codes.push(
        EXIT_CODES[(await gate({ run, config: rules({ measure: 'behaviour.gap[axis=distance]', max }) })).outcome],
      );
    expect(codes).toEqual([0, 1, 2]);
    const config = async (name: string, max: string): Promise<string> => {
      await writeFile(
        join(folder, name),
        `version: 1\nrules:\n  - measure: behaviour.gap[axis=distance]\n    max: ${max}\n`,
      );
      return join(folder, name);
    };
    const [open, wrong] = await Promise.all([
      runCli([
        'gate',
        run,
        '--config',
        await config('open.yaml', '0.15'),
        '--junit',
        join(folder, 'gate.xml'),
        '--summary',
        join(folder, 'gate.md'),
      ]),
      runCli(['gate', run, '--config', await config('wrong.yaml', 'much')]),
    ]);
    expect([open.code, wrong.code]).toEqual([2, 3]);
    expect(open.stdout).toMatch(
      /inconclusive +behaviour\.gap\[axis=distance\] +max 0\.15 +one +0\.15 \[0\.05, 0\.25\]/,
    );
    expect(await readFile(join(folder, 'gate.xml'), 'utf8')).toContain('<failure type="inconclusive"');
    expect(await readFile(join(folder, 'gate.md'), 'utf8')).toMatch(/^## Gate inconclusive/);
    const report = await gate({
      run,
      config: rules(
        { name: 'a <b> & "c" | d\u0000', measure: 'behaviour.gap[axis=distance]', max: 0.01 },
        { measure: 'x.y', max: 0 },
      ),
    });
    const xml = junit(report);
    expect(xml).toContain('name="a &lt;b&gt; &amp; &quot;c&quot; | d\ufffd: max 0.01"');
    expect(xml).toContain('tests="2" failures="1" errors="1"');
    expect(xml.match(/<testcase /g)).toHaveLength(2);
    const markdown = gateSummary(report);
    expect(markdown).toContain('a &lt;b> & "c" \\| d');
    expect(markdown.split('\n').filter((line) => line.startsWith('| '))).toHaveLength(4);
  });
});
