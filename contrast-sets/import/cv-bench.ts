/**
 * CV-Bench (Tong et al. 2024, Cambrian-1, https://arxiv.org/abs/2406.16860). Schema from
 * https://huggingface.co/datasets/nyu-visionx/CV-Bench (`test_2d.parquet`, `test_3d.parquet`): `idx, type (2D | 3D),
 * task (Count | Relation | Depth | Distance), image {bytes, path}, question, choices, answer "(A)", prompt, source, …,
 * bbox`.
 *
 * - Relation ("… where is the X located with respect to the Y?", choices left/right or above/below) and Depth ("Which
 * object is closer to the camera …, the X … or the Y …?") are about two
 *   objects: question swaps in the form of methods §1. Names keep their "(highlighted by a red box)", since the boxes
 * are drawn into the picture.
 * - Count and Distance are multiple choices: circular pairs. Depth comes as both.
 * - Depth isn't in the file; its order follows from the answer (depths 1 and 2 are ranks). `bbox` is used where it
 * lists two boxes, in the order of the question. Whether its boxes are corners
 *   isn't documented: unless `boxes` says it, all boxes of the file are looked at first, and they are corners if none
 * ends before it begins when read so.
 */
import { z } from 'zod';
import type { Axis, Pair, SceneObject } from '../../core/artifacts/contrast-set.ts';
import { conditionsOf } from '../conditions.ts';
import { boxIn, rankDepth } from './boxes.ts';
import type { BoxFormat } from './boxes.ts';
import { attempt, type Importer, type ImportInput } from './importer.ts';
import { rowProblem } from './row-problem.ts';
import { circularPair, swapPair } from './pairs.ts';
import { readParquet } from './parquet.ts';
import { decodePicture } from './pictures.ts';
import { fieldsOf, letterIndex, pictureBytes } from './rows.ts';

const rowSchema = z.object({
  idx: z.union([z.number(), z.bigint(), z.string()]),
  type: z.string().nullish(),
  task: z.string(),
  image: pictureBytes,
  question: z.string().min(1),
  choices: z.array(z.string()),
  answer: z.string(),
  bbox: z.array(z.array(z.number())).nullish().catch(null),
});

const CLOSER = /which object is closer to the camera taking this photo, (?:the )?(.+?) or (?:the )?([^?]+?)\?/i;
const RELATION = /where is (?:the )?(.+?) located with respect to (?:the )?([^?]+?)\?/i;
const RELATION_AXES: Readonly<Record<string, { readonly axis: Axis; readonly atPole: boolean }>> = {
  left: { axis: 'horizontal', atPole: true },
  right: { axis: 'horizontal', atPole: false },
  above: { axis: 'vertical', atPole: true },
  below: { axis: 'vertical', atPole: false },
};
const COLUMNS = ['idx', 'type', 'task', 'image', 'question', 'choices', 'answer', 'bbox'];

/**
 * How the boxes of a file are written, from all of them: corner and size would break "ends after it begins" somewhere.
 */
async function formatOf(file: string): Promise<BoxFormat> {
  let boxes = 0;
  for await (const { fields } of readParquet(file, { required: [], columns: ['bbox'] })) {
    for (const box of z.array(z.array(z.number())).catch([]).parse(fields.bbox)) {
      boxes++;
      if (!(box[2] > box[0] && box[3] > box[1])) return 'xywh';
    }
  }
  return boxes > 0 ? 'xyxy' : 'xywh';
}

async function pairsOf(fields: unknown, format: BoxFormat, input: ImportInput): Promise<Pair[]> {
  const row = fieldsOf(rowSchema, fields);
  const id = input.claim(`${row.type ?? 'row'}-${row.task}-${String(row.idx)}`);
  const right = letterIndex(row.answer, row.choices.length);
  const decoded = await decodePicture(row.image.bytes);
  const group = decoded.hash.slice(0, 24);
  const variant = { task: row.task };
  if (row.task === 'Depth') {
    const match = CLOSER.exec(row.question);
    if (match === null)
      throw rowProblem(
        'the question does not say "Which object is closer to the camera taking this photo, the X or the Y?"',
      );
    const names = [match[1], match[2]];
    // The choices name the objects without their boxes.
    const matches = names.map((name) => name === row.choices[right] || name.startsWith(`${row.choices[right]} (`));
    if (matches[0] === matches[1])
      throw rowProblem(
        `the right option ${JSON.stringify(row.choices[right])} is ${matches[0] ? 'both' : 'none'} of ${names.join(', ')}`,
      );
    const closer = matches.indexOf(true);
    const boxes = row.bbox?.length === 2 ? row.bbox : null;
    const [first, second] = names.map((name, i): SceneObject => ({
      name,
      ...(boxes && { box: boxIn(boxes[i], decoded, format, name) }),
      depth: rankDepth(i !== closer),
    }));
    const conditions = conditionsOf([first, second], decoded.height);
    const common = { group, conditions, pictures: [input.pictures.add(decoded)], facts: { depth: 'order' }, variant };
    return [
      circularPair({
        id: `${id}:choice`,
        axis: 'distance-choice',
        ...common,
        question: row.question,
        choices: row.choices,
        right,
        objects: [first, second],
      }),
      // The second of the two named is asked about.
      swapPair({ id: `${id}:swap`, axis: 'distance', ...common, named: [first, second], subjectAtPole: closer === 0 }),
    ];
  }
  const relation =
    row.task === 'Relation' && Object.hasOwn(RELATION_AXES, row.choices[right])
      ? RELATION_AXES[row.choices[right]]
      : undefined;
  if (relation !== undefined) {
    const match = RELATION.exec(row.question);
    if (match === null) throw rowProblem('the question does not say "where is the X located with respect to the Y?"');
    return [
      swapPair({
        id: `${id}:swap`,
        axis: relation.axis,
        group,
        conditions: {},
        pictures: [input.pictures.add(decoded)],
        named: [{ name: match[1] }, { name: match[2] }],
        subjectAtPole: relation.atPole,
        variant,
      }),
    ];
  }
  const axis = row.task === 'Distance' ? 'nearest-object' : row.task.toLowerCase().replace(/[^a-z]+/g, '-');
  return [
    circularPair({
      id: `${id}:choice`,
      axis,
      group,
      conditions: {},
      pictures: [input.pictures.add(decoded)],
      question: row.question,
      choices: row.choices,
      right,
      variant,
    }),
  ];
}

export const cvBench: Importer = {
  name: 'cv-bench',
  version: 1,
  description: 'CV-Bench: test_2d.parquet and test_3d.parquet',
  published: [
    {
      of: '3D depth questions',
      axis: 'distance',
      total: 600,
      counts: { consistent: 363, counter: 65, ambiguous: 172 },
      source: 'arXiv 2605.30161',
    },
  ],
  async *read(input) {
    for (const file of input.files) {
      const format = input.boxes ?? (await formatOf(file));
      for await (const { where, fields } of readParquet(file, {
        required: ['idx', 'task', 'image', 'question', 'choices', 'answer'],
        columns: COLUMNS,
      }))
        yield await attempt(where, () => pairsOf(fields, format, input));
    }
  },
};
