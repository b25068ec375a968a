import { join } from 'node:path';
import { expect, test } from 'vitest';
import { circularityLens } from '../../../analysis/lenses/index.ts';
import { conditionFor, itemsOf } from '../../../core/artifacts/contrast-set.ts';
import { placeOf } from '../../../contrast-sets/import/whats-up.ts';
import { variantOf } from '../../../contrast-sets/import/three-dsr-bench.ts';
import { FIXTURES, imported, temporaryFolder } from './helpers.ts';

const folder = temporaryFolder();
const meaning = ({
  options,
  choices,
  answer,
}: {
  options: string[];
  choices?: string[] | undefined;
  answer: string;
}): string | undefined => choices?.[options.indexOf(answer)];

test('EmbSpatial-Bench: conditions from boxes and the order that the answer states, whichever other object is drawn', async () => {
  for (const seed of [0, 1, 2]) {
    const { pair, report } = await imported(folder, 'embspatial', ['embspatial_bench.json'], { seed });
    // make.py: 57 the nearest lies lowest; 58 the nearest lies highest; 59 the farthest lies lowest; 60 all lie in one
    // row.
    expect(['57', '58', '59', '60'].map((number) => conditionFor(pair(`mp3d_${number}:swap`)))).toEqual([
      'consistent',
      'counter',
      'counter',
      'ambiguous',
    ]);
    expect(['57', '58', '59', '60'].map((number) => conditionFor(pair(`mp3d_${number}:choice`)))).toEqual([
      'consistent',
      'counter',
      'counter',
      'ambiguous',
    ]);
    expect(report.counts.distance).toEqual({ consistent: 1, counter: 2, ambiguous: 1 });
    expect(conditionFor(pair('mp3d_61:swap'))).toBe('none');
  }
});

test('EmbSpatial-Bench: a distance question asks about the right option first, a relation about the object that the right option names first', async () => {
  const { pair } = await imported(folder, 'embspatial', ['embspatial_bench.json']);
  const distance = pair('mp3d_57:swap');
  expect(distance.first.question).toMatch(
    /^Compared to the (?:garage door|cabinet|cart), is the table far or close from you\?/,
  );
  expect([distance.first.answer, distance.second.answer]).toEqual(['close', 'far']);
  expect(distance.first.facts).toEqual({ depth: 'order' });
  expect(distance.first.objects.find(({ name }) => name === 'table')).toMatchObject({
    box: [24, 34, 16, 12],
    depth: 1,
  });
  const left = pair('mp3d_61:swap');
  expect(left.first).toMatchObject({
    question: 'Is the picture to the left or right of the sofa? Answer with only one word.',
    answer: 'left',
    options: ['left', 'right'],
  });
  expect(left.second).toMatchObject({
    question: 'Is the sofa to the left or right of the picture? Answer with only one word.',
    answer: 'right',
  });
  const under = pair('ai2thor_799:swap');
  expect(under.first).toMatchObject({
    question: 'Is the drawer above or below the soapbottle? Answer with only one word.',
    answer: 'below',
  });
  // Two corners in the file.
  expect(under.first.objects.map(({ box }) => box)).toEqual([
    [10, 30, 10, 16],
    [36, 4, 10, 10],
  ]);
  expect(under.first.facts).toEqual({ boxes: 'corners' });
});

test('EmbSpatial-Bench: the four-way question stands beside itself with its options turned by one', async () => {
  const { pair } = await imported(folder, 'embspatial', ['embspatial_bench.json']);
  const { kind, axis, first, second } = pair('mp3d_57:choice');
  expect([kind, axis, first.variant?.circular, second.variant?.circular]).toEqual([
    'perturbation',
    'distance-choice',
    0,
    1,
  ]);
  expect([first.choices, second.choices]).toEqual([
    ['garage door', 'cabinet', 'table', 'cart'],
    ['cart', 'garage door', 'cabinet', 'table'],
  ]);
  expect([first.answer, second.answer, meaning(first), meaning(second)]).toEqual(['C', 'D', 'table', 'table']);
  expect(second.question).toContain('\nA. cart\nB. garage door\nC. cabinet\nD. table\n');
});

test('EmbSpatial-Bench: the table asks the same questions, without boxes or conditions', async () => {
  const json = await imported(folder, 'embspatial', ['embspatial_bench.json']);
  const table = await imported(folder, 'embspatial', ['EmbSpatial-Bench.tsv']);
  for (const id of ['mp3d_57:swap', 'mp3d_58:swap', 'mp3d_59:choice', 'mp3d_61:swap', 'ai2thor_799:swap']) {
    const [a, b] = [json.pair(id), table.pair(id)];
    expect([b.first.question, b.first.answer, b.second.question, b.group]).toEqual([
      a.first.question,
      a.first.answer,
      a.second.question,
      a.group,
    ]);
    expect(conditionFor(b)).toBe('none');
  }
  // Quotes and a line break inside a field; a picture that is the one of row 0.
  expect(table.pair('mp3d_80:choice').first.question).toMatch(/^Which is "far"\?\nLook\.\nA\. lamp/);
  expect(table.pair('mp3d_80:choice').first.images).toEqual(table.pair('mp3d_57:choice').first.images);
  expect(table.problems).toEqual([
    'EmbSpatial-Bench.tsv:10 nothing to compare: the right option is "Unknown", the others lamp, door, rug',
    'EmbSpatial-Bench.tsv:11 4 fields where the first line names 10 columns',
    'EmbSpatial-Bench.tsv:12 the answer "E" is none of the 4 options',
  ]);
});

test('CV-Bench: depth and relation become question swaps, the rest circular pairs', async () => {
  const { pair, report } = await imported(folder, 'cv-bench', ['cv-bench.parquet']);
  // make.py: 0 the nearer lies lower; 1 the nearer lies higher; 2 side by side.
  expect([0, 1, 2].map((idx) => conditionFor(pair(`3D-Depth-${idx}:swap`)))).toEqual([
    'consistent',
    'counter',
    'ambiguous',
  ]);
  expect(pair('3D-Depth-0:swap').first).toMatchObject({
    question:
      'Compared to the sink (highlighted by a red box), is the bottle (highlighted by a blue box) far or close from you? Answer with only one word.',
    answer: 'far',
  });
  expect(pair('2D-Relation-5:swap').first).toMatchObject({
    question: 'Is the rug (annotated by the red box) above or below the pillow? Answer with only one word.',
    answer: 'above',
  });
  expect(pair('2D-Relation-6:swap').first.answer).toBe('right');
  expect(meaning(pair('2D-Count-4:choice').second)).toBe('4');
  expect(pair('3D-Distance-3:choice').axis).toBe('nearest-object');
  expect(report).toMatchObject({ rows: 10, bad: 3 });
});

test('CV-Bench: boxes written as two corners are told from the file as a whole, and overruled by the option', async () => {
  const sized = await imported(folder, 'cv-bench', ['cv-bench.parquet']);
  const corners = await imported(folder, 'cv-bench', ['cv-bench-corners.parquet']);
  for (const id of ['3D-Depth-0:swap', '3D-Depth-1:swap', '3D-Depth-2:swap'])
    expect(corners.pair(id).first.objects).toEqual(sized.pair(id).first.objects);
  await expect(imported(folder, 'cv-bench', ['cv-bench-corners.parquet'], { boxes: 'xywh' })).rejects.toThrow(
    /none of 3 rows gives a pair; .*say --boxes xyxy/,
  );
});

test('3DSRBench: circular and mirrored rows are variants of one question, whichever comes first; strict accuracy can be read', async () => {
  const { set, pair, problems } = await imported(folder, '3dsrbench', ['3dsrbench.tsv']);
  const closer = set.pairs.filter(({ group }) => group === 'AAAA');
  expect(
    closer.map(({ first, second }) => [first.item, second.variant?.circular, second.variant?.flipped, meaning(second)]),
  ).toEqual([
    ['AAAA:0', 1, false, 'bus'],
    ['AAAA:0', 0, true, 'bus'],
    ['AAAA:0', 1, true, 'bus'],
  ]);
  expect(pair('BBBB-1').first.item).toBe('BBBB:0');
  expect(pair('CCCC:choice').second.choices).toEqual(['box', 'lamp', 'cup', 'rug']);
  expect(problems).toEqual([expect.stringContaining('qid DDDD 1 variants of a question that is not in the files')]);
  // A checkpoint that always says A: right on AAAA and BBBB as they stand, wrong once they are turned.
  const answers = itemsOf(set).map(({ item, options }) => ({
    item,
    scores: Object.fromEntries(options.map((option, i) => [option, i === 0 ? 1 : 0])),
  }));
  const { strict } = circularityLens({ set, answers });
  const accuracy = Object.fromEntries(strict.map(({ variants, accuracy: { value } }) => [variants, value]));
  expect(accuracy).toMatchObject({ vanilla: 2 / 3, flip: 1, circular: 0, 'flip+circular': 0 });
});

test('3DSRBench: endings of a qid', () => {
  expect(variantOf('Q7')).toEqual({ base: 'Q7', circular: 0, flipped: false });
  expect(variantOf('Q7-2')).toEqual({ base: 'Q7', circular: 2, flipped: false });
  expect(variantOf('Q7-flip-1')).toEqual({ base: 'Q7', circular: 1, flipped: true });
  expect(variantOf('FLIPPER')).toEqual({ base: 'FLIPPER', circular: 0, flipped: false });
});

test('3DSRBench: an address is not fetched, but found in the folder of pictures', async () => {
  await expect(imported(folder, '3dsrbench', ['3dsrbench-urls.tsv'])).rejects.toThrow(
    /nothing is fetched: download .* and give it with --images/,
  );
  const { report } = await imported(folder, '3dsrbench', ['3dsrbench-urls.tsv'], { images: join(FIXTURES, 'coco') });
  expect(report).toMatchObject({ rows: 1, bad: 0, pairs: 1 });
});

test("What's Up: four pictures, one list of captions, opposites as interventions; individual, pair and set-of-four accuracy", async () => {
  const { set, pair, problems } = await imported(folder, 'whats-up', ['whats-up/controlled_images_dataset.json']);
  const [sides, heights] = [pair('mug plate:left_of'), pair('mug plate:on')];
  expect([sides.kind, sides.first.variant?.preposition, sides.second.variant?.preposition]).toEqual([
    'image-intervention',
    'left_of',
    'right_of',
  ]);
  expect(new Set([sides.first, sides.second, heights.first, heights.second].map(({ question }) => question)).size).toBe(
    1,
  );
  expect([sides.first, sides.second, heights.first, heights.second].map(meaning)).toEqual([
    'A mug to the left of a plate',
    'A mug to the right of a plate',
    'A mug on a plate',
    'A mug under a plate',
  ]);
  expect(problems).toEqual([
    expect.stringContaining("missing_left_of_armchair.jpeg can't be read"),
    expect.stringContaining('no usable picture of the opposite relation (left_of) of beer-bottle armchair'),
  ]);
  // Right but for "right of".
  const answers = itemsOf(set).map(({ item, options, answer, variant }) => ({
    item,
    scores: Object.fromEntries(
      options.map((option) => [option, (option === answer) === (variant?.preposition !== 'right_of') ? 1 : 0]),
    ),
  }));
  const { sets } = circularityLens({ set, answers });
  expect(sets.map(({ unit, accuracy }) => [unit, accuracy.value, accuracy.n])).toEqual([
    ['individual', 5 / 6, 6],
    ['pair', 2 / 3, 3],
    ['set', 0, 1],
  ]);
});

test("What's Up: file names, and the two-caption files of COCO", async () => {
  expect(placeOf('data/controlled_images/beer-bottle_on_armchair.jpeg')).toEqual({
    set: 'beer-bottle armchair',
    preposition: 'on',
  });
  expect(placeOf('data/controlled_clevr/cube_in-front_of_sphere_2.png')).toEqual({
    set: 'cube sphere_2',
    preposition: 'in-front_of',
  });
  expect(placeOf('data/controlled_images/left.jpeg')).toBeNull();
  const { set } = await imported(folder, 'whats-up', ['whats-up/coco_qa_two_obj.json'], {
    images: join(FIXTURES, 'coco'),
  });
  expect(set.pairs.map(({ first, second }) => [first.answer, second.answer, meaning(second)])).toEqual([
    ['A', 'B', 'A photo of a bus to the left of a tree'],
    ['A', 'B', 'A photo of a cat above a bed'],
  ]);
});

test('BLINK: several pictures, withheld answers', async () => {
  const { pair, problems } = await imported(folder, 'blink', ['blink.parquet']);
  expect(pair('val_Multi-view_Reasoning_7').first.images).toHaveLength(2);
  expect(pair('val_Relative_Depth_1')).toMatchObject({
    axis: 'relative-depth',
    first: { answer: 'B' },
    second: { answer: 'A' },
  });
  expect(problems).toEqual(['blink.parquet row 2 the answer is withheld: this is a row of the test split']);
});

test('SpatialTunnel: relations of A to B, and undocumented columns kept', async () => {
  const { set, pair, problems } = await imported(folder, 'spatialtunnel', [
    'contrastive_probing.tsv',
    'phase_variation.tsv',
  ]);
  expect(pair('st_0').first).toMatchObject({
    question: 'Is the red cube to the left or right of the blue sphere? Answer with only one word.',
    answer: 'left',
  });
  expect(pair('st_1').first).toMatchObject({
    question: 'Compared to the blue sphere, is the red cube far or close from you? Answer with only one word.',
    answer: 'far',
  });
  expect(problems).toEqual(['contrastive_probing.tsv:4 the answer "C" is neither A nor B']);
  expect(set.pairs[2].first).toMatchObject({
    choices: ['Yes', 'No'],
    answer: 'B',
    variant: { phase1: 3, phase2: 11, template: 'closer', circular: 0 },
  });
});

test('COCO and depth maps: pairs by our rule, answers and conditions that the checker computes again', async () => {
  const { set, problems } = await imported(folder, 'coco-depth', ['coco/instances.json'], {
    depth: join(FIXTURES, 'coco-depth'),
  });
  // make.py: in picture 1 the near bus lies low; in 2 (.npy, half size, Fortran order) the far bus lies low; in 3 both
  // lie in one row.
  const byPicture = new Map(set.pairs.map((pair) => [pair.id.split(':')[0], conditionFor(pair)]));
  expect([...byPicture]).toEqual([
    ['1', 'consistent'],
    ['2', 'counter'],
    ['3', 'ambiguous'],
  ]);
  expect(set.pairs.map(({ id }) => id)).toEqual([
    '1:horizontal',
    '1:vertical',
    '1:distance',
    '2:horizontal',
    '2:vertical',
    '2:distance',
    '3:horizontal',
    '3:distance',
  ]);
  expect(set.pairs[2].first.objects.map(({ name, depth }) => [name, depth]).sort()).toEqual([
    ['bus', 2],
    ['traffic light', 5],
  ]);
  expect(set.pairs.every(({ first }) => first.program?.op === 'compare')).toBe(true);
  expect(problems).toEqual([
    expect.stringMatching(/instances\.json:1 annotations\[8\] bbox: /),
    expect.stringMatching(/instances\.json:1 images\[3\] no depth map 000000000004/),
  ]);
  // Inverse depth turns every order round.
  const inverse = await imported(folder, 'coco-depth', ['coco/instances.json'], {
    depth: join(FIXTURES, 'coco-depth'),
    inverseDepth: true,
  });
  expect(new Map(inverse.set.pairs.map((pair) => [pair.id.split(':')[0], conditionFor(pair)])).get('1')).toBe(
    'counter',
  );
  await expect(imported(folder, 'coco-depth', ['coco/instances.json'])).rejects.toMatchObject({ code: 'no-depth' });
});

test('your own pictures: conditions, answers from the geometry, your own question, a multiple choice, two rows of one pair', async () => {
  const { set, pair } = await imported(folder, 'own', ['own/pictures.csv']);
  expect(pair('far')).toMatchObject({
    axis: 'distance',
    conditions: { height: 'consistent', size: 'consistent' },
    first: {
      question: 'Compared to the blue box, is the red box far or close from you? Answer with only one word.',
      answer: 'close',
      variant: { light: 'day' },
    },
  });
  expect(pair('left').first.answer).toBe('left');
  expect(pair('mine').first).toMatchObject({
    question: 'Which is nearer, the blue box or the red box? Say "yes" for the first.',
    options: ['no', 'yes'],
    answer: 'yes',
  });
  expect(pair('mine').second).toMatchObject({
    question: 'Which is nearer, the red box or the blue box? Say "yes" for the first.',
    answer: 'no',
  });
  expect(meaning(pair('count').second)).toBe('2');
  expect(pair('pair-a')).toMatchObject({ kind: 'image-intervention', axis: 'count' });
  expect(set.header).toMatchObject({
    origin: 'imported',
    generator: 'own',
    counts: { conditions: { height: { consistent: 1, none: 2 } } },
  });
  const lines = await imported(folder, 'own', ['own/pictures.jsonl']);
  expect(lines.pair('7').first.images).toHaveLength(2);
  expect(lines.pair('row-4').first.images).toEqual([]);
});
