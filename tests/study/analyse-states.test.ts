// @module-tag slow
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { generatePerspectiveSet } from '../../contrast-sets/index.ts';
import { extract, openCheckpoint } from '../../extractors/index.ts';
import { resultTables } from '../../reports/tables/result-tables.ts';
import { toCsv } from '../../reports/tables/csv.ts';
import { ANALYSES, analyseStates, STORED_ANALYSES, type AnalysedStates } from '../../study/index.ts';

let folder: string;
const path = (...parts: string[]): string => join(folder, ...parts);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'plumbline-analyse-'));
  for (const seed of [5, 6]) {
    const set = await generatePerspectiveSet({
      directory: path(`set${seed}`),
      seed,
      scenes: { consistent: 20, counter: 20, ambiguous: 4 },
    });
    for (const name of ['balanced', 'shortcut']) {
      if (seed === 6 && name === 'shortcut') continue;
      const checkpoint = await openCheckpoint(`checkpoints/llava-tiny-${name}`);
      await extract({
        checkpoint,
        set,
        directory: path(`${name}${seed}`),
        layers: ['text.1', 'text.3'],
        selections: ['last', 'words:1', 'words:2'],
      });
    }
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const input = (name: string, seed: number) => ({ states: path(`${name}${seed}`), set: path(`set${seed}`) });
const names = ({ done }: AnalysedStates): string[] => done.map(({ name }) => name);

describe('analyses over stored states', () => {
  it('are written as JSON of their schema with tables beside it, and read back the second time', async () => {
    const asked = ['geometry', 'cka', 'behaviour', 'calibration', 'sensitivity', 'probes', 'mdl', 'erasure'];
    const once = await analyseStates({
      inputs: [input('balanced', 5)],
      names: asked,
      layers: ['text.3'],
      out: path('one'),
      seed: 3,
    });
    expect(names(once).sort()).toEqual([...asked].sort());
    for (const { name, file } of once.done) {
      const read = JSON.parse(readFileSync(file, 'utf8')) as { provenance: { set: { name: string } } };
      expect(ANALYSES[name].schema.safeParse(read).success, name).toBe(true);
      expect(read.provenance.set.name).toBe('perspective-44');
    }
    const cells = readFileSync(path('one', 'behaviour.cells.csv'), 'utf8').trim().split('\r\n');
    expect(cells[0]).toContain(
      'axis,cue,condition,accuracy,accuracy_low,accuracy_high,accuracy_interval,accuracy_n,accuracy_scenes',
    );
    expect(cells).toHaveLength(1 + 9);
    const before = statSync(path('one', 'mdl.json')).mtimeMs;
    const again = await analyseStates({
      inputs: [input('balanced', 5)],
      names: asked,
      layers: ['text.3'],
      out: path('one'),
      seed: 3,
    });
    expect(again.done).toEqual(once.done);
    expect(statSync(path('one', 'mdl.json')).mtimeMs).toBe(before);
  });

  it('run when they apply, and say why they don’t', async () => {
    const several = [input('balanced', 5), input('shortcut', 5), input('balanced', 6)];
    const context = { seed: 1, layers: ['text.3'], out: path('several') };
    const { done } = await analyseStates({
      inputs: several,
      names: ['comparison', 'cka-between', 'transfer'],
      ...context,
    });
    const [between, comparison, transfer] = ['cka-between', 'comparison', 'transfer'].map(
      (name) => done.find((entry) => entry.name === name)!.result,
    );
    expect(comparison).toMatchObject({ provenance: { checkpoint: { name: 'llava-tiny-balanced' } } });
    expect(JSON.stringify(between)).toContain('llava-tiny-shortcut');
    expect(JSON.stringify(transfer)).toContain('perspective-44');
    await expect(
      analyseStates({ inputs: [input('balanced', 5)], names: ['transfer'], ...context }),
    ).rejects.toMatchObject({ code: 'input-missing' });
    await expect(
      analyseStates({ inputs: [input('balanced', 5)], names: ['frames'], ...context }),
    ).rejects.toMatchObject({ code: 'not-a-frames-set' });
    const nothing = { others: [], selection: 'last', seed: 0, answers: null, set: { pairs: [] }, states: {} } as never;
    const applying = STORED_ANALYSES.filter(
      (definition) => definition.reads !== 'answers' && definition.appliesTo(nothing, {} as never),
    );
    expect(applying.every(({ reads }) => reads === 'states')).toBe(true);
  });

  it('refuse unknown names and a set that the states weren’t read from', async () => {
    await expect(
      analyseStates({ inputs: [input('balanced', 5)], names: ['horoscope'], out: path('bad') }),
    ).rejects.toMatchObject({ code: 'unknown-analysis' });
    await expect(
      analyseStates({ inputs: [{ states: path('balanced5'), set: path('set6') }], names: ['cka'], out: path('bad') }),
    ).rejects.toMatchObject({ code: 'other-set' });
    await expect(
      analyseStates({ inputs: [input('balanced', 5)], names: ['numbers'], out: path('bad') }),
    ).rejects.toThrow(/`numbers`: it is called `ridge-probes` now/);
    expect(existsSync(path('bad'))).toBe(false);
  });
});

describe('tables of a result', () => {
  const estimate = { value: 0.5, interval: [0.4, 0.6], intervalKind: 'Wilson on n_eff', n: 10, groups: 5 };

  it('have a row a record, with the columns of the records around it', () => {
    const tables = resultTables({
      analysis: 'x',
      version: 1,
      folds: 5,
      layers: [
        {
          layer: 'a',
          cells: [
            { axis: 'h', accuracy: estimate },
            { axis: 'v', accuracy: estimate },
          ],
          C: [1, 10],
        },
        { layer: 'b', cells: [], C: [] },
      ],
    });
    expect(tables.map(({ name }) => name)).toEqual(['summary', 'layers', 'layers.cells']);
    expect(toCsv(tables[0])).toBe('folds\r\n5\r\n');
    expect(toCsv(tables[1])).toBe('layer,C\r\na,1 10\r\nb,\r\n');
    expect(toCsv(tables[2]).split('\r\n')[1]).toBe('a,1 10,h,0.5,0.4,0.6,Wilson on n_eff,10,5,');
  });

  it('keep nested records as columns of their own and forget nothing', () => {
    const [table] = resultTables({ choice: { layer: 'text.3', reason: 'deepest' }, share: estimate, flag: true });
    expect(table.columns.map(({ key }) => key)).toEqual(['choice.layer', 'choice.reason', 'share', 'flag']);
    expect(table.rows).toEqual([['text.3', 'deepest', estimate, 'true']]);
  });
});
