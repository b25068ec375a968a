// @module-tag slow
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cellsOf, cleaned, notebookJson, notebookNames, NOTEBOOKS, runNotebook } from '../scripts/notebooks.ts';

interface Ipynb {
  nbformat: number;
  cells: { cell_type: string; id: string; source: string[]; outputs?: { data: Record<string, string | string[]> }[] }[];
}

describe('the worked studies', () => {
  it('are five, each exported with the cells that it has now, its outputs and its pictures', () => {
    expect(notebookNames()).toHaveLength(5);
    for (const name of notebookNames()) {
      const cells = cellsOf(readFileSync(join(NOTEBOOKS, `${name}.ts`), 'utf8'));
      const path = join(NOTEBOOKS, `${name}.ipynb`);
      expect(existsSync(path), `run: npm run notebooks ${name}`).toBe(true);
      const exported = JSON.parse(readFileSync(path, 'utf8')) as Ipynb;
      expect(
        exported.cells.map(({ cell_type, source }) => ({ kind: cell_type, source: source.join('') })),
        `${name}: run npm run notebooks`,
      ).toEqual(cells);
      expect(exported.cells[0].cell_type).toBe('markdown');
      const outputs = exported.cells.flatMap((cell) => cell.outputs ?? []);
      expect(outputs.length, name).toBeGreaterThan(2);
      const text = JSON.stringify(
        outputs.map(({ data }) => Object.entries(data).filter(([type]) => !type.startsWith('image/'))),
      );
      expect(text).not.toMatch(/\d{4}-\d\d-\d\dT|\/work\/|\/home\/|\/tmp\/plumbline/);
    }
  });

  it.each(notebookNames())(
    '%s runs, and gives outputs of the kinds that were exported',
    (name) => {
      const cells = cellsOf(readFileSync(join(NOTEBOOKS, `${name}.ts`), 'utf8'));
      const again = JSON.parse(notebookJson(cells, runNotebook(name))) as Ipynb;
      const kept = JSON.parse(readFileSync(join(NOTEBOOKS, `${name}.ipynb`), 'utf8')) as Ipynb;
      const shape = ({ cells: all }: Ipynb) => all.map(({ outputs }) => outputs?.map(({ data }) => Object.keys(data)));
      expect(shape(again)).toEqual(shape(kept));
    },
    300_000,
  );

  it('are cut at their markers, and lose dates, times and paths', () => {
    expect(cellsOf('// %% [markdown]\n// # A\n// b\n\n// %%\nlet x = 1;\n')).toEqual([
      { kind: 'markdown', source: '# A\nb' },
      { kind: 'code', source: 'let x = 1;' },
    ]);
    expect(() => cellsOf('let x = 1;')).toThrow(/begins with a cell marker/);
    expect(cleaned(`${join(NOTEBOOKS, '..')}/runs took 3.2 s at 2026-01-02T03:04:05.678Z`)).toBe(
      './runs took TIME at DATE',
    );
  });
});
