/**
 * What `cause` prints for a person: dose–response at the picked layer, where the answer sits, and what erasing costs.
 */
import type { CauseResult } from '../core/artifacts/results/cause.ts';
import type { Estimate, Stamped } from '../core/artifacts/results.ts';
import { COLUMN, decimal, percentWithInterval, withInterval } from '../core/numbers.ts';
import { table } from './table.ts';

const missing = 'undefined';
const percent = (estimate: Estimate): string => percentWithInterval(estimate, missing);
const share = (estimate: Estimate): string => withInterval(estimate, { plain: true, missing });

/** Text of a result, ends with a newline. */
export function printCause({
  provenance,
  axis,
  choice,
  steering,
  patching,
  erasure,
  groups,
}: Stamped<CauseResult>): string {
  const reported = steering.filter(({ half }) => half === 'reported');
  const alphas = [...new Set(reported.map(({ alpha }) => alpha))];
  const directions = [...new Set(reported.map(({ direction }) => direction))];
  const length = (direction: string): string => {
    const value = reported.find((row) => row.direction === direction)!.length;
    return decimal(value, { ...COLUMN, missing: '' });
  };
  const flips = directions.map((direction) => [
    direction,
    length(direction),
    ...alphas.map((alpha) =>
      percent(reported.find((row) => row.direction === direction && row.alpha === alpha)!.flipped),
    ),
  ]);
  const tokens = [...new Set(patching.map((row) => row.tokens))];
  const layers = [...new Set(patching.map(({ layer }) => layer))];
  const patched = layers.map((layer) => [
    layer,
    ...tokens.map((token) => {
      const cell = patching.find((row) => row.layer === layer && row.tokens === token);
      return cell === undefined ? '' : share(cell.restored);
    }),
  ]);
  const erased = erasure.flatMap(({ layer, erased: what, cells }) =>
    cells
      .filter((cell) => cell.axis === axis && cell.condition !== 'ambiguous')
      .map((cell) => [layer, what === 'axis' ? axis : what, cell.condition, percent(cell.before), percent(cell.after)]),
  );
  return [
    `${provenance.checkpoint.name}, ${axis}: directions and layer from ${groups[0]} scenes, numbers from the other ${groups[1]}`,
    `layer: ${choice.layer ?? 'none'} (${choice.reason})`,
    '',
    'answers turned when each is pushed against itself, by α:',
    table([['direction', 'length', ...alphas.map(String)], ...flips]),
    'share of the answer that one token’s state carries (patching):',
    table([['layer', ...tokens], ...patched]),
    `accuracy on ${axis} after erasing, at the last prompt token:`,
    table([['layer', 'erased', 'scenes', 'before', 'after'], ...erased]),
  ].join('\n');
}
