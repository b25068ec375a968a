import { PlumblineError } from '../errors.ts';

/** Rows of one scene belong together: they are never split and are resampled as one. */
export interface GroupIndex {
  /** Distinct group ids, sorted by code unit, so that row order changes nothing. */
  readonly ids: readonly string[];
  /** Position in `ids` of each row's group. */
  readonly of: Int32Array;
  /** Rows in each group. */
  readonly sizes: Int32Array;
}

/**
 * Numbers the groups of a column of group ids.
 *
 * @throws {PlumblineError} `missing-group` when a row has no id: a guess would make intervals too narrow (methods §5).
 */
export function indexGroups(groups: ArrayLike<string | null | undefined>): GroupIndex {
  const column = Array.from(groups, (id, row) => {
    if (typeof id === 'string' && id !== '') return id;
    throw new PlumblineError('missing-group', `row ${row} has no group id`, {
      where: `row ${row}`,
      hint: 'give every row the id of its scene; rows of one scene are not independent, and intervals that ignore this are too narrow',
    });
  });
  const ids = [...new Set(column)].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  const position = new Map(ids.map((id, i) => [id, i]));
  const of = Int32Array.from(column, (id) => position.get(id)!);
  const sizes = new Int32Array(ids.length);
  for (const g of of) sizes[g]++;
  return { ids, of, sizes };
}

/** @throws {RangeError} when values and groups differ in length. */
export function assertSameLength(values: ArrayLike<unknown>, groups: ArrayLike<unknown>): void {
  if (values.length !== groups.length) throw new RangeError(`${values.length} values, but ${groups.length} group ids`);
}
