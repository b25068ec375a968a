/**
 * Measure paths: how a rule names one number of a run.
 *
 * `RESULT.FIELD.FIELD[key=value,key=value]@LAYER`
 * - `RESULT` is a file of `results/CHECKPOINT/SET/` without `.json`: `behaviour`, `finding-vertical-distance`,
 * `probes-patches`, `mdl-words`; the name of an analysis alone, as `geometry` or `probes`, stands for the reading that a
 * diagnosis makes first;
 * - the fields lead to the number; those in between may be left out, so `cueShare` finds `layers[…].cueShare`;
 * the field `estimate` is never written;
 * - `[axis=distance]` says which record, by the plain values of the records around the number; two axes are joined,
 * `[axes=vertical-distance]`; without `cue` the one of height is meant where there are others;
 * - `@picked` takes the layer picked on one half of the scenes, with the numbers of the other half; `@text.3` is short
 * for `[layer=text.3]`.
 *
 * A path must name exactly one number or word: one that fits several is an error that says what is left open.
 */
import { DIAGNOSIS, resultName } from '../request.ts';
import type { Estimate } from '../../core/artifacts/results.ts';
import { PlumblineError } from '../../core/errors.ts';
import { closest } from '../../core/closest.ts';

export interface Measure {
  readonly text: string;
  readonly result: string;
  readonly fields: readonly string[];
  readonly tags: Readonly<Record<string, string>>;
  /** `picked`, or a layer's name. */
  readonly layer: string | null;
}

/** What a result holds at a place: a number with its interval, a plain number, or a word. */
export type MeasureValue = string | number | Pick<Estimate, 'value' | 'interval' | 'n' | 'note'>;

interface Leaf {
  readonly fields: readonly string[];
  readonly tags: Readonly<Record<string, string>>;
  readonly value: MeasureValue;
}

type Json = null | boolean | number | string | Json[] | { readonly [key: string]: Json };

const WORD = /^[A-Za-z0-9_/-]+$/;
const bad = (text: string, what: string): PlumblineError =>
  new PlumblineError('bad-measure', `${text}: ${what}`, {
    hint: 'a measure is RESULT.FIELD[key=value]@LAYER, e.g. behaviour.gap[axis=distance] or geometry.cueShare@picked',
  });

/**
 * Reads a measure's path.
 * @throws {PlumblineError} `bad-measure`
 */
export function parseMeasure(text: string): Measure {
  const at = text.lastIndexOf('@');
  const closing = text.lastIndexOf(']');
  const [path, layer] = at > closing ? [text.slice(0, at), text.slice(at + 1)] : [text, null];
  if (layer === '') throw bad(text, 'a layer is expected after @');
  const tags: Record<string, string> = {};
  const plain = path.replace(/\[([^\]]*)\]/g, (_, inside: string) => {
    for (const part of inside.split(',')) {
      const equals = part.indexOf('=');
      if (equals <= 0) throw bad(text, `\`${part.trim()}\` is not key=value`);
      tags[part.slice(0, equals).trim()] = part.slice(equals + 1).trim();
    }
    return '';
  });
  const [result, ...fields] = plain.split('.').map((part) => part.trim());
  if (fields.length === 0 || ![result, ...fields].every((part) => WORD.test(part)))
    throw bad(text, 'a result and at least one field are expected, separated by dots');
  return { text, result, fields, tags, layer };
}

/** The result file that a measure reads, out of those there are. */
export function resultFile({ result, text }: Measure, names: readonly string[]): string {
  if (names.includes(result)) return result;
  const stands = readingsOf(result).find((name) => names.includes(name));
  if (stands !== undefined) return stands;
  const meant = closest(result, names);
  throw new PlumblineError(
    'unknown-measure',
    `${text}: there is no result \`${result}\`${meant === null ? '' : `; did you mean \`${meant}\`?`}`,
    {
      hint:
        names.length === 0
          ? 'the run has no results here; run the same command again: what is there is kept'
          : `results: ${names.join(', ')}`,
    },
  );
}

/** The files of an analysis that a diagnosis reads several ways, the cited reading first. */
const readingsOf = (analysis: string): string[] =>
  DIAGNOSIS.filter(({ name }) => name === analysis).map((request) => resultName(request));

/** A number that a measure has named: where it stands, and the values beside and around it. */
export interface FoundMeasure {
  readonly value: MeasureValue;
  readonly path: string;
  readonly field: string;
  readonly tags: Readonly<Record<string, string>>;
  /** Whether it is of the layer that the result picked, on the scenes that did not pick it. */
  readonly reported: boolean;
}

/**
 * The value that a measure names in a result.
 * @param picked layer that `@picked` means where the result picks none itself
 * @throws {PlumblineError} `unknown-measure` naming near misses, `ambiguous-measure` saying what is left open
 */
export function findMeasure(measure: Measure, result: object, picked: string | null): FoundMeasure {
  const leaves = leavesOf(JSON.parse(JSON.stringify(result)) as Json, [], {});
  let found = leaves.filter(
    (leaf) => endsLike(leaf.fields, measure.fields) && agrees(leaf, measure) && onLayer(leaf, measure, leaves, picked),
  );
  if (found.length > 1 && !('cue' in measure.tags)) {
    const ofHeight = found.filter(({ tags }) => (tags.cue ?? 'height') === 'height');
    if (ofHeight.length > 0) found = ofHeight;
  }
  if (found.length === 1) {
    const [leaf] = found;
    return {
      value: leaf.value,
      path: nameOf(leaf, measure.result),
      field: leaf.fields[leaf.fields.length - 1],
      tags: leaf.tags,
      reported: isReported(leaf),
    };
  }
  if (found.length === 0) throw unknown(measure, leaves, picked);
  const open = [...new Set(found.flatMap(({ tags }) => Object.keys(tags)))]
    .map((key) => [key, [...new Set(found.map(({ tags }) => tags[key]))]] as const)
    .filter(([, values]) => values.length > 1);
  const paths = new Set(found.map(({ fields }) => fields.join('.')));
  const choices = [
    ...(paths.size > 1 ? [`fields: ${[...paths].join(', ')}`] : []),
    ...open.map(([key, values]) => `${key}: ${values.filter((value) => value !== undefined).join(', ')}`),
  ];
  throw new PlumblineError('ambiguous-measure', `${measure.text}: ${found.length} numbers fit`, {
    hint: `say which: ${choices.join('; ')}`,
  });
}

/** Texts that describe a record and don't tell it from others. */
const UNTELLING = new Set(['intervalKind', 'note', 'reason', 'analysis', 'version']);

function leavesOf(value: Json, fields: readonly string[], outer: Readonly<Record<string, string>>): Leaf[] {
  if (value === null || typeof value === 'boolean') return [];
  if (typeof value !== 'object') return [{ fields, tags: outer, value }];
  if (Array.isArray(value)) return value.flatMap((entry) => leavesOf(entry, fields, outer));
  const tags = { ...outer };
  const estimate = 'interval' in value && 'value' in value;
  if (Array.isArray(value.axes)) tags.axes = value.axes.filter((axis) => typeof axis === 'string').join('-');
  for (const [key, entry] of Object.entries(value))
    if (
      !UNTELLING.has(key) &&
      (typeof entry === 'string' ||
        typeof entry === 'boolean' ||
        // Among coefficients `cue` is a number.
        (typeof entry === 'number' && !estimate && key !== 'cue'))
    )
      tags[key] = String(entry);
  if (estimate) {
    const { value: number, interval, n, note } = value as unknown as Estimate;
    return [{ fields, tags, value: { value: number, interval, n, note } }];
  }
  return Object.entries(value).flatMap(([key, entry]) =>
    key === 'provenance' || key === 'axes' ? [] : leavesOf(entry, key === 'estimate' ? fields : [...fields, key], tags),
  );
}

/** Whether the asked fields come in this order and the last of them is the last. */
function endsLike(fields: readonly string[], asked: readonly string[]): boolean {
  if (fields[fields.length - 1] !== asked[asked.length - 1]) return false;
  let next = 0;
  for (const field of fields) if (field === asked[next]) next++;
  return next === asked.length;
}

const agrees = ({ tags }: Leaf, asked: Measure): boolean =>
  Object.entries(asked.tags).every(([key, value]) => tags[key] === value);
const isReported = ({ fields }: Leaf): boolean => fields[0] === 'choice' && fields[1] === 'reported';

function onLayer(leaf: Leaf, { layer }: Measure, leaves: readonly Leaf[], picked: string | null): boolean {
  if (layer === null) return true;
  if (layer === 'picked' && leaves.some(isReported)) return isReported(leaf);
  return !isReported(leaf) && leaf.tags.layer === (layer === 'picked' ? picked : layer);
}

/** A leaf as a path that finds it. */
function nameOf(leaf: Leaf, result: string): string {
  const { layer, ...others } = leaf.tags;
  const last = leaf.fields[leaf.fields.length - 1];
  const short = Object.entries(others).filter(
    ([key, value]) => SHOWN.has(key) && value.length < 40 && !(key === 'cue' && value === 'height'),
  );
  return `${result}.${last}${short.length > 0 ? `[${short.map((tag) => tag.join('=')).join(',')}]` : ''}${isReported(leaf) ? '@picked' : layer === undefined ? '' : `@${layer}`}`;
}

/** Tags that tell records apart; others are settings that all share. */
const SHOWN = new Set([
  'axis',
  'condition',
  'training',
  'pair',
  'axes',
  'cue',
  'estimator',
  'corrected',
  'measure',
  'target',
  'degradation',
  'severity',
  'class',
  'needs',
  'manipulation',
  'repeats',
  'half',
  'alpha',
  'direction',
  'tokens',
  'erased',
  'probed',
  'by',
  'threshold',
  'bin',
  'name',
  'unit',
  'variants',
  'changed',
  'should',
]);

function unknown(measure: Measure, leaves: readonly Leaf[], picked: string | null): PlumblineError {
  const { text, result, fields, tags } = measure;
  const last = fields[fields.length - 1];
  const names = [...new Set(leaves.map((leaf) => leaf.fields[leaf.fields.length - 1]))];
  if (!names.includes(last)) {
    const meant = closest(last, names);
    return new PlumblineError(
      'unknown-measure',
      `${text}: no number \`${last}\` in ${result}${meant === null ? '' : `; did you mean \`${meant}\`?`}`,
      { hint: `there are ${names.join(', ')}` },
    );
  }
  const alike = leaves.filter((leaf) => endsLike(leaf.fields, fields));
  const near = (alike.length > 0 ? alike : leaves.filter((leaf) => leaf.fields.at(-1) === last)).map((leaf) => ({
    leaf,
    wrong:
      Object.entries(tags).filter(([key, value]) => leaf.tags[key] !== value).length +
      (onLayer(leaf, measure, leaves, picked) ? 0 : 1),
  }));
  near.sort((a, b) => a.wrong - b.wrong);
  const misses = [...new Set(near.slice(0, 12).map(({ leaf }) => nameOf(leaf, result)))].slice(0, 4);
  const wrong = Object.entries(tags).find(([key, value]) => alike.every((leaf) => leaf.tags[key] !== value));
  const values =
    wrong === undefined
      ? []
      : [...new Set(alike.flatMap((leaf) => (leaf.tags[wrong[0]] === undefined ? [] : [leaf.tags[wrong[0]]])))];
  const why =
    wrong === undefined
      ? 'nothing fits'
      : values.length === 0
        ? `\`${wrong[0]}\` tells none of these numbers apart`
        : `no \`${wrong[0]}\` is ${wrong[1]}, there are ${values.slice(0, 12).join(', ')}`;
  return new PlumblineError('unknown-measure', `${text}: ${why}`, { hint: `near: ${misses.join(', ')}` });
}
