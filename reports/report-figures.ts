/** The figures of a report, in its order. */
import type { AnyResult } from '../core/artifacts/results/types.ts';
import { PlumblineError } from '../core/errors.ts';
import { citedResults } from '../findings/index.ts';
import { contactTiles, type Tile } from './contact-tiles.ts';
import type { Figure } from './figure.ts';
import { contactSheetFigure } from './figures/contact-sheet.ts';
import { RESULT_FIGURES } from './figures/index.ts';
import { readingsOf } from './forms/reading.ts';
import type { CheckpointReport, ReportInput } from './input.ts';
import { isFigure, type Of } from './shown.ts';

export interface FigureSet {
  /** Of the results that the findings cite. */
  readonly main: readonly Figure[];
  /** Of analyses that no finding cites: interventions, lenses, other probes. */
  readonly extra: readonly Figure[];
  /** Of further token selections and kinds of pairs. */
  readonly further: readonly Figure[];
  readonly tiles: readonly Tile[];
  /** Figures that could not be made, and why. */
  readonly missing: readonly string[];
}

const TILES_PER_CONDITION = 6;

/**
 * Every figure that the results allow. Names of figures of a single result end in the checkpoint's number where there
 * are several, and in a letter where two would have the same.
 * @throws PlumblineError `invalid-result`
 */
export async function figuresOf(input: Pick<ReportInput, 'checkpoints' | 'set'>): Promise<FigureSet> {
  const { checkpoints } = input;
  const names = checkpoints.map(({ name }) => name);
  const context = {
    suffix: '',
    suffixOf: (name: string): string => (names.length > 1 ? `-${names.indexOf(name) + 1}` : ''),
  };
  const cited = new Set(checkpoints.flatMap(({ results }) => citedResults(results)));
  const figures: Record<'main' | 'extra' | 'further', Figure[]> = { main: [], extra: [], further: [] };
  const missing: string[] = [];
  for (const [analysis, { draw, across, absent }] of Object.entries(RESULT_FIGURES)) {
    const readings = readingsOf(resultsOfAll(checkpoints, analysis));
    if (readings.length === 0 && absent !== undefined) missing.push(absent);
    const isCited = (results: readonly Of<object>[]): boolean => results.some(({ result }) => cited.has(result));
    const parts = readings.map((results) => {
      const drawn = draw(results, context);
      missing.push(...drawn.flatMap((entry) => (isFigure(entry) ? [] : [entry.missing])));
      return { main: isCited(results), figures: [...drawn.filter(isFigure), ...across(results, context)] };
    });
    const elsewhere = parts.some(({ main }) => main) ? 'further' : 'extra';
    for (const part of parts) figures[part.main ? 'main' : elsewhere].push(...part.figures);
  }
  const tiles = await tilesOf(input, missing);
  if (tiles.length > 0) figures.main.push(contactSheetFigure(tiles, names));
  const taken = new Map<string, number>();
  const unlike = (figure: Figure): Figure => {
    const count = (taken.get(figure.name) ?? 0) + 1;
    taken.set(figure.name, count);
    return count === 1 ? figure : { ...figure, name: `${figure.name}-${String.fromCharCode(96 + count)}` };
  };
  return {
    main: figures.main.map(unlike),
    extra: figures.extra.map(unlike),
    further: figures.further.map(unlike),
    tiles,
    missing,
  };
}

function resultsOfAll(checkpoints: readonly CheckpointReport[], analysis: string): Of<AnyResult>[] {
  return checkpoints.flatMap(({ name, results }) =>
    results.filter((result) => result.analysis === analysis).map((result) => ({ name, result })),
  );
}

/** A report from stored results must not fail for want of the pictures: it says so instead. */
async function tilesOf(input: Pick<ReportInput, 'checkpoints' | 'set'>, missing: string[]): Promise<Tile[]> {
  try {
    return await contactTiles(input, TILES_PER_CONDITION);
  } catch (error) {
    if (!(error instanceof PlumblineError)) throw error;
    missing.push(`contact sheet: ${error.message}`);
    return [];
  }
}
