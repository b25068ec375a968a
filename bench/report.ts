/** Time of a report from results that are there already: 2 checkpoints × 24 layers, 450 scenes, one report a set. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { drawFigure } from '../reports/render.ts';
import { figuresOf } from '../reports/report-figures.ts';
import { writeReport } from '../reports/index.ts';
import type { ReportInput } from '../reports/input.ts';
import { checkpoint, contrastSet, geometry, probes, withResults, type Kind } from '../tests/reports/synthetic.ts';
import type { BenchTable } from './table.ts';

const LAYERS = 24;
const SETS = 8;
const SCENES = 450;

export async function* run(): AsyncGenerator<BenchTable> {
  const folder = mkdtempSync(join(tmpdir(), 'plumbline-bench-'));
  try {
    const layers = Array.from({ length: LAYERS }, (_, i) => `text.${i}`);
    const set = contrastSet(join(folder, 'set'), SCENES);
    const checkpoints = (['shortcut', 'balanced'] as Kind[]).map((kind) =>
      withResults(withResults(checkpoint(kind, set), 'geometry', [geometry(kind, 'last', layers)]), 'probes', [
        probes(kind, 'last', layers),
      ]),
    );
    const input: ReportInput = { title: 'Is far up?', command: 'plumbline diagnose a b', set, checkpoints };
    const times: number[] = [];
    for (let k = 0; k < SETS; k++) {
      const start = performance.now();
      await writeReport({ ...input, directory: join(folder, `report-${k}`) });
      times.push((performance.now() - start) / 1e3);
    }
    const whole = times.reduce((sum, v) => sum + v, 0);
    const { main, extra, further } = await figuresOf(input);
    const figures = [...main, ...extra, ...further];
    const start = performance.now();
    for (const figure of figures) await drawFigure(figure, { pdf: true });
    const pdf = (performance.now() - start) / 1e3;
    yield {
      title: `Reports from stored results: 2 checkpoints × ${LAYERS} layers × ${SETS} sets of ${SCENES} scenes (bars: 5 s, with PDF 15 s)`,
      columns: ['what', 'seconds'],
      rows: [
        ['the first, with everything loaded and compiled', times[0]],
        ['one more', Math.min(...times)],
        [`all ${SETS}: page, SVG, PNG, JSON, tables`, whole],
        [`PDF of the ${figures.length} figures of one, drawn again`, pdf],
        [`all ${SETS} with PDF`, whole + SETS * pdf],
      ],
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
