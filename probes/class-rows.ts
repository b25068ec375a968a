/** The examples of a probe that tells any number of classes apart: answers of an axis, or levels of a factor. */
import { conditionFor, itemsOf, type ContrastSet, type PairedItem } from '../core/artifacts/contrast-set.ts';
import { balancedRows } from './balanced.ts';
import { nestedFolds, type NestedFolds } from './cross-validate.ts';
import { FOLDS, foldsByScene } from './folds.ts';

export interface ClassRows {
  /** What is told apart: the axis, or the factor's name. */
  readonly name: string;
  /** Sorted, so that the order in the set's files changes nothing. */
  readonly items: readonly string[];
  /** Index into `classes` of each row. */
  readonly labels: Int32Array;
  readonly classes: readonly string[];
  /** Scenes. */
  readonly groups: readonly string[];
  /** Condition of the pair, or `none`. */
  readonly conditions: readonly string[];
}

/**
 * The items of the pairs that ask about `axis` and whose answer flips (question swaps and image interventions),
 * labelled by what their right answer means. Items of perturbation pairs repeat a question and are left out.
 */
export function answerRows(set: Pick<ContrastSet, 'pairs'>, axis: string): ClassRows {
  const pairs = set.pairs.filter((pair) => pair.axis === axis && pair.kind !== 'perturbation');
  return classRows(axis, itemsOf({ pairs }), meaning);
}

/** What the right answer of an item means: the option itself, or the choice behind its letter. */
function meaning({ options, choices, answer }: PairedItem): string {
  return choices?.[options.indexOf(answer)] ?? answer;
}

/** Rows of the given items, labelled by `label`; items without a label are left out. */
export function classRows(
  name: string,
  items: readonly PairedItem[],
  label: (item: PairedItem) => string | null,
): ClassRows {
  const chosen = items
    .map((item) => ({ item, label: label(item) }))
    .filter((row): row is { item: PairedItem; label: string } => row.label !== null)
    .sort((a, b) => (a.item.item < b.item.item ? -1 : 1));
  const classes = [...new Set(chosen.map((row) => row.label))].sort();
  return {
    name,
    items: chosen.map(({ item }) => item.item),
    labels: Int32Array.from(chosen, (row) => classes.indexOf(row.label)),
    classes,
    groups: chosen.map(({ item }) => item.group),
    conditions: chosen.map(({ item }) => conditionFor(item)),
  };
}

/** Axes of a set in order of appearance, spatial or not, that some flipping pair asks about. */
export function axesOf(set: Pick<ContrastSet, 'pairs'>): string[] {
  return [...new Set(set.pairs.filter(({ kind }) => kind !== 'perturbation').map(({ axis }) => axis))];
}

/** What the probes of one label share over layers. */
export interface ClassPlan {
  readonly rows: ClassRows;
  readonly foldOf: Int32Array;
  readonly nested: NestedFolds;
  /** Why no probe can be trained, or null. */
  readonly refused: string | null;
}

export interface ClassPlanOptions {
  readonly seed: number;
  /** Train on a balanced mix of consistent and counter scenes where both are there (methods §5); default: *true*. */
  readonly balanced?: boolean;
}

/** Deals scenes into folds and says what is trained on. */
export function planClasses(rows: ClassRows, { seed, balanced = true }: ClassPlanOptions): ClassPlan {
  const foldOf = foldsByScene(rows.groups, rows.conditions, { seed });
  const nested = nestedFolds(trainableRows(rows, foldOf, { seed, balanced }), foldOf, FOLDS);
  return { rows, foldOf, nested, refused: missingClass(nested, rows) };
}

/** A balanced mix of conditions where the set has both, else every row. */
export function trainableRows(
  rows: Pick<ClassRows, 'groups' | 'conditions'>,
  foldOf: Int32Array,
  { seed, balanced = true }: ClassPlanOptions,
): number[] {
  const mixed = balanced && rows.conditions.includes('consistent') && rows.conditions.includes('counter');
  return mixed ? balancedRows(rows, foldOf, seed) : [...rows.groups.keys()];
}

function missingClass({ outer, inside, pairs }: NestedFolds, { labels, classes, name }: ClassRows): string | null {
  if (classes.length < 2)
    return `${name} has ${classes.length === 0 ? 'no rows' : `one value only (${classes[0]})`}; a probe needs two`;
  const empty = inside.findIndex((rows) => rows.length === 0);
  if (empty >= 0)
    return `no scene to train on falls into fold ${empty + 1} of ${inside.length}; more scenes are needed`;
  for (const rows of [...outer, ...pairs.map((pair) => pair.rows)]) {
    const present = new Set(rows.map((i) => labels[i]));
    const missing = classes.findIndex((_, k) => !present.has(k));
    if (missing >= 0)
      return `a training fold of ${rows.length} rows holds no example of \`${classes[missing]}\`; more scenes with it are needed`;
  }
  return null;
}
