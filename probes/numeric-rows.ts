/** The examples of probes that predict numbers: of an object, of an item, of a scene. */
import { conditionFor, itemsOf, type ContrastSet, type PairedItem } from '../core/artifacts/contrast-set.ts';
import type { Matrix } from '../core/matrix.ts';
import { trainableRows } from './class-rows.ts';
import { nestedFolds, type NestedFolds } from './cross-validate.ts';
import type { FeatureSelection } from './features.ts';
import { FOLDS, foldsByScene } from './folds.ts';

/**
 * Of an object: `depth` (metres), `x`, `y` (centre of its box, pixels), `size` (√(box area) × depth: metric size times
 * the focal length in pixels). Of an item: `facts.NAME`. Of a scene: `nuisance.NAME`, read at the untouched scene's
 * first question.
 */
export const OBJECT_TARGETS = ['depth', 'x', 'y', 'size'] as const;

/** Targets that hold for the same items; they share every factorisation. */
export interface NumericRows {
  readonly targets: readonly string[];
  /** Sorted. */
  readonly items: readonly string[];
  /** rows × targets. */
  readonly values: Matrix<Float64Array>;
  readonly groups: readonly string[];
  readonly conditions: readonly string[];
}

export interface NumericPlan {
  readonly rows: NumericRows;
  readonly foldOf: Int32Array;
  readonly nested: NestedFolds;
  readonly refused: string | null;
}

/** The object that a selection reads: the second-named for `words:2` and `patches:2`, else the first-named. */
export function objectOf(selection: FeatureSelection): 0 | 1 {
  return selection.endsWith(':2') ? 1 : 0;
}

/** Numeric targets that a set carries, objects' first. */
export function numericTargets(set: Pick<ContrastSet, 'pairs'>): string[] {
  const found = new Set<string>();
  for (const { first, nuisance } of set.pairs) {
    const object = first.objects[0];
    for (const target of OBJECT_TARGETS)
      if (object !== undefined && objectValue(object, target) !== null) found.add(target);
    for (const [name, value] of Object.entries(first.facts ?? {}))
      if (typeof value === 'number') found.add(`facts.${name}`);
    for (const [name, value] of Object.entries(nuisance)) if (typeof value === 'number') found.add(`nuisance.${name}`);
  }
  const rank = (name: string): number =>
    (OBJECT_TARGETS as readonly string[]).indexOf(name) + 1 || OBJECT_TARGETS.length + 1;
  return [...found].sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
}

/** Rows of the targets; items that lack a target are left out of it, perturbed repetitions of a question out of all. */
export function numericRows(
  set: Pick<ContrastSet, 'pairs'>,
  targets: readonly string[],
  selection: FeatureSelection,
): NumericRows[] {
  const pairs = set.pairs.filter(({ kind }) => kind !== 'perturbation');
  const items = itemsOf({ pairs }).sort((a, b) => (a.item < b.item ? -1 : 1));
  const nuisanceOf = new Map(pairs.map(({ first, nuisance }) => [first.item, nuisance]));
  const read = (item: PairedItem, target: string): number | null => {
    const [kind, ...rest] = target.split('.');
    const name = rest.join('.');
    const value =
      kind === 'nuisance'
        ? nuisanceOf.get(item.item)?.[name]
        : kind === 'facts'
          ? item.facts?.[name]
          : objectValue(item.objects[objectOf(selection)], target);
    return typeof value === 'number' && Number.isFinite(value) ? value : null;
  };
  const blocks = new Map<string, { targets: string[]; rows: PairedItem[] }>();
  for (const target of targets) {
    const rows = items.filter((item) => read(item, target) !== null);
    const key = rows.map(({ item }) => item).join('\n');
    const block = blocks.get(key) ?? { targets: [], rows };
    block.targets.push(target);
    blocks.set(key, block);
  }
  return [...blocks.values()].map(({ targets: own, rows }) => ({
    targets: own,
    items: rows.map(({ item }) => item),
    values: {
      data: Float64Array.from(rows.flatMap((item) => own.map((target) => read(item, target)!))),
      rows: rows.length,
      cols: own.length,
    },
    groups: rows.map(({ group }) => group),
    conditions: rows.map((item) => conditionFor(item)),
  }));
}

function objectValue(object: PairedItem['objects'][number] | undefined, target: string): number | null {
  const { box, depth } = object ?? {};
  if (target === 'depth') return depth ?? null;
  if (box === undefined) return null;
  if (target === 'x') return box[0] + box[2] / 2;
  if (target === 'y') return box[1] + box[3] / 2;
  if (target === 'size' && depth !== undefined) return Math.sqrt(box[2] * box[3]) * depth;
  return null;
}

/** Folds by scene; trained on a balanced mix of conditions where the set has both. */
export function planNumeric(
  rows: NumericRows,
  { seed, balanced = true }: { seed: number; balanced?: boolean },
): NumericPlan {
  const foldOf = foldsByScene(rows.groups, rows.conditions, { seed });
  const nested = nestedFolds(trainableRows(rows, foldOf, { seed, balanced }), foldOf, FOLDS);
  const empty = nested.inside.findIndex((inside) => inside.length === 0);
  const refused =
    empty >= 0 ? `no scene to train on falls into fold ${empty + 1} of ${FOLDS}; more scenes are needed` : null;
  return { rows, foldOf, nested, refused };
}
