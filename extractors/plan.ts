/** What an extraction reads: layers, selections, rows, and the key under which it is stored. */
import type { ContrastSet } from '../core/artifacts/contrast-set.ts';
import { itemsOf } from '../core/artifacts/contrast-set.ts';
import {
  isSelection,
  type Layer,
  type Selection,
  SELECTION_NAMES,
  SELECTIONS,
} from '../core/artifacts/hidden-states.ts';
import { PlumblineError } from '../core/errors.ts';
import { hashValue } from '../core/formats/hash.ts';
import type { Checkpoint } from './checkpoint/open.ts';

/** Raised when the numbers, or how they are stored, come out differently. */
const EXTRACTION_VERSION = 2;

export interface PlanOptions {
  /** Names of the layers to read; by default all but the sums inside blocks (`….attn`). */
  readonly layers?: readonly string[];
  /** Selections to read; by default all that a layer can have. */
  readonly selections?: readonly Selection[];
}

export interface Plan {
  readonly items: ReturnType<typeof itemsOf>;
  readonly layers: readonly Layer[];
  /** Null for what each layer holds by default. */
  readonly selections: ReadonlySet<Selection> | null;
  /** Objects that every item names, at most two. */
  readonly objects: number;
  /** Objects that every item has a box for in one of its pictures, at most two. */
  readonly boxes: number;
}

/** What layers hold by default, and what more can be asked of them; `token:N` of every text layer. */
interface Possible {
  readonly usual: readonly Selection[];
  readonly more: readonly Selection[];
}
const VISION: Possible = { usual: ['patches:1', 'patches:2', 'image', 'cls'], more: [] };
const PROJECTOR: Possible = { usual: ['patches:1', 'patches:2', 'image'], more: [] };
/** A decoder whose tokens are text and images. */
const MULTIMODAL: Possible = {
  usual: ['last', 'words:1', 'words:2', 'patches:1', 'patches:2'],
  more: ['image', 'mean'],
};
/** A decoder of text alone. */
const DECODER: Possible = { usual: ['last', 'words:1', 'words:2'], more: ['mean'] };
/** An encoder of text; a dual encoder's text side is read at its last token. */
const ENCODER: Possible = { usual: ['cls', 'mean', 'words:1', 'words:2'], more: ['last'] };
const DUAL: Possible = { usual: ['last', 'words:1', 'words:2'], more: ['mean'] };

function possible({ text, vision }: Checkpoint, layer: Layer): Possible {
  if (layer.part === 'vision') return VISION;
  if (layer.part === 'projector') return PROJECTOR;
  if (text!.similarity !== undefined) return DUAL;
  if (text!.output === null) return ENCODER;
  return vision === null ? DECODER : MULTIMODAL;
}

export function makePlan(checkpoint: Checkpoint, set: ContrastSet, options: PlanOptions): Plan {
  const items = itemsOf(set);
  if (items.length === 0)
    throw new PlumblineError('empty-set', 'the contrast set has no items', {
      where: set.directory,
      hint: 'generate the set again',
    });
  const layers =
    options.layers === undefined
      ? checkpoint.layers.filter(({ kind }) => kind !== 'attn')
      : options.layers.map((name) => layerNamed(checkpoint, name));
  const unknown = options.selections?.find((selection) => !isSelection(selection));
  if (unknown !== undefined)
    throw new PlumblineError('unknown-selection', `no selection \`${String(unknown)}\``, {
      where: checkpoint.name,
      hint: `selections are ${SELECTION_NAMES}`,
    });
  const objects = Math.min(2, ...items.map((item) => item.objects.length));
  const boxes = Math.min(2, ...items.map(boxedObjects));
  return {
    items,
    layers: [...new Set(layers)],
    selections: options.selections === undefined ? null : new Set(options.selections),
    objects,
    boxes,
  };
}

/** Objects with a box, counted from the first up to one that has none. */
function boxedObjects({ objects, images }: Plan['items'][number]): number {
  if (images.length === 0) return 0;
  const missing = objects.findIndex(({ box }) => box === undefined);
  return missing < 0 ? objects.length : missing;
}

function layerNamed(checkpoint: Checkpoint, name: string): Layer {
  const layer = checkpoint.layers.find((candidate) => candidate.name === name);
  if (layer !== undefined) return layer;
  throw new PlumblineError('unknown-layer', `no layer \`${name}\``, {
    where: checkpoint.name,
    hint: `layers are ${checkpoint.layers.map((candidate) => candidate.name).join(', ')}`,
  });
}

/** Selections held for a layer. */
export function selectionsOf(plan: Plan, checkpoint: Checkpoint, layer: Layer, hasClassToken: boolean): Selection[] {
  const { usual, more } = possible(checkpoint, layer);
  const tokens =
    layer.part === 'text' ? [...(plan.selections ?? [])].filter((selection) => selection.startsWith('token:')) : [];
  const candidates =
    plan.selections === null
      ? usual
      : [...usual, ...more, ...tokens].filter((selection) => plan.selections!.has(selection));
  return candidates.filter((selection) => {
    if (selection === 'cls') return layer.part === 'text' || hasClassToken;
    const object = /^(patches|words):(\d)$/.exec(selection);
    return object === null || Number(object[2]) <= (object[1] === 'patches' ? plan.boxes : plan.objects);
  });
}

/** Content key: the same key means the same rows. */
export function planKey(plan: Plan, checkpointHash: string, setHash: string): string {
  return hashValue({
    version: EXTRACTION_VERSION,
    checkpoint: checkpointHash,
    set: setHash,
    items: plan.items.map(({ item }) => item),
    layers: plan.layers.map(({ name, tensor, file }) => ({ name, tensor, file })),
    selections: plan.selections === null ? SELECTIONS : [...plan.selections].sort(),
  });
}
