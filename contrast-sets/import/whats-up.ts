/**
 * What's Up (Kamath et al. 2023, https://aclanthology.org/2023.emnlp-main.568). Schema from
 * https://github.com/amitakamath/whatsup_vlms, README and `dataset_zoo/aro_datasets.py`: a JSON array; in
 * `controlled_images_dataset.json` (A) and `controlled_clevr_dataset.json` (B) of `{image_path:
 * "data/controlled_images/…", caption_options: [right, wrong, …]}`, in the COCO and GQA files of `[picture id, right
 * caption, wrong caption]`. The first caption is the right one.
 *
 * A and B come in sets of four: the same two objects in four relations, a picture each, told apart by file names like
 * `mug_left_of_plate.jpeg`. All four pictures get the four captions in one order; the opposites (left and right, on and
 * under, in front and behind) are image interventions; `variant.preposition` and the common group give individual, pair
 * and set-of-four accuracy. The two-caption files become circular pairs.
 */
import { basename, resolve } from 'node:path';
import { existsSync } from 'node:fs';
import { z } from 'zod';
import type { Item, Pair } from '../../core/artifacts/contrast-set.ts';
import { attempt, type BadRow, type GoodRow, type Importer, type ImportInput } from './importer.ts';
import { rowProblem } from './row-problem.ts';
import { readElements } from './json-elements.ts';
import { choiceItem, circularPair } from './pairs.ts';
import { decodePicture, pictureFile } from './pictures.ts';
import { fieldsOf, imageRoot } from './rows.ts';

const controlledSchema = z.object({
  image_path: z.string().min(1),
  caption_options: z.array(z.string().min(1)).min(2),
});
const listedSchema = z.tuple([z.union([z.number(), z.string()]), z.string().min(1), z.string().min(1)]);
const QUESTION = 'Which caption describes the picture?';

/** Prepositions as file names write them; opposites beside each other. */
const PREPOSITIONS = ['left_of', 'right_of', 'on', 'under', 'in-front_of', 'behind'] as const;
const OPPOSITES = [
  ['left_of', 'right_of'],
  ['on', 'under'],
  ['in-front_of', 'behind'],
] as const;
type Preposition = (typeof PREPOSITIONS)[number];

/**
 * The set of four and the relation of a picture: `beer-bottle_left_of_armchair_2.jpeg` → `beer-bottle armchair 2`,
 * `left_of`.
 */
export function placeOf(path: string): { set: string; preposition: Preposition } | null {
  const name = basename(path).replace(/\.[a-z]+$/i, '');
  for (const preposition of PREPOSITIONS) {
    const at = name.indexOf(`_${preposition}_`);
    if (at > 0) return { set: `${name.slice(0, at)} ${name.slice(at + preposition.length + 2)}`, preposition };
  }
  return null;
}

interface Member {
  readonly where: string;
  readonly path: string;
  readonly preposition: Preposition;
  readonly captions: readonly string[];
}

async function* read(input: ImportInput): AsyncGenerator<GoodRow | BadRow> {
  for (const file of input.files) {
    const root = imageRoot(input, file);
    // Texts only: the pictures are read when all rows of their set are known.
    const sets = new Map<string, Member[]>();
    for await (const element of readElements(file)) {
      if ('problem' in element) {
        yield element;
        continue;
      }
      const { value, where } = element;
      if (Array.isArray(value)) {
        yield await attempt(where, () => listed(value, root, input));
        continue;
      }
      const row = await attempt(where, () => {
        const { image_path: path, caption_options: captions } = fieldsOf(controlledSchema, value);
        input.claim(path);
        const place = placeOf(path);
        if (place === null)
          throw rowProblem(
            `the file name ${JSON.stringify(basename(path))} names no relation (${PREPOSITIONS.join(', ')})`,
          );
        const members = sets.get(place.set) ?? [];
        if (members.some(({ preposition }) => preposition === place.preposition))
          throw rowProblem(`a second picture of ${place.set}, ${place.preposition}`);
        sets.set(place.set, [...members, { where, path, preposition: place.preposition, captions }]);
        return [];
      });
      // Good rows come with their set.
      if ('problem' in row) yield row;
    }
    for (const [set, members] of sets) yield* setOf(set, members, root, input);
  }
}

/** The pairs of one set of up to four pictures. */
async function* setOf(
  set: string,
  members: readonly Member[],
  root: string,
  input: ImportInput,
): AsyncGenerator<GoodRow | BadRow> {
  const order = [...new Set(members.flatMap(({ captions }) => captions))].sort();
  const items = new Map<Preposition, { item: Item; where: string }>();
  for (const { where, path, preposition, captions } of members) {
    const row = await attempt(where, async () => {
      if (captions.some((caption) => !order.includes(caption)) || captions.length !== order.length)
        throw rowProblem(`its captions are not those of the other pictures of ${set}`);
      const stored = input.pictures.add(await decodePicture(await pictureFile(whereIs(path, root), root)));
      const item = choiceItem({
        id: path,
        pictures: [stored],
        question: QUESTION,
        choices: order,
        right: order.indexOf(captions[0]),
        variant: { preposition, circular: 0 },
      });
      items.set(preposition, { item: { ...item, captions: order }, where });
      return [];
    });
    yield row;
  }
  for (const [one, other] of OPPOSITES) {
    const [first, second] = [items.get(one), items.get(other)];
    if (first !== undefined && second !== undefined)
      yield {
        where: second.where,
        rows: 0,
        pairs: [
          {
            id: `${set}:${one}`,
            group: set,
            axis: 'preposition',
            kind: 'image-intervention',
            conditions: {},
            first: first.item,
            second: second.item,
            nuisance: {},
          },
        ],
      };
    else if (first !== undefined || second !== undefined)
      yield {
        where: (first ?? second)!.where,
        rows: 0,
        problem: `no usable picture of the opposite relation (${first === undefined ? one : other}) of ${set}`,
      };
  }
}

/**
 * Paths in the file begin with the `data/` of the authors' checkout: what exists under the folder of pictures is taken,
 * from the longest ending on.
 */
function whereIs(path: string, root: string): string {
  const parts = path.split('/');
  for (let from = 0; from < parts.length; from++) {
    const name = parts.slice(from).join('/');
    if (!parts.includes('..') && existsSync(resolve(root, name))) return name;
  }
  return path;
}

/** COCO and GQA: a picture's id and two captions, the right one first. */
async function listed(value: unknown, root: string, input: ImportInput): Promise<Pair[]> {
  const [picture, right, wrong] = fieldsOf(listedSchema, value);
  const id = input.claim(`${picture}:${right}`);
  const name = [
    `val2017/${String(picture).padStart(12, '0')}.jpg`,
    `${String(picture).padStart(12, '0')}.jpg`,
    `vg_images/${picture}.jpg`,
    `${picture}.jpg`,
    String(picture),
  ].find((candidate) => existsSync(resolve(root, candidate)));
  if (name === undefined)
    throw rowProblem(`no picture ${picture} under ${root} (as val2017/ID.jpg, vg_images/ID.jpg or ID.jpg)`);
  const stored = input.pictures.add(await decodePicture(await pictureFile(name, root)));
  return [
    circularPair({
      id,
      group: stored.hash.slice(0, 24),
      axis: 'preposition',
      conditions: {},
      pictures: [stored],
      question: QUESTION,
      choices: [right, wrong],
      right: 0,
    }),
  ];
}

export const whatsUp: Importer = {
  name: 'whats-up',
  version: 1,
  description:
    "What's Up: controlled_images_dataset.json, controlled_clevr_dataset.json (sets of four), coco_qa_*.json, vg_qa_*.json",
  published: [],
  read,
};
