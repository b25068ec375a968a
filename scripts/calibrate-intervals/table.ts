/** The table of docs/measures/coverage.md: one line a statistic and setting, replaced between markers. */
import type { Coverage, Simulation } from './simulation.ts';

const START = '<!-- coverage: written by `npm run calibrate-intervals` -->';
const END = '<!-- /coverage -->';
const HEAD = [
  '| printed by | data | statistic | truth | holds it | lies below, above | width | no interval | false alarms at 5 % |',
  '| --- | --- | --- | --- | --- | --- | --- | --- | --- |',
];

/** One line of the table. */
export function tableLine({
  name,
  setting,
  statistic,
  runs,
  truth,
  truthKind,
  coverage,
  below,
  above,
  meanWidth,
  refused,
  falseAlarms,
}: Coverage): string {
  const percent = (share: number): string => (100 * share).toFixed(1);
  const error = (share: number): string => (100 * Math.sqrt((share * (1 - share)) / (runs - refused))).toFixed(1);
  const cells = [
    name,
    setting,
    statistic,
    truth === null ? '' : `${number(truth)}${truthKind === 'known' ? ' (known)' : ''}`,
    coverage === null ? '' : `${percent(coverage)} ± ${error(coverage)} %`,
    coverage === null ? '' : `${percent(below)}, ${percent(above)}`,
    meanWidth === null ? '' : number(meanWidth),
    refused === 0 ? '' : `${percent(refused / runs)} %`,
    falseAlarms === null ? '' : `${percent(falseAlarms)} %`,
  ];
  return `| ${cells.join(' | ')} |`;
}

/**
 * The page with the lines of `measured` in place of older ones of the same simulation, in `all`'s order. Lines of
 * simulations that `all` doesn't know go to the end (another process may be writing them; a test finds those that are
 * left over).
 *
 * @throws {Error} when the page lacks its markers.
 */
export function withTable(page: string, all: readonly Simulation[], measured: readonly Coverage[]): string {
  const [start, end] = [page.indexOf(START), page.indexOf(END)];
  if (start < 0 || end < start) throw new Error(`the page needs the lines ${START} and ${END}`);
  const old = page
    .slice(start, end)
    .split('\n')
    .filter((line) => line.startsWith('| '));
  const lines = all.flatMap(({ name, setting }) => {
    const own = measured.filter((row) => row.name === name && row.setting === setting).map(tableLine);
    return own.length > 0 ? own : old.filter((line) => line.startsWith(`| ${name} | ${setting} | `));
  });
  const unknown = old.filter(
    (line) => !HEAD.includes(line) && !all.some(({ name, setting }) => line.startsWith(`| ${name} | ${setting} | `)),
  );
  return `${page.slice(0, start)}${[START, ...HEAD, ...lines, ...unknown].join('\n')}\n${page.slice(end)}`;
}

function number(value: number): string {
  return value.toFixed(3).replace(/^(-?)0\./, '$1.');
}
