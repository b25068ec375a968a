/**
 * SpatialTunnel's public sets ("Why Far Looks Up", arXiv 2605.30161). Known of them: the data card of
 * https://huggingface.co/datasets/cubec/spatialtunnel lists three tables (`contrastive_probing.tsv`, 1,200 rows;
 * `size_variation.tsv`, 1,100 rows; `phase_variation.tsv`), and the probing code
 * (https://github.com/cheolhong0916/contrastive-probing) reads the first with the columns `index question_id category
 * question image (base64) answer A B …`.
 * - left, right, above, below: `A` and `B` are the two objects and `answer` is the relation of A to B (a letter there
 * is taken as the relation of the row's `category`);
 * - far, close: `answer` is the letter of the object that is farther (closer) than the other.
 * Both become question swaps in the form of methods §1. Neither boxes nor angles are columns of the first table, so
 * there is no condition.
 *
 * The columns of the other two are NOT documented beyond their names. What is assumed: VLMEvalKit's form; an answer Yes
 * or No where there are no options. Every further short column is kept in `variant`, so that the grid of positions or
 * sizes can be rebuilt from it.
 */
import type { Axis, Item, Pair } from '../../core/artifacts/contrast-set.ts';
import type { Importer, ImportInput } from './importer.ts';
import { rowProblem } from './row-problem.ts';
import { circularPair, swapPair } from './pairs.ts';
import { readTsv, type TsvQuestion } from './rows.ts';

const RELATIONS: Readonly<Record<string, { readonly axis: Axis; readonly atPole: boolean }>> = {
  left: { axis: 'horizontal', atPole: true },
  right: { axis: 'horizontal', atPole: false },
  above: { axis: 'vertical', atPole: true },
  below: { axis: 'vertical', atPole: false },
  far: { axis: 'distance', atPole: true },
  close: { axis: 'distance', atPole: false },
};
const KNOWN = new Set([
  'index',
  'question_id',
  'question',
  'image',
  'image_path',
  'image_url',
  'answer',
  'A',
  'B',
  'C',
  'D',
]);

/** All short fields beside the known ones, numbers as numbers. */
function variantOf(fields: Readonly<Record<string, string>>): NonNullable<Item['variant']> {
  const kept = Object.entries(fields).filter(([name, text]) => !KNOWN.has(name) && text.length <= 64);
  return Object.fromEntries(kept.map(([name, text]) => [name, /^-?\d+(?:\.\d+)?$/.test(text) ? Number(text) : text]));
}

async function pairsOf(
  { fields, index, question, choices, right, answer, picture }: TsvQuestion,
  input: ImportInput,
): Promise<Pair[]> {
  const id = input.claim(fields.question_id ?? index);
  const relation = Object.hasOwn(RELATIONS, fields.category ?? '') ? RELATIONS[fields.category] : undefined;
  const variant = variantOf(fields);
  if (relation === undefined) return otherForm({ id, question, choices, right, answer, variant }, picture);
  if (choices.length < 2) throw rowProblem('`A` and `B` must name the two objects');
  const [a, b] = choices;
  let named: [string, string] = [a, b];
  if (relation.axis === 'distance') {
    if (right !== 0 && right !== 1) throw rowProblem(`the answer ${JSON.stringify(answer)} is neither A nor B`);
    // The object asked about is named last.
    named = right === 0 ? [b, a] : [a, b];
  } else if (answer.trim() !== fields.category && right < 0)
    throw rowProblem(`the answer ${JSON.stringify(answer)} is neither the category ${fields.category} nor a letter`);
  const stored = await picture();
  return [
    swapPair({
      id,
      axis: relation.axis,
      group: stored.hash.slice(0, 24),
      conditions: {},
      pictures: [stored],
      named: [{ name: named[0] }, { name: named[1] }],
      subjectAtPole: relation.atPole,
      variant,
    }),
  ];
}

/** A row of the two tables whose form isn't documented. */
async function otherForm(
  {
    id,
    question,
    choices,
    right,
    answer,
    variant,
  }: Pick<TsvQuestion, 'question' | 'choices' | 'right' | 'answer'> & { id: string; variant: Item['variant'] },
  picture: TsvQuestion['picture'],
): Promise<Pair[]> {
  const stored = await picture();
  const common = {
    group: stored.hash.slice(0, 24),
    axis: 'distance-choice',
    conditions: {},
    pictures: [stored],
    question,
    variant,
  };
  if (choices.length >= 2) {
    if (right < 0) throw rowProblem(`the answer ${JSON.stringify(answer)} is none of the ${choices.length} options`);
    return [circularPair({ id, ...common, choices, right })];
  }
  const truth = ['yes', 'no'].indexOf(answer.trim().toLowerCase());
  if (truth < 0) throw rowProblem(`no options, and the answer ${JSON.stringify(answer)} is neither Yes nor No`);
  return [circularPair({ id, ...common, choices: ['Yes', 'No'], right: truth })];
}

export const spatialTunnel: Importer = {
  name: 'spatialtunnel',
  version: 1,
  description: "SpatialTunnel's public tables: contrastive_probing.tsv, size_variation.tsv, phase_variation.tsv",
  published: [],
  read: (input) => readTsv(input, (row) => pairsOf(row, input)),
};
