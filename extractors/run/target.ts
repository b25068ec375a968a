/** What is run for a shard, and where its rows go. */
import type { Answer } from '../../core/artifacts/answers.ts';
import type { Item } from '../../core/artifacts/contrast-set.ts';
import type { Layer, Selection } from '../../core/artifacts/hidden-states.ts';
import type { Edit } from '../../core/artifacts/intervention.ts';
import { PlumblineError } from '../../core/errors.ts';
import { tensorName } from '../../core/formats/hidden-states.ts';
import type { Checkpoint } from '../checkpoint/open.ts';
import type { TextPart, VisionPart, VisualRef } from '../families/family.ts';
import { notFinite, type Scorer } from './score.ts';
import type { SimilarityScorer } from './similarity.ts';
import type { TextRunner } from './text.ts';
import type { VisionRunner } from './vision.ts';

/** An item with its place in the shard and its visuals. */
export interface ShardItem {
  readonly item: Item;
  readonly row: number;
  readonly visuals: readonly VisualRef[];
}

export interface ShardContext {
  readonly checkpoint: Checkpoint;
  readonly layers: readonly Layer[];
  /** Layer → selections held. */
  readonly selections: ReadonlyMap<string, readonly Selection[]>;
  /** Null when there are no pictures. */
  readonly vision: { readonly part: VisionPart; readonly runner: VisionRunner } | null;
  readonly text: {
    readonly part: TextPart;
    readonly runner: TextRunner;
    readonly scorer: Scorer;
    readonly similarity: SimilarityScorer | null;
  } | null;
  /** What changes text layers while they are run, with the row of each item in its tensors. */
  readonly intervention: { readonly edits: readonly Edit[]; readonly rows: ReadonlyMap<string, number> } | null;
  readonly visionBatch: number;
  readonly textBatch: number;
  readonly signal?: AbortSignal;
}

export interface ShardTarget {
  /** Tensor name → values [rows, width]. */
  readonly tensors: ReadonlyMap<string, Float32Array>;
  /** By row. */
  readonly answers: (Answer | undefined)[];
}

export function chunks<T>(values: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(values.length / size) }, (_, i) => values.slice(i * size, (i + 1) * size));
}

/** Copies pooled row `from` of `layer` into the target's row, and refuses NaN and infinities. */
export function copyRow(
  context: ShardContext,
  target: ShardTarget,
  layer: Layer,
  selection: Selection,
  { item, row }: ShardItem,
  values: Float32Array,
): void {
  const into = target.tensors.get(tensorName(layer.name, selection))!;
  for (const value of values)
    if (!Number.isFinite(value))
      throw notFinite(
        `the layer ${layer.name} and the row of ${item.item} (${selection})`,
        `${context.checkpoint.directory}/${layer.file}`,
      );
  into.set(values, row * layer.width);
}

export function wrongWidth(layer: Layer, found: number): PlumblineError {
  return new PlumblineError(
    'width-mismatch',
    `the layer ${layer.name} has ${found} numbers a token, ${layer.width} were expected from the graph and config.json`,
    { where: layer.file, hint: 'the files do not belong together' },
  );
}
