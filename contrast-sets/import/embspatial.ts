/**
 * EmbSpatial-Bench (Du et al. 2024, https://aclanthology.org/2024.acl-short.33). Schema from
 * https://github.com/mengfeidu/EmbSpatial-Bench, README: a JSON array (or lines) of `{question_id, data_source,
 * question, relation, image (base64), answer_options, answer (from 0), objects: [{name, bbox}]}`; and the table of the
 * "Why Far Looks Up" code (https://github.com/cheolhong0916/contrastive-probing): `index question_id category question
 * image answer A B C D`, without boxes.
 *
 * - left, right, above, under: two objects, named by the right option ("The X is … the Y"): a question swap in the form
 * of methods §1. Depth isn't given, so no condition.
 * - close, far: the right option is the nearest (farthest) of four. The paper doesn't say which other object it is
 * compared with; here one of the others is drawn at random, as the
 *   code above does. The order of the two depths follows from the answer: depths 1 and 2 are ranks, and `facts.depth`
 * says so. The table has no boxes, hence no condition.
 * - Boxes are `[x, y, width, height]`. The README's AI2-THOR example can only be two corners, though (`[87, 223, 129,
 * 300]` in a picture of 300 × 300), so rows of `ai2thor` are read as
 *   corners where all their boxes allow that; `facts.boxes` says so. `boxes` in the options overrules both.
 *
 * The four-way question itself comes along as a circular pair, on the axis `distance-choice` (`horizontal-choice`, …),
 * under the scene's condition.
 */
import { z } from 'zod';
import type { Axis, Item, Pair, SceneObject } from '../../core/artifacts/contrast-set.ts';
import { Random } from '../../core/random.ts';
import { conditionsOf } from '../conditions.ts';
import { boxIn, fits, rankDepth } from './boxes.ts';
import type { BoxFormat } from './boxes.ts';
import { attempt, type Importer, type ImportInput } from './importer.ts';
import { rowProblem } from './row-problem.ts';
import { readElements } from './json-elements.ts';
import { circularPair, swapPair } from './pairs.ts';
import { base64Picture, decodePicture, type StoredPicture } from './pictures.ts';
import { fieldsOf, readTsv } from './rows.ts';

const RELATIONS: Readonly<Record<string, { readonly axis: Axis; readonly atPole: boolean }>> = {
  left: { axis: 'horizontal', atPole: true },
  right: { axis: 'horizontal', atPole: false },
  above: { axis: 'vertical', atPole: true },
  below: { axis: 'vertical', atPole: false },
  under: { axis: 'vertical', atPole: false },
  beneath: { axis: 'vertical', atPole: false },
  far: { axis: 'distance', atPole: true },
  close: { axis: 'distance', atPole: false },
};

const rowSchema = z.object({
  question_id: z.string().min(1),
  question: z.string().min(1),
  relation: z.string(),
  image: z.string(),
  answer_options: z.array(z.string()).min(2),
  answer: z.number().int(),
  data_source: z.string().optional(),
  objects: z.array(z.object({ name: z.string(), bbox: z.array(z.number()) })),
});
type Row = z.infer<typeof rowSchema>;

interface Question {
  readonly id: string;
  readonly relation: string;
  readonly question: string;
  readonly choices: readonly string[];
  readonly right: number;
}

/** Names of the two objects as the question uses them; the one asked about last on the distance axis, else first. */
function namesIn(
  { id, relation, question, choices, right }: Question,
  seed: number,
): { names: [string, string]; axis: Axis; atPole: boolean } {
  const known = Object.hasOwn(RELATIONS, relation) ? RELATIONS[relation] : undefined;
  if (known === undefined)
    throw rowProblem(`the relation ${JSON.stringify(relation)} is none of ${Object.keys(RELATIONS).join(', ')}`);
  const answer = choices[right];
  if (answer === undefined) throw rowProblem(`the answer is option ${right} of ${choices.length}`);
  if (known.axis !== 'distance') {
    const match = /^The (.+?) is (?:.+) the (.+?)\.?$/i.exec(answer);
    if (match === null || !question.includes(match[1]) || !question.includes(match[2]))
      throw rowProblem(`the two objects can't be told from the right option ${JSON.stringify(answer)}`);
    return { names: [match[1], match[2]], ...known };
  }
  const others = choices.filter((choice, i) => i !== right && !UNKNOWN.test(choice) && choice !== answer);
  if (UNKNOWN.test(answer) || others.length === 0)
    throw rowProblem(
      `nothing to compare: the right option is ${JSON.stringify(answer)}, the others ${choices.filter((_, i) => i !== right).join(', ')}`,
    );
  return { names: [new Random(seed, 'reference', id).pick(others), answer], ...known };
}
const UNKNOWN = /^\s*(?:unknown|n\/a|)\s*$/i;

function pairsOf(
  asked: Question,
  { names, axis, atPole }: ReturnType<typeof namesIn>,
  objects: readonly [SceneObject, SceneObject],
  picture: StoredPicture,
  facts: NonNullable<Item['facts']>,
): Pair[] {
  const { id, question, choices, right } = asked;
  const common = {
    group: picture.hash.slice(0, 24),
    conditions: conditionsOf(objects, picture.height),
    pictures: [picture],
    ...(Object.keys(facts).length > 0 && { facts }),
  };
  const listed =
    axis === 'distance' && choices.indexOf(names[1]) < choices.indexOf(names[0]) ? [objects[1], objects[0]] : objects;
  return [
    circularPair({
      id: `${id}:choice`,
      axis: `${axis}-choice`,
      ...common,
      question,
      choices,
      right,
      objects: listed,
      variant: { relation: asked.relation },
    }),
    swapPair({
      id: `${id}:swap`,
      axis,
      ...common,
      named: objects,
      subjectAtPole: atPole,
      variant: { relation: asked.relation },
    }),
  ];
}

/** Boxes of the two named objects. */
function located(
  { objects, data_source }: Row,
  named: ReturnType<typeof namesIn>,
  picture: { width: number; height: number },
  boxes: BoxFormat | undefined,
): { objects: [SceneObject, SceneObject]; format: BoxFormat } {
  const corners =
    data_source === 'ai2thor' &&
    fits(
      objects.map(({ bbox }) => bbox),
      picture,
      'xyxy',
    );
  const format = boxes ?? (corners ? 'xyxy' : 'xywh');
  const find = (name: string, farther: boolean): SceneObject => {
    const object = objects.find((candidate) => candidate.name === name);
    if (object === undefined)
      throw rowProblem(
        `no box for \`${name}\`: the row lists ${objects.map((candidate) => candidate.name).join(', ') || 'none'}`,
      );
    return {
      name,
      box: boxIn(object.bbox, picture, format, name),
      ...(named.axis === 'distance' && { depth: rankDepth(farther) }),
    };
  };
  return { objects: [find(named.names[0], !named.atPole), find(named.names[1], named.atPole)], format };
}

async function fromJson(value: unknown, input: ImportInput): Promise<Pair[]> {
  const row = fieldsOf(rowSchema, value);
  const asked = {
    id: row.question_id,
    relation: row.relation,
    question: row.question,
    choices: row.answer_options,
    right: row.answer,
  };
  input.claim(asked.id);
  const named = namesIn(asked, input.seed);
  const decoded = await decodePicture(base64Picture(row.image));
  const { objects, format } = located(row, named, decoded, input.boxes);
  return pairsOf(asked, named, objects, input.pictures.add(decoded), {
    ...(named.axis === 'distance' && { depth: 'order' }),
    ...(format === 'xyxy' && { boxes: 'corners' }),
  });
}

export const embspatial: Importer = {
  name: 'embspatial',
  version: 1,
  description: 'EmbSpatial-Bench: embspatial_bench.json, or the table with pictures in base64 (EmbSpatial-Bench.tsv)',
  published: [
    {
      of: 'distance questions',
      axis: 'distance',
      total: 1206,
      counts: { consistent: 976, counter: 129, ambiguous: 101 },
      source: 'arXiv 2605.30161',
    },
  ],
  async *read(input) {
    for (const file of input.files) {
      if (/\.(?:tsv|csv)$/i.test(file)) {
        yield* readTsv(
          { ...input, files: [file] },
          async ({ index, fields, question, choices, right, answer, picture }) => {
            if (right < 0)
              throw rowProblem(`the answer ${JSON.stringify(answer)} is none of the ${choices.length} options`);
            const asked = {
              id: input.claim(fields.question_id ?? index),
              relation: fields.category ?? '',
              question,
              choices,
              right,
            };
            const named = namesIn(asked, input.seed);
            return pairsOf(asked, named, [{ name: named.names[0] }, { name: named.names[1] }], await picture(), {});
          },
        );
      } else {
        for await (const element of readElements(file))
          yield 'problem' in element ? element : await attempt(element.where, () => fromJson(element.value, input));
      }
    }
  },
};
