/** A pair as HTML: both sides beside each other, with boxes, question, options and what was answered. */
import { conditionFor, isAxis, type Item, type Pair, type SceneObject } from '../../core/artifacts/contrast-set.ts';
import { decimal } from '../../core/numbers.ts';
import { escapeMarkup } from '../escape.ts';
import type { TileAnswer } from '../contact-tiles.ts';
import type { Tags } from './filters.ts';
import type { Thumbnail } from './thumbnails.ts';

export interface SideData {
  readonly item: Item;
  /** In the order of `item.images`, or of the frames shown. */
  readonly pictures: readonly { readonly picture: Thumbnail; readonly place: number }[];
  readonly answer: Omit<TileAnswer, 'checkpoint'> | undefined;
}

export interface CardData {
  readonly pair: Pair;
  readonly tags: Tags;
  readonly sides: readonly [SideData, SideData];
}

/**
 * The object asked about: what the program says, or the order of the forms of methods §1; undefined where the question
 * isn't about two objects.
 */
function subjectOf({ axis }: Pair, { objects, program }: Item): SceneObject | undefined {
  if (typeof program?.subject === 'number') return objects[program.subject];
  return isAxis(axis) && objects.length === 2 ? objects[axis === 'distance' ? 1 : 0] : undefined;
}

export function card({ pair, tags, sides }: CardData, number: number): string {
  const words = changedWords(pair.first.question, pair.second.question);
  const badges = [
    pair.axis,
    ...(conditionFor(pair) === 'none' ? [] : [conditionFor(pair)]),
    pair.kind,
    ...(tags.difficulty ?? []),
  ];
  const title = `Pair ${number}: ${pair.id}`;
  return `<li class="card" tabindex="0" id="pair-${number}" data-id="${escapeMarkup(pair.id)}" data-tags="${escapeMarkup(JSON.stringify(tags))}" aria-label="${escapeMarkup(title)}">
<p class="head"><b>${number}</b> ${badges.map((badge) => `<span class="badge">${escapeMarkup(badge)}</span>`).join(' ')} <span class="id">${escapeMarkup(pair.id)}</span></p>
<div class="sides">${sides.map((data, i) => side(pair, data, words[i])).join('')}</div>
</li>`;
}

function side(pair: Pair, { item, pictures, answer }: SideData, question: string): string {
  const clip = item.media === 'clip' || pictures.length > 4;
  const shown =
    pictures.length < item.images.length
      ? `<p class="small">${pictures.length} of ${item.images.length} frames</p>`
      : '';
  const gallery =
    pictures.length === 0
      ? ''
      : `<div class="pictures${clip ? ' strip' : pictures.length > 1 ? ' several' : ''}">${pictures.map((one) => picture(pair, item, one)).join('')}</div>${shown}`;
  const variant = Object.entries(item.variant ?? {})
    .map(([key, value]) => `${key}: ${value}`)
    .join(', ');
  return `<div class="side">${gallery}<p class="${pair.first.images.length === 0 ? 'question text' : 'question'}">${question}</p>
<ul class="options">${item.options.map((option, i) => choice(item, option, i)).join('')}</ul>${answer === undefined ? '' : said(answer)}${variant === '' ? '' : `<p class="small">${escapeMarkup(variant)}</p>`}</div>`;
}

function choice({ answer, choices, question }: Item, option: string, index: number): string {
  const right = option === answer;
  // A multiple choice has its options in the question.
  const meaning =
    choices !== undefined && !question.includes(`${option}. ${choices[index]}`) ? ` ${choices[index]}` : '';
  return `<li${right ? ' class="true"' : ''}>${right ? '<span aria-hidden="true">\u2713 </span>' : ''}${escapeMarkup(option + meaning)}${right ? '<span class="away"> (right)</span>' : ''}</li>`;
}

function said({ option, probability, right }: Omit<TileAnswer, 'checkpoint'>): string {
  return `<p class="said ${right ? 'right' : 'wrong'}"><span aria-hidden="true">${right ? '\u2713' : '\u2715'}</span> said ${escapeMarkup(option)} (${decimal(probability, { plain: true })})<span class="away">, ${right ? 'right' : 'wrong'}</span></p>`;
}

function picture(
  pair: Pair,
  item: Item,
  { picture: { index, width, height }, place }: SideData['pictures'][number],
): string {
  const subject = subjectOf(pair, item);
  // Objects that the question doesn't name would only hide what it asks about.
  const asked = item.question.toLowerCase();
  const boxes = item.objects
    .filter(
      (object) =>
        object.box !== undefined && (object.picture ?? 0) === place && asked.includes(object.name.toLowerCase()),
    )
    .map((object) => outline(object.box!, object === subject || subject === undefined, Math.max(width, height)));
  const names = item.objects.map(({ name }) => name).join(' and ');
  const overlay =
    boxes.length === 0 ? '' : `<svg viewBox="0 0 ${width} ${height}" aria-hidden="true">${boxes.join('')}</svg>`;
  return `<span class="picture"><img data-picture="${index}" width="${width}" height="${height}" alt="${escapeMarkup(names === '' ? 'Picture' : `Picture with ${names}`)}" decoding="async">${overlay}</span>`;
}

/** White on black, so that it shows on any picture; the subject solid, the reference dashed. */
function outline([x, y, width, height]: NonNullable<SceneObject['box']>, solid: boolean, longest: number): string {
  const line = longest / 110;
  const shape = `x="${round(x - line)}" y="${round(y - line)}" width="${round(width + 2 * line)}" height="${round(height + 2 * line)}" fill="none"`;
  const dash = solid ? '' : ` stroke-dasharray="${round(4 * line)} ${round(3 * line)}"`;
  return `<rect ${shape} stroke="#000" stroke-width="${round(2.2 * line)}"${dash}/><rect ${shape} stroke="#fff" stroke-width="${round(line)}"${dash}/>`;
}

const round = (value: number): number => Math.round(value * 10) / 10;

/** Longer texts are shown without marks: finding the differences takes the product of both lengths. */
const MOST_WORDS = 600;

/** Both questions as HTML; the words that are not common to both, in order, are marked. */
export function changedWords(first: string, second: string): [string, string] {
  const [a, b] = [first, second].map((text) => text.split(/(\s+)/).filter((word) => word !== ''));
  if (first === second || a.length > MOST_WORDS || b.length > MOST_WORDS)
    return [escapeMarkup(first), escapeMarkup(second)];
  const kept = commonWords(a, b);
  const html = (words: readonly string[], common: ReadonlySet<number>): string =>
    words
      .map((word, i) =>
        common.has(i) || word.trim() === '' ? escapeMarkup(word) : `<mark>${escapeMarkup(word)}</mark>`,
      )
      .join('');
  return [html(a, kept[0]), html(b, kept[1])];
}

/** Places of a longest common subsequence in both lists. */
function commonWords(a: readonly string[], b: readonly string[]): [Set<number>, Set<number>] {
  const width = b.length + 1;
  const length = new Uint16Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--)
      length[i * width + j] =
        a[i] === b[j]
          ? length[(i + 1) * width + j + 1] + 1
          : Math.max(length[(i + 1) * width + j], length[i * width + j + 1]);
  const places: [Set<number>, Set<number>] = [new Set(), new Set()];
  for (let i = 0, j = 0; i < a.length && j < b.length;) {
    if (a[i] === b[j]) {
      places[0].add(i++);
      places[1].add(j++);
    } else if (length[(i + 1) * width + j] >= length[i * width + j + 1]) i++;
    else j++;
  }
  return places;
}
