/**
 * Hidden states on disk: a folder with `states.json` (this header), `index.jsonl` (one line a row: `{row, item,
 * group}`) and safetensors shards that hold one tensor `[rows, width]` for each layer and selection, named
 * `LAYER@SELECTION`; half precision is read as float32.
 */
import { z } from 'zod';
import { PlumblineError } from '../errors.ts';
import type { Matrix } from '../matrix.ts';

/**
 * Which token positions a row was read from.
 * - `last`: the last prompt token (text layers only);
 * - `words:1`, `words:2`: last token of the phrase that names the first / second object of the question (text layers
 * only);
 * - `patches:1`, `patches:2`: mean over the image patches that the first / second object's box covers (all layers that
 * hold image tokens);
 * - `image`: mean over all image patches, of all the item's pictures;
 * - `cls`: the class token of a vision encoder (with several pictures their mean), or the first token of a text
 * encoder;
 * - `mean`: mean over all tokens of the text (text layers only; image tokens and padding left out);
 * - `token:N`: the prompt's token N, from 0, or from its end when negative: `token:-1` is `last` (text layers only).
 */
export const SELECTIONS = ['last', 'words:1', 'words:2', 'patches:1', 'patches:2', 'image', 'cls', 'mean'] as const;
export type Selection = (typeof SELECTIONS)[number] | `token:${number}`;

/**
 * What an analysis reads at a layer: a selection by itself; both objects' rows side by side (`words`, `patches`); or
 * the patches of the object that the question asks about (`patches:asked`).
 */
export type ReadSelection = Selection | 'words' | 'patches' | 'patches:asked';

/** The selections that must be stored for a reading. */
export function partsOf(selection: ReadSelection): readonly Selection[] {
  if (selection === 'words') return ['words:1', 'words:2'];
  return selection === 'patches' || selection === 'patches:asked' ? ['patches:1', 'patches:2'] : [selection];
}

const TOKEN = /^token:-?\d{1,9}$/;
/** Whether a text names a selection. */
export const isSelection = (text: string): text is Selection =>
  (SELECTIONS as readonly string[]).includes(text) || TOKEN.test(text);
/** The selections in words, for errors and help. */
export const SELECTION_NAMES = `${SELECTIONS.join(', ')}, token:N`;
/** Whether a text names what an analysis can read. */
export const isReadSelection = (text: string): text is ReadSelection =>
  ['words', 'patches', 'patches:asked'].includes(text) || isSelection(text);
export const READ_SELECTION_NAMES = `words, patches, patches:asked, ${SELECTION_NAMES}`;
export const selectionSchema = z
  .string()
  .refine(isSelection, { error: `selections are ${SELECTION_NAMES}` })
  .transform((text) => text);

export const layerSchema = z.object({
  /**
   * Canonical name: `vision.embed`, `vision.3.attn`, `vision.3`, `vision.out`, `projector`, `text.embed`, `text.12`,
   * `text.out`.
   */
  name: z.string(),
  part: z.enum(['vision', 'projector', 'text']),
  /** Position along the residual stream of its part, counted from 0 at the embedding. */
  depth: z.number().int(),
  kind: z.enum(['embed', 'attn', 'block', 'out', 'projector', 'other']),
  /** Name of the graph's tensor. */
  tensor: z.string(),
  /** File that holds the graph, relative to the checkpoint's folder. */
  file: z.string(),
  width: z.number().int(),
  /**
   * Relation to the part's final norm; `none` where there is no such norm, `unknown` where imported states don't say.
   */
  norm: z.enum(['before', 'after', 'none', 'unknown']),
  /** Index in the part's Hugging Face `hidden_states` tuple, when the tensor equals one of them. */
  huggingFaceIndex: z.number().int().nullable(),
});
export type Layer = z.infer<typeof layerSchema>;

/** How values are stored. */
export const STATE_TYPES = ['float32', 'float16', 'bfloat16'] as const;
export type StateType = (typeof STATE_TYPES)[number];

/** A name that becomes a folder of a run, so it can't lead out of one. */
const folderName = z
  .string()
  .min(1)
  .refine((name) => !/[/\\\0]/.test(name) && name !== '.' && name !== '..', 'a name without slashes is needed');

export const statesHeaderSchema = z.object({
  format: z.literal('plumbline-hidden-states'),
  version: z.literal(1),
  /** Content key: checkpoint, set, selection and code version. */
  key: z.string(),
  checkpoint: z.object({ name: folderName, hash: z.string() }),
  set: z.object({ name: z.string(), hash: z.string() }),
  dtype: z.enum(STATE_TYPES),
  rows: z.number().int().nonnegative(),
  rowsPerShard: z.number().int().positive(),
  layers: z.array(layerSchema),
  /** Layer name → the selections held for it. */
  selections: z.record(z.string(), z.array(selectionSchema)),
  /** Files that the states were imported from, with their sha-256; absent when extracted here. */
  imported: z.array(z.object({ file: z.string(), hash: z.string() })).optional(),
});
export type StatesHeader = z.infer<typeof statesHeaderSchema>;

/** Hidden states opened for reading; rows are aligned with `items`. */
export interface HiddenStates {
  readonly header: StatesHeader;
  readonly items: readonly string[];
  has(layer: string, selection: Selection): boolean;
  /** All rows of one layer and selection, n × width. */
  read(layer: string, selection: Selection): Promise<Matrix<Float32Array>>;
}

/**
 * Layers that hold the selections, in the order of the header: along the residual stream.
 *
 * @param names take only these.
 * @throws {PlumblineError} `unknown-layer` for a name that the states don't hold, `no-selection` when no layer is left.
 */
export function layersWith(
  states: HiddenStates,
  selections: Selection | readonly Selection[],
  names?: readonly string[],
): string[] {
  const parts = typeof selections === 'string' ? [selections] : selections;
  const held = states.header.layers.map(({ name }) => name);
  const where = `hidden states of ${states.header.checkpoint.name}`;
  const unknown = names?.find((name) => !held.includes(name));
  if (unknown !== undefined)
    throw new PlumblineError('unknown-layer', `the hidden states hold no layer ${unknown}`, {
      where,
      hint: `layers: ${held.join(', ')}`,
    });
  const layers = held.filter(
    (name) => (names?.includes(name) ?? true) && parts.every((part) => states.has(name, part)),
  );
  if (layers.length > 0) return layers;
  throw new PlumblineError('no-selection', `no layer holds the selection ${parts.join(' and ')}`, {
    where,
    hint: 'extract with this selection, or choose another one',
  });
}
