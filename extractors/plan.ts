/** What an extraction reads: layers, selections, rows, and the key under which it is stored. */
import type { ContrastSet } from '../core/artifacts/contrast-set.ts';
import { itemsOf } from '../core/artifacts/contrast-set.ts';
import { type Layer, type Selection, SELECTIONS } from '../core/artifacts/hidden-states.ts';
import { PlumblineError } from '../core/errors.ts';
import { hashValue } from '../core/formats/hash.ts';
import type { Checkpoint } from './checkpoint/open.ts';

/** Raised when the numbers, or how they are stored, come out differently. */
const EXTRACTION_VERSION = 1;

export interface PlanOptions {
  /** Names of the layers to read; by default all but the sums inside blocks (`….attn`). */
  readonly layers?: readonly string[];
  /** Selections to read; by default all that a layer can have. */
  readonly selections?: readonly Selection[];
}

export interface Plan {
  readonly items: ReturnType<typeof itemsOf>;
  readonly layers: readonly Layer[];
  readonly selections: ReadonlySet<Selection>;
  /** Objects that every item names, at most two. */
  readonly objects: number;
  /** Objects that every item has a box for in one of its pictures, at most two. */
  readonly boxes: number;
}

const BY_PART: Readonly<Record<Layer['part'], readonly Selection[]>> = {
  vision: ['patches:1', 'patches:2', 'image', 'cls'],
  projector: ['patches:1', 'patches:2', 'image'],
  text: ['last', 'words:1', 'words:2', 'patches:1', 'patches:2'],
};

export function makePlan(checkpoint: Checkpoint, set: ContrastSet, options: PlanOptions): Plan {
  const items = itemsOf(set);
  if (items.length === 0) throw new PlumblineError('empty-set', 'the contrast set has no items', { where: set.directory, hint: 'generate the set again' });
  const layers = options.layers === undefined ? checkpoint.layers.filter(({ kind }) => kind !== 'attn') : options.layers.map((name) => layerNamed(checkpoint, name));
  const unknown = options.selections?.find((selection) => !SELECTIONS.includes(selection));
  if (unknown !== undefined) throw new PlumblineError('unknown-selection', `no selection \`${String(unknown)}\``, { where: checkpoint.name, hint: `selections are ${SELECTIONS.join(', ')}` });
  const objects = Math.min(2, ...items.map((item) => item.objects.length));
  const boxes = Math.min(2, ...items.map(boxedObjects));
  const wanted = new Set(options.selections ?? SELECTIONS);
  return { items, layers: [...new Set(layers)], selections: wanted, objects, boxes };
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
  throw new PlumblineError('unknown-layer', `no layer \`${name}\``, { where: checkpoint.name, hint: `layers are ${checkpoint.layers.map((candidate) => candidate.name).join(', ')}` });
}

/** Selections held for a layer. */
export function selectionsOf(plan: Plan, layer: Layer, hasClassToken: boolean): Selection[] {
  return BY_PART[layer.part].filter((selection) => {
    const object = /:(\d)$/.exec(selection)?.[1];
    const available = selection.startsWith('patches') ? plan.boxes : plan.objects;
    return plan.selections.has(selection) && (selection !== 'cls' || hasClassToken) && (object === undefined || Number(object) <= available);
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
    selections: SELECTIONS.filter((selection) => plan.selections.has(selection)),
  });
}
