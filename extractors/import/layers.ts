/** Which layer an imported array is: from its name, or from the names that the caller gives. */
import { type Layer, type Selection, SELECTIONS } from '../../core/artifacts/hidden-states.ts';
import { PlumblineError } from '../../core/errors.ts';

/**
 * How imported states relate to the final norm. `before`: all were read before it (hooks on the blocks, or a tuple
 * without its last entry); `after-last`: the last one was read after it, the others before (Hugging Face's whole
 * `hidden_states` tuple of most decoders); `unknown`: nobody says.
 */
export const IMPORT_NORMS = ['before', 'after-last', 'unknown'] as const;
export type ImportNorm = (typeof IMPORT_NORMS)[number];

/** What a name says about a layer. */
interface Reading {
  /** `embed`, `out`, `3`, `3.attn` or `projector`. */
  readonly place: string;
  readonly part: Layer['part'] | null;
  /** Index in a `hidden_states` tuple. */
  readonly tuple: number | null;
  readonly selection: Selection | null;
}

const EXAMPLES =
  'text.embed, text.3, text.out, vision.0, projector, hidden_states.4 or layer_3, with @SELECTION behind it where several are dumped';

/** Reads a name such as `text.3`, `text.3@last`, `hidden_states.4`, `layer_3`; null when it names no layer. */
export function readLayerName(name: string, where: string): Reading | null {
  const [, base, suffix] = /^(.*?)(?:@(.+))?$/s.exec(name)!;
  const selection = SELECTIONS.find((known) => known === suffix) ?? null;
  if (suffix !== undefined && selection === null)
    throw new PlumblineError('unknown-selection', `\`${name}\` names the selection \`${suffix}\``, {
      where,
      hint: `selections are ${SELECTIONS.join(', ')}`,
    });
  if (base === 'projector') return { place: 'projector', part: 'projector', tuple: null, selection };
  const canonical = /^(vision|text)\.(embed|out|\d{1,4}(?:\.attn)?)$/.exec(base);
  if (canonical !== null) return { place: canonical[2], part: canonical[1] as Layer['part'], tuple: null, selection };
  const tuple = /^hidden_states?[._-]?(\d{1,4})$/i.exec(base);
  if (tuple !== null) {
    const index = Number(tuple[1]);
    return { place: index === 0 ? 'embed' : String(index - 1), part: null, tuple: index, selection };
  }
  const block = /^(?:.*[._-])?(?:layers?|blocks?|h)[._-]?(\d{1,4})$/i.exec(base) ?? /^(\d{1,4})$/.exec(base);
  return block === null ? null : { place: String(Number(block[1])), part: null, tuple: null, selection };
}

/** One layer and selection, as found in the files. */
export interface NamedLayer {
  readonly reading: Reading;
  readonly width: number;
  /** Array that holds it. */
  readonly tensor: string;
  readonly file: string;
}

export interface LayerOptions {
  /** Part for names that don't say one. */
  readonly part: Layer['part'];
  readonly norm: ImportNorm;
  readonly selection: Selection;
}

export interface ImportedLayers {
  readonly layers: readonly Layer[];
  /** Layer name → selections. */
  readonly selections: Readonly<Record<string, Selection[]>>;
  /** Per entry given: its layer's name and selection. */
  readonly keys: readonly { readonly layer: string; readonly selection: Selection }[];
}

const rank = (place: string): number => {
  if (place === 'embed') return -1;
  if (place === 'out') return Infinity;
  return place === 'projector' ? 0 : Number.parseInt(place) + (place.endsWith('.attn') ? -0.5 : 0);
};
const kindOf = (place: string): Layer['kind'] =>
  place === 'embed' || place === 'out' || place === 'projector' ? place : place.endsWith('.attn') ? 'attn' : 'block';
const PARTS: readonly Layer['part'][] = ['vision', 'projector', 'text'];

/**
 * The header's layers, in the order of the residual stream.
 * @throws PlumblineError `duplicate-layers`, `width-mismatch`
 */
export function describeLayers(
  named: readonly NamedLayer[],
  { part: byDefault, norm, selection: usual }: LayerOptions,
): ImportedLayers {
  const partOf = ({ reading }: NamedLayer): Layer['part'] => reading.part ?? byDefault;
  /** The last layer of a part leaves the final norm when the caller says so. */
  const lastRank = (part: Layer['part']): number =>
    Math.max(...named.filter((entry) => partOf(entry) === part).map(({ reading }) => rank(reading.place)));
  const placeOf = (entry: NamedLayer): string => {
    const { place } = entry.reading;
    return norm === 'after-last' && kindOf(place) === 'block' && rank(place) === lastRank(partOf(entry))
      ? 'out'
      : place;
  };
  const byName = new Map<string, { readonly at: number; readonly layer: Layer }>();
  const selections: Record<string, Selection[]> = {};
  const keys = named.map((entry) => {
    const part = partOf(entry);
    const place = placeOf(entry);
    const name = part === 'projector' ? 'projector' : `${part}.${place}`;
    const selection = entry.reading.selection ?? usual;
    const other = byName.get(name)?.layer;
    if (other !== undefined && other.width !== entry.width)
      throw new PlumblineError(
        'width-mismatch',
        `${name} has ${other.width} numbers a row in one array and ${entry.width} in another`,
        { where: `${entry.file}:${entry.tensor}`, hint: 'check the arrays' },
      );
    if (selections[name]?.includes(selection))
      throw new PlumblineError('duplicate-layers', `${name} at ${selection} is there twice`, {
        where: `${entry.file}:${entry.tensor}`,
        hint: 'name each array after its layer (--layers), and each file that holds other rows with ids of its own',
      });
    (selections[name] ??= []).push(selection);
    const known: Layer['norm'] =
      place === 'out' ? 'after' : norm !== 'unknown' || lastRank(part) === Infinity ? 'before' : 'unknown';
    const { tensor, file, width, reading } = entry;
    const layer: Layer = {
      name,
      part,
      depth: 0,
      kind: part === 'projector' ? 'projector' : kindOf(place),
      tensor,
      file,
      width,
      norm: part === 'projector' ? 'none' : known,
      huggingFaceIndex: reading.tuple,
    };
    byName.set(name, { at: rank(place), layer });
    return { layer: name, selection };
  });
  const layers = PARTS.flatMap((part) =>
    [...byName.values()]
      .filter(({ layer }) => layer.part === part)
      .sort((a, b) => a.at - b.at)
      .map(({ layer }, depth): Layer => ({ ...layer, depth })),
  );
  return { layers, selections, keys };
}

/** The error for an array whose name says no layer. */
export function unnamedLayer(name: string, where: string): PlumblineError {
  return new PlumblineError('unnamed-layer', `the name \`${name}\` doesn't say which layer this is`, {
    where,
    hint: `say it with --layers, or call the array ${EXAMPLES}`,
  });
}
