/**
 * Annotations in COCO's form (https://cocodataset.org/#format-data: `images: [{id, file_name, width, height}]`,
 * `annotations: [{image_id, category_id, bbox [x, y, width, height], iscrowd}]`, `categories: [{id, name}]`) beside
 * depth maps of the same names. Pairs of objects are made by a rule of our own, since no benchmark stands behind it:
 *
 * - an object counts if it is the only one of its category in the picture, no crowd, and at least .5 % of the picture;
 * - two objects count if less than a quarter of the smaller box is covered by the other, and their depths (median over
 * the central half of the box) differ by at least 10 %;
 * - of a picture's pairs one is drawn at random, and which object is named first is a coin toss;
 * - it is asked about distance, and about left/right and above/below where the centres are at least 5 % of the
 * picture's width or height apart.
 *
 * Answers and conditions follow from boxes and depths, and a checker can compute them again.
 */
import { parse } from 'node:path';
import { z } from 'zod';
import { AMBIGUOUS_BELOW, AXES, type LocatedObject, type Pair } from '../../core/artifacts/contrast-set.ts';
import { PlumblineError } from '../../core/errors.ts';
import { Random } from '../../core/random.ts';
import { boxCentre, towardsPole } from '../programs/compare.ts';
import { subjectOf } from '../questions.ts';
import { conditionsOf } from '../conditions.ts';
import { boxIn } from './boxes.ts';
import { depthIn, readDepthMap } from './depth-map.ts';
import { attempt, type BadRow, type GoodRow, type Importer, type ImportInput } from './importer.ts';
import { rowProblem } from './row-problem.ts';
import { readElements } from './json-elements.ts';
import { swapPair } from './pairs.ts';
import { decodePicture, pictureFile } from './pictures.ts';
import { fieldsOf, imageRoot } from './rows.ts';

const MIN_AREA = 0.005;
const MAX_COVERED = 0.25;
const MIN_DEPTH_RATIO = 1.1;

const imageSchema = z.object({ id: z.union([z.number(), z.string()]), file_name: z.string().min(1) });
const categorySchema = z.object({ id: z.number(), name: z.string().min(1) });
const annotationSchema = z.object({
  image_id: z.union([z.number(), z.string()]),
  category_id: z.number(),
  bbox: z.array(z.number()).length(4),
  iscrowd: z.union([z.number(), z.boolean()]).optional(),
});

interface Annotated {
  readonly where: string;
  readonly file: string;
  readonly boxes: { readonly category: number; readonly box: readonly number[]; readonly crowd: boolean }[];
}

async function* read(input: ImportInput): AsyncGenerator<GoodRow | BadRow> {
  const { depth } = input;
  if (depth === undefined)
    throw new PlumblineError('no-depth', 'this import needs depth maps', {
      hint: 'give their folder with --depth: 16-bit PNG or .npy, named as the pictures',
    });
  for (const file of input.files) {
    // Names and boxes only; polygons and pictures are not held.
    const pictures = new Map<number | string, Annotated>();
    const names = new Map<number, string>();
    const early: z.infer<typeof annotationSchema>[] = [];
    for await (const element of readElements(file, 'arrays')) {
      if ('problem' in element) {
        yield element;
        continue;
      }
      const { key, value, where } = element;
      const row = await attempt(where, () => {
        if (key === 'images') {
          const { id, file_name } = fieldsOf(imageSchema, value);
          input.claim(`${file} image ${id}`);
          pictures.set(id, { where, file: file_name, boxes: [] });
        } else if (key === 'categories') {
          const { id, name } = fieldsOf(categorySchema, value);
          names.set(id, name);
        } else if (key === 'annotations') early.push(fieldsOf(annotationSchema, value));
        return [];
      });
      if ('problem' in row) yield row;
    }
    for (const { image_id, category_id: category, bbox: box, iscrowd } of early.splice(0))
      pictures.get(image_id)?.boxes.push({ category, box, crowd: Boolean(iscrowd) });
    if (pictures.size === 0)
      throw new PlumblineError('not-coco', 'no `images` in the file', {
        where: file,
        hint: 'annotations in COCO\u2019s form are an object with images, annotations and categories',
      });
    for (const [id, annotated] of pictures)
      yield await attempt(annotated.where, () =>
        pairsOf(String(id), annotated, names, { ...input, depth }, imageRoot(input, file)),
      );
  }
}

async function pairsOf(
  id: string,
  { file, boxes }: Annotated,
  names: ReadonlyMap<number, string>,
  input: ImportInput & { depth: string },
  root: string,
): Promise<Pair[]> {
  const alone = boxes.filter(
    ({ category, crowd }) => !crowd && boxes.filter((other) => other.category === category).length === 1,
  );
  if (alone.length < 2) return [];
  const decoded = await decodePicture(await pictureFile(file, root));
  const { dir, name: stem } = parse(file);
  const map = await readDepthMap(input.depth, dir === '' ? stem : `${dir}/${stem}`);
  const objects = alone.flatMap(({ category, box }): LocatedObject[] => {
    const name = names.get(category);
    if (name === undefined) throw rowProblem(`no category ${category}`);
    const inside = boxIn(box, decoded, input.boxes ?? 'xywh', name);
    const depth = depthIn(map, inside, decoded, input.inverseDepth ?? false);
    return depth === undefined || inside[2] * inside[3] < MIN_AREA * decoded.width * decoded.height
      ? []
      : [{ name, box: inside, depth }];
  });
  const candidates = objects.flatMap((a, i) =>
    objects
      .slice(i + 1)
      .filter(
        (b) =>
          covered(a, b) < MAX_COVERED && Math.max(a.depth, b.depth) / Math.min(a.depth, b.depth) >= MIN_DEPTH_RATIO,
      )
      .map((b) => [a, b] as const),
  );
  if (candidates.length === 0) return [];
  const random = new Random(input.seed, 'objects', id);
  const [a, b] = random.pick(candidates);
  const [dx, dy] = [
    Math.abs(boxCentre(a).x - boxCentre(b).x) / decoded.width,
    Math.abs(boxCentre(a).y - boxCentre(b).y) / decoded.height,
  ];
  const picture = input.pictures.add(decoded);
  const conditions = conditionsOf([a, b], decoded.height);
  return AXES.filter((axis) => axis === 'distance' || (axis === 'horizontal' ? dx : dy) >= AMBIGUOUS_BELOW).map(
    (axis) => {
      const named = random.coin() ? ([a, b] as const) : ([b, a] as const);
      const subject = subjectOf(axis);
      return swapPair({
        id: `${id}:${axis}`,
        group: picture.hash.slice(0, 24),
        axis,
        conditions,
        pictures: [picture],
        named,
        subjectAtPole: towardsPole(axis, named[subject], named[1 - subject]) > 0,
        computed: true,
      });
    },
  );
}

/** Share of the smaller box that the other covers. */
function covered({ box: [ax, ay, aw, ah] }: LocatedObject, { box: [bx, by, bw, bh] }: LocatedObject): number {
  const width = Math.min(ax + aw, bx + bw) - Math.max(ax, bx);
  const height = Math.min(ay + ah, by + bh) - Math.max(ay, by);
  return width <= 0 || height <= 0 ? 0 : (width * height) / Math.min(aw * ah, bw * bh);
}

export const cocoDepth: Importer = {
  name: 'coco-depth',
  version: 1,
  description: 'annotations in COCO’s form with depth maps (--depth): pairs of objects by our own rule',
  published: [],
  read,
};
