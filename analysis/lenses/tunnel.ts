/**
 * SpatialTunnel (methods §3): the mean probability v of the right answer by where the two objects are on the ring, and
 * Δ = v_cons − v_ctr.
 */
import { conditionFor } from '../../core/artifacts/contrast-set.ts';
import type { Estimate } from '../../core/artifacts/results.ts';
import type { TunnelLens } from '../../core/artifacts/results/lenses.ts';
import { PlumblineError } from '../../core/errors.ts';
import { Random } from '../../core/random.ts';
import { groupMean } from '../../core/statistics/group-mean.ts';
import { indexGroups } from '../../core/statistics/groups.ts';
import { JACKKNIFE, jackknifeInterval } from '../../core/statistics/jackknife.ts';
import { groupBy, judge, type LensInput } from './score.ts';
import { tunnelLensSchema } from '../../core/artifacts/results/lenses.ts';
import { defineAnswersAnalysis } from '../../core/definitions/answers.ts';
import { hasVariant } from '../../core/definitions/sets.ts';

interface Row {
  readonly group: string;
  readonly condition: string;
  readonly template: string;
  readonly angle1: number;
  readonly angle2: number;
  /** Probability of the right answer. */
  readonly p: number;
}

/** @throws {PlumblineError} `not-a-tunnel-set` where no question about distance carries the objects' angles */
export function tunnelLens({ seed = 0, ...input }: LensInput & { readonly seed?: number }): TunnelLens {
  const rows = rowsOf(input);
  if (rows.length === 0)
    throw new PlumblineError('not-a-tunnel-set', 'no question about distance carries the angles of its objects', {
      hint: 'this lens reads sets of the tunnel generator',
    });
  const angles = [rows.map(({ angle1 }) => angle1), rows.map(({ angle2 }) => angle2)].map((values) =>
    [...new Set(values)].sort((a, b) => a - b),
  );
  const places = groupBy(rows, ({ angle1, angle2 }) => `${angle1}|${angle2}`);
  const mean = (of: readonly Row[]): number => of.reduce((sum, { p }) => sum + p, 0) / of.length;
  const v = (of: readonly Row[], label: string): Estimate =>
    groupMean(
      of.map(({ p }) => p),
      of.map(({ group }) => group),
      new Random(seed, 'tunnel', label),
      [0, 1],
    );
  return {
    analysis: 'tunnel',
    version: 1,
    cells: [...groupBy(rows, ({ condition }) => condition)].map(([condition, of]) => ({
      condition,
      v: v(of, condition),
    })),
    delta: deltaOf(rows),
    angles: [angles[0], angles[1]],
    map: angles[0].map((angle1) =>
      angles[1].map((angle2) => {
        const here = places.get(`${angle1}|${angle2}`);
        return here === undefined ? null : mean(here);
      }),
    ),
    templates: [...groupBy(rows, ({ template }) => template)].map(([template, of]) => ({
      template,
      v: v(of, template),
      delta: deltaOf(of),
    })),
  };
}

/**
 * A condition is that of the picture on the first side; a question swap shows the same picture, other second sides
 * don't.
 */
function rowsOf(input: LensInput): Row[] {
  const items = judge(input);
  const rows = new Map<string, Row>();
  for (const { kind, group, axis, conditions, first, second } of input.set.pairs) {
    if (axis !== 'distance') continue;
    for (const { item, variant } of kind === 'question-swap' ? [first, second] : [first]) {
      if (typeof variant?.angle1 !== 'number' || typeof variant.angle2 !== 'number' || rows.has(item)) continue;
      const { probabilities, truth } = items.get(item)!;
      rows.set(item, {
        group,
        condition: conditionFor({ conditions }),
        template: String(variant.template),
        angle1: variant.angle1,
        angle2: variant.angle2,
        p: probabilities[truth],
      });
    }
  }
  return [...rows.values()];
}

/** Difference of two means over the same scenes, with the delete-one-scene jackknife. */
function deltaOf(rows: readonly Row[]): Estimate {
  const { ids, of } = indexGroups(rows.map(({ group }) => group));
  // Sum and number of v of each scene, consistent and counter.
  const sums = ids.map(() => [0, 0, 0, 0]);
  rows.forEach(({ condition, p }, i) => {
    const column = condition === 'consistent' ? 0 : condition === 'counter' ? 2 : undefined;
    if (column === undefined) return;
    sums[of[i]][column] += p;
    sums[of[i]][column + 1]++;
  });
  const total = [0, 1, 2, 3].map((column) => sums.reduce((sum, row) => sum + row[column], 0));
  const difference = ([c, nc, k, nk]: readonly number[]): number | null => (nc > 0 && nk > 0 ? c / nc - k / nk : null);
  const value = difference(total);
  const [n, groups] = [total[1] + total[3], ids.length];
  if (value === null)
    return { value, interval: null, intervalKind: null, n, groups, note: 'needs consistent and counter pictures' };
  const { interval, note } = jackknifeInterval(
    value,
    sums.map((row) => difference(total.map((sum, column) => sum - row[column]))),
    [-1, 1],
  );
  return { value, interval, intervalKind: interval === null ? null : JACKKNIFE, n, groups, note };
}

export const tunnelAnalysis = defineAnswersAnalysis({
  name: 'tunnel',
  version: 6,
  title: 'SpatialTunnel’s map and Δ',
  schema: tunnelLensSchema,
  appliesTo: (set) => hasVariant(set, 'angle1'),
  run: tunnelLens,
});
