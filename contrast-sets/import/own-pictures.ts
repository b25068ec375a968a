/**
 * Your own pictures, from CSV (or TSV), JSON lines or a JSON array. Columns; only `image` is always needed:
 *
 * - `image`: path, or several joined by `;` (JSON: an array), from the folder of the file or of `--images`; empty for
 * text alone;
 * - `object1`, `object2`, `axis` (horizontal, vertical, distance): two objects, the first the one asked about → a
 * question swap. Without `question` it is asked in the form of methods §1;
 *   a `question` of your own must name both objects once, and they trade places in it;
 * - `box1`, `box2` as `x y width height` in pixels, `depth1`, `depth2` in any unit: from them the condition follows,
 * and the answer too where there is none;
 * - `question`, `options` joined by `|` (JSON: an array), `answer`: without objects → a multiple choice whose options
 * are turned round;
 * - `pair`: two rows of one pair are its two sides: an image intervention where their answers differ, a perturbation
 * where they are equal;
 * - `id`, `group` (the scene; defaults to the picture), and any `variant.NAME`.
 */
import { z } from 'zod';
import {
  conditionFor,
  isAxis,
  POLES,
  type Axis,
  type Item,
  type Pair,
  type SceneObject,
} from '../../core/artifacts/contrast-set.ts';
import { subjectOf } from '../questions.ts';
import { towardsPole } from '../programs/compare.ts';
import { conditionsOf } from '../conditions.ts';
import { boxIn } from './boxes.ts';
import { attempt, type BadRow, type GoodRow, type Importer, type ImportInput } from './importer.ts';
import { rowProblem } from './row-problem.ts';
import { readElements } from './json-elements.ts';
import { readTable } from './lines.ts';
import { choiceItem, circularPair, swapPair } from './pairs.ts';
import { decodePicture, pictureFile, type DecodedPicture, type StoredPicture } from './pictures.ts';
import { fieldsOf, imageRoot } from './rows.ts';

const list = (part: RegExp): z.ZodType<string[]> =>
  z.union([
    z.array(z.string()),
    z.string().transform((text) =>
      text
        .split(part)
        .map((entry) => entry.trim())
        .filter((entry) => entry !== ''),
    ),
  ]);
const box = z
  .union([
    z.array(z.number()),
    z.string().transform((text) =>
      text
        .trim()
        .split(/[\s,;]+/)
        .map(Number),
    ),
  ])
  .refine((numbers) => numbers.length === 4 && numbers.every(Number.isFinite), 'four numbers: x y width height');
const text = z.union([z.string(), z.number(), z.boolean()]).transform(String);
const depth = z.coerce.number().positive();

const rowSchema = z.object({
  id: text.optional(),
  image: list(/;/).optional(),
  question: z.string().optional(),
  options: list(/\|/).optional(),
  answer: text.optional(),
  group: text.optional(),
  axis: z.string().optional(),
  object1: z.string().optional(),
  object2: z.string().optional(),
  box1: box.optional(),
  box2: box.optional(),
  depth1: depth.optional(),
  depth2: depth.optional(),
  pair: text.optional(),
});
type Row = z.output<typeof rowSchema>;

interface Asked {
  readonly row: Row;
  readonly id: string;
  readonly group: string;
  readonly pictures: readonly StoredPicture[];
  readonly variant: Item['variant'];
}

async function pairsOf(
  value: Readonly<Record<string, unknown>>,
  number: number,
  root: string,
  input: ImportInput,
  waiting: Map<string, Asked>,
): Promise<Pair[]> {
  // Empty fields of a table are absent.
  const row = fieldsOf(
    rowSchema,
    Object.fromEntries(Object.entries(value).filter(([, entry]) => entry !== '' && entry !== null)),
  );
  const id = input.claim(row.id ?? `row-${number}`);
  const decoded: DecodedPicture[] = [];
  for (const name of row.image ?? []) decoded.push(await decodePicture(await pictureFile(name, root)));
  const pictures = decoded.map((picture) => input.pictures.add(picture));
  const variant = Object.fromEntries(
    Object.entries(value).flatMap(([name, entry]) =>
      name.startsWith('variant.') && ['string', 'number', 'boolean'].includes(typeof entry) && entry !== ''
        ? [[name.slice(8), entry as string]]
        : [],
    ),
  );
  const group = row.group ?? pictures[0]?.hash.slice(0, 24);
  if (group === undefined) throw rowProblem('without a picture, `group` must say which rows belong to one scene');
  const asked: Asked = { row, id, group, pictures, variant: Object.keys(variant).length > 0 ? variant : undefined };
  if (row.pair !== undefined) return sides(row.pair, asked, waiting);
  if (row.object1 !== undefined || row.object2 !== undefined) return [twoObjects(asked, input)];
  return [
    circularPair({
      id,
      group,
      pictures,
      conditions: {},
      axis: row.axis ?? 'choice',
      ...choiceOf(row),
      variant: asked.variant,
    }),
  ];
}

function choiceOf({ question, options, answer }: Row): { question: string; choices: string[]; right: number } {
  if (question === undefined)
    throw rowProblem('no `question`, and no `object1` and `object2` that one could be made of');
  if (options === undefined || options.length < 2) throw rowProblem('`options` must name at least two, joined by |');
  if (answer === undefined) throw rowProblem('no `answer`');
  const right = options.indexOf(answer.trim());
  if (right < 0) throw rowProblem(`the answer ${JSON.stringify(answer)} is none of the options ${options.join(', ')}`);
  return { question, choices: options, right };
}

/** Two rows that are the sides of one pair. */
function sides(pair: string, asked: Asked, waiting: Map<string, Asked>): Pair[] {
  choiceOf(asked.row);
  const other = waiting.get(pair);
  if (other === undefined) {
    waiting.set(pair, asked);
    return [];
  }
  waiting.delete(pair);
  const [first, second] = [other, asked].map(({ id, pictures, row, variant }): Item =>
    choiceItem({ id, pictures, ...choiceOf(row), variant }),
  );
  const changed =
    first.choices![first.options.indexOf(first.answer)] !== second.choices![second.options.indexOf(second.answer)];
  if (changed && (first.question !== second.question || first.images.join() === second.images.join()))
    throw rowProblem(
      `the two rows of pair ${pair} have different answers: they must ask the same of different pictures`,
    );
  return [
    {
      id: `pair-${pair}`,
      group: other.group,
      axis: asked.row.axis ?? 'choice',
      kind: changed ? 'image-intervention' : 'perturbation',
      conditions: {},
      first,
      second,
      nuisance: {},
    },
  ];
}

function twoObjects({ row, id, group, pictures, variant }: Asked, input: ImportInput): Pair {
  const { object1, object2, axis, question } = row;
  if (object1 === undefined || object2 === undefined) throw rowProblem('`object1` and `object2` go together');
  if (axis === undefined || !isAxis(axis))
    throw rowProblem(`the axis ${axis ?? '(none)'} is none of horizontal, vertical, distance`);
  const [picture] = pictures;
  const object = (name: string, at: number[] | undefined, far: number | undefined): SceneObject => ({
    name,
    ...(at && picture && { box: boxIn(at, picture, input.boxes ?? 'xywh', name) }),
    depth: far,
  });
  const [one, two] = [object(object1, row.box1, row.depth1), object(object2, row.box2, row.depth2)];
  const conditions = picture === undefined ? {} : conditionsOf([one, two], picture.height);
  const common = { id, group, axis, conditions, pictures, variant };
  const options = optionsOf(axis, row.options);
  const computed = answerFrom(axis, one, two);
  if (question === undefined) {
    if (row.options !== undefined && options.join() !== POLES[axis].join())
      throw rowProblem(`the options ${row.options.join(', ')} need a \`question\` of yours`);
    const said = row.answer === undefined ? undefined : atPole(row.answer, options);
    if (said !== undefined && computed !== undefined && said !== computed)
      throw rowProblem(`the answer is ${row.answer}, boxes and depths say ${options[computed ? 0 : 1]}`);
    const subjectAtPole = said ?? computed;
    if (subjectAtPole === undefined) throw rowProblem('no `answer`, and no boxes or depths that it would follow from');
    return swapPair({
      ...common,
      named: subjectOf(axis) === 0 ? [one, two] : [two, one],
      subjectAtPole,
      computed: computed !== undefined && conditionFor({ conditions }) !== 'none',
    });
  }
  const places = [object1, object2].map((name) => {
    const at = question.indexOf(name);
    if (at < 0 || question.indexOf(name, at + 1) >= 0)
      throw rowProblem(`the question must name \`${name}\` once, or be left out`);
    return at;
  });
  if (row.answer === undefined) throw rowProblem('a question of your own needs an `answer`');
  const [start, end] = [Math.min(...places), Math.max(...places)];
  const [earlier, later] = places[0] < places[1] ? [object1, object2] : [object2, object1];
  const pieces = [
    question.slice(0, start),
    question.slice(start + earlier.length, end),
    question.slice(end + later.length),
  ];
  const named = places[0] < places[1] ? ([one, two] as const) : ([two, one] as const);
  return swapPair({
    ...common,
    named,
    subjectAtPole: atPole(row.answer, options),
    form: { question: (a, b) => `${pieces[0]}${a}${pieces[1]}${b}${pieces[2]}`, options },
  });
}

/** Two options, the canonical pole first where they are the poles. */
function optionsOf(axis: Axis, options: readonly string[] | undefined): [string, string] {
  const poles = POLES[axis];
  if (options === undefined || [...options].sort().join() === [...poles].sort().join()) return [...poles];
  if (options.length !== 2) throw rowProblem(`${options.length} options; a question about two objects has two`);
  return [options[0], options[1]];
}

function atPole(answer: string, options: readonly string[]): boolean {
  const index = options.indexOf(answer.trim());
  if (index < 0) throw rowProblem(`the answer ${JSON.stringify(answer)} is none of the options ${options.join(', ')}`);
  return index === 0;
}

/** Whether the first object is left of, above or farther than the second, where boxes or depths say so. */
function answerFrom(axis: Axis, one: SceneObject, two: SceneObject): boolean | undefined {
  const known =
    axis === 'distance'
      ? one.depth !== undefined && two.depth !== undefined
      : one.box !== undefined && two.box !== undefined;
  if (!known) return undefined;
  const whole = ({
    name,
    box: at = [0, 0, 1, 1],
    depth: far = 1,
  }: SceneObject): Required<Pick<SceneObject, 'name' | 'box' | 'depth'>> => ({ name, box: at, depth: far });
  const towards = towardsPole(axis, whole(one), whole(two));
  if (towards === 0) throw rowProblem(`boxes and depths don't say which of \`${one.name}\` and \`${two.name}\` it is`);
  return towards > 0;
}

async function* read(input: ImportInput): AsyncGenerator<GoodRow | BadRow> {
  for (const file of input.files) {
    const root = imageRoot(input, file);
    const waiting = new Map<string, Asked>();
    const separator = /\.tsv$/i.test(file) ? '\t' : ',';
    let number = 0;
    for await (const row of /\.jsonl?$/i.test(file) ? readElements(file) : readTable(file, separator, ['image'])) {
      number++;
      if ('problem' in row) yield row;
      else {
        const value = 'fields' in row ? row.fields : row.value;
        yield await attempt(row.where, () => {
          if (typeof value !== 'object' || value === null || Array.isArray(value))
            throw rowProblem('an object with fields was expected');
          return pairsOf(value as Record<string, unknown>, number, root, input, waiting);
        });
      }
    }
    for (const [pair, { id }] of waiting)
      yield { where: `${file} ${id}`, problem: `pair ${pair} has one usable row, two are needed` };
  }
}

export const ownPictures: Importer = {
  name: 'own',
  version: 1,
  description: 'your own pictures, from CSV or JSON lines (docs/own-pictures.md)',
  published: [],
  read,
};
