/**
 * BLINK (Fu et al. 2024, https://arxiv.org/abs/2404.12390). Schema from
 * https://huggingface.co/datasets/BLINK-Benchmark/BLINK (one Parquet file a task and split) and
 * https://github.com/zeyofu/BLINK_Benchmark: `idx, sub_task, question, prompt, choices, answer "(A)", image_1 … image_4
 * {bytes, path}`. The answers of the test split are withheld ("hidden"): those rows are bad rows.
 *
 * Every question becomes a circular pair, the axis being the task (`relative-depth`, `multi-view-reasoning`, …).
 * Choices such as "A is closer" speak of points marked A and B in the picture, not of letters of the answer.
 */
import { z } from 'zod';
import type { Pair } from '../../core/artifacts/contrast-set.ts';
import { attempt, type Importer, type ImportInput } from './importer.ts';
import { rowProblem } from './row-problem.ts';
import { circularPair } from './pairs.ts';
import { readParquet } from './parquet.ts';
import { decodePicture, type DecodedPicture } from './pictures.ts';
import { fieldsOf, letterIndex, pictureBytes } from './rows.ts';

const picture = pictureBytes.nullish();
const rowSchema = z.object({
  idx: z.string().min(1),
  sub_task: z.string().optional(),
  question: z.string().min(1),
  choices: z.array(z.string()),
  answer: z.string(),
  image_1: pictureBytes,
  image_2: picture,
  image_3: picture,
  image_4: picture,
});
const COLUMNS = Object.keys(rowSchema.shape);

async function pairsOf(fields: unknown, input: ImportInput): Promise<Pair[]> {
  const row = fieldsOf(rowSchema, fields);
  const id = input.claim(row.idx);
  if (/^hidden$/i.test(row.answer)) throw rowProblem('the answer is withheld: this is a row of the test split');
  const right = letterIndex(row.answer, row.choices.length);
  const task = row.sub_task ?? id.replace(/^(?:val|test)_/, '').replace(/_\d+$/, '');
  const decoded: DecodedPicture[] = [];
  for (const image of [row.image_1, row.image_2, row.image_3, row.image_4])
    if (image) decoded.push(await decodePicture(image.bytes));
  const pictures = decoded.map((one) => input.pictures.add(one));
  return [
    circularPair({
      id,
      group: pictures[0].hash.slice(0, 24),
      axis: task.toLowerCase().replace(/[^a-z]+/g, '-'),
      conditions: {},
      pictures,
      question: row.question,
      choices: row.choices,
      right,
      variant: { task },
    }),
  ];
}

export const blink: Importer = {
  name: 'blink',
  version: 1,
  description: 'BLINK: val-*.parquet of any of its tasks, one to four pictures a question',
  published: [],
  async *read(input) {
    for (const file of input.files)
      for await (const { where, fields } of readParquet(file, {
        required: ['idx', 'question', 'choices', 'answer', 'image_1'],
        columns: COLUMNS,
      }))
        yield await attempt(where, () => pairsOf(fields, input));
  },
};
