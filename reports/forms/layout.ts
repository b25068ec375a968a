/** How panels are arranged: one column a checkpoint. */
import { WIDTHS } from '../theme.ts';
import type { Axis } from '../../core/artifacts/contrast-set.ts';
import { POINTS_PER_INCH, SIZE } from '../theme.ts';
import { elideText, textWidth } from '../fonts.ts';

/** Width of a figure in inches for so many panels side by side: the narrowest preset that leaves each about 1.3 in. */
export function widthFor(panels: number): number {
  if (panels <= 2) return WIDTHS.column;
  if (panels === 3) return WIDTHS.neurips;
  return Math.max(WIDTHS.double, panels * 1.35);
}

/** Points between two columns of panels. */
export const COLUMN_GAP = 7;

/** Points that `panels` panels leave to the y axis and row headings, which take `first`, and to the gaps. */
export function marginFor(panels: number, first: number): number {
  return first + (panels - 1) * (COLUMN_GAP + 1);
}

/**
 * Points that the key may use: the figure's width less padding and the labels of the y axis, beside which it stands.
 */
export function keyWidth(width: number, inset = 36): number {
  return width * POINTS_PER_INCH - inset;
}

/**
 * Names without the words that all of them begin with: `llava-tiny-shortcut`, `llava-tiny-balanced` → `…shortcut`,
 * `…balanced`.
 */
export function shortNames(names: readonly string[]): string[] {
  if (names.length < 2) return [...names];
  let shared = 0;
  while (names.every((name) => shared < name.length - 1 && name[shared] === names[0][shared])) shared++;
  const begin =
    Math.max(...['-', '_', '/', '.', ' '].map((separator) => names[0].lastIndexOf(separator, shared - 1))) + 1;
  return shared === 0 || begin === 0 ? [...names] : names.map((name) => `\u2026${name.slice(begin)}`);
}

/** Panel headings: names shortened or cut to the panel and kept distinct. */
export function headings(names: readonly string[], panelWidth: number): string[] {
  const fits = names.every((name) => textWidth(name, SIZE.label, 600) <= panelWidth);
  const cut = (fits ? names : shortNames(names)).map((name) => elideText(name, panelWidth, SIZE.label, 600));
  return cut.map((heading, i) => (cut.indexOf(heading) === i ? heading : `${heading} (${i + 1})`));
}

/** Panels by checkpoint and condition: conditions under one another, or side by side for a single checkpoint. */
export interface ConditionGrid {
  /** Panels side by side. */
  readonly panels: number;
  readonly columns: (panelWidth: number) => string[];
  readonly rows: readonly string[];
  readonly place: (
    name: string,
    condition: string,
    panelWidth: number,
  ) => { readonly checkpoint: string; readonly row: string };
  /** The checkpoint's name where no heading has it. */
  readonly subtitle: string | undefined;
}

export function conditionGrid(names: readonly string[], conditions: readonly string[]): ConditionGrid {
  const worded = (condition: string): string => `${condition} scenes`;
  if (names.length === 1) {
    const columns = conditions.map(worded);
    return {
      panels: columns.length,
      columns: () => columns,
      rows: [''],
      place: (_, condition) => ({ checkpoint: worded(condition), row: '' }),
      subtitle: names[0],
    };
  }
  const columns = (panelWidth: number): string[] => headings(names, panelWidth);
  return {
    panels: names.length,
    columns,
    rows: conditions.map(worded),
    place: (name, condition, panelWidth) => ({
      checkpoint: columns(panelWidth)[names.indexOf(name)],
      row: worded(condition),
    }),
    subtitle: undefined,
  };
}

/** An axis as a row heading. */
export const AXIS_HEADING: Record<Axis, string> = {
  horizontal: 'horizontal (left/right)',
  vertical: 'vertical (above/below)',
  distance: 'distance (far/close)',
};

/** The layers of several checkpoints as one list that keeps every checkpoint's order. */
export function mergeLayers(lists: readonly (readonly string[])[]): string[] {
  const merged: string[] = [];
  for (const list of lists) {
    let place = 0;
    for (const layer of list) {
      const found = merged.indexOf(layer);
      if (found >= 0) place = found + 1;
      else merged.splice(place++, 0, layer);
    }
  }
  return merged;
}

/** Axis properties for exactly these ticks; without the count Vega thins them by the panel's size. */
export function ticksAt(...values: number[]): object {
  return { values, tickCount: values.length, format: '.2~f' };
}

/** `count` of a list, evenly, the first and the last among them. */
export function someOf<T>(list: readonly T[], count: number): T[] {
  return list.length <= count
    ? [...list]
    : Array.from({ length: count }, (_, i) => list[Math.round((i * (list.length - 1)) / (count - 1))]);
}
