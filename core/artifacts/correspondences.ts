/**
 * Ground truth between two views: `correspondences/ID.safetensors`, one file a pair of pictures (methods §4).
 *
 * Tensors: `points` f32 [n, 4], `visible` u8 [n], `depth` f32 [n, 2], `object` i32 [n]. Metadata: format, version, the
 * pictures' sizes, viewpoint change, overlap.
 */
import { z } from 'zod';
import { PlumblineError } from '../errors.ts';
import { issuesOf } from '../formats/json.ts';
import { openSafetensors, writeSafetensors } from '../formats/safetensors.ts';

export const CORRESPONDENCES_FORMAT = 'plumbline-correspondences';

export interface PictureSize {
  readonly width: number;
  readonly height: number;
}

/** Points of picture a, where each of them is in picture b, and whether it can be seen there. */
export interface Correspondences {
  /**
   * x_a, y_a, x_b, y_b of each point, n × 4, in pixels: the origin is the top-left corner of the top-left pixel, whose
   * centre is at (.5, .5).
   */
  readonly points: Float32Array;
  /**
   * 1: visible in b; 0: occluded or outside b, a no-match point, whose position in b may lie anywhere (NaN behind the
   * camera).
   */
  readonly visible: Uint8Array;
  /** Depth along the camera's axis in a and in b, n × 2; only a visible point's depth in b means anything. */
  readonly depth: Float32Array;
  /** Label of the surface: the id map's value; 1 is the ground. */
  readonly object: Int32Array;
  /** Sizes of picture a and picture b. */
  readonly pictures: readonly [PictureSize, PictureSize];
  /** Angle between the two viewpoints, in degrees. */
  readonly viewpoint: number;
  /** Share of a's points visible in b. */
  readonly overlap: number;
}

const TENSORS = { points: ['F32', 4], visible: ['U8', 1], depth: ['F32', 2], object: ['I32', 1] } as const;

const number = z.string().regex(/\S/).transform(Number);
const edge = number.pipe(z.number().int().positive());
const metadataSchema = z.object({
  format: z.literal(CORRESPONDENCES_FORMAT),
  version: z.literal('1'),
  widthA: edge,
  heightA: edge,
  widthB: edge,
  heightB: edge,
  viewpoint: number.pipe(z.number().min(0).max(180)),
  overlap: number.pipe(z.number().min(0).max(1)),
});

/**
 * Writes the ground truth of one pair of views, atomically, after the checks that reading makes.
 * @throws PlumblineError `invalid-correspondences`
 */
export async function writeCorrespondences(path: string, correspondences: Correspondences): Promise<void> {
  const {
    points,
    visible,
    depth,
    object,
    pictures: [a, b],
    viewpoint,
    overlap,
  } = correspondences;
  const n = visible.length;
  const metadata = {
    format: CORRESPONDENCES_FORMAT,
    version: '1',
    widthA: `${a.width}`,
    heightA: `${a.height}`,
    widthB: `${b.width}`,
    heightB: `${b.height}`,
    viewpoint: `${viewpoint}`,
    overlap: `${overlap}`,
  };
  const parsed = metadataSchema.safeParse(metadata);
  if (!parsed.success) throw invalid(path, issuesOf(parsed.error));
  checkPoints(path, correspondences);
  await writeSafetensors(
    path,
    [
      { name: 'points', shape: [n, 4], data: points },
      { name: 'visible', shape: [n], data: visible },
      { name: 'depth', shape: [n, 2], data: depth },
      { name: 'object', shape: [n], data: object },
    ],
    metadata,
  );
}

/**
 * Reads and checks the ground truth of one pair of views.
 * @throws PlumblineError `file-not-found`, `corrupt-safetensors`, `invalid-correspondences`
 */
export async function readCorrespondences(path: string): Promise<Correspondences> {
  const file = await openSafetensors(path);
  try {
    const metadata = metadataSchema.safeParse(file.metadata);
    if (!metadata.success) throw invalid(path, issuesOf(metadata.error));
    const n = file.arrays.find(({ name }) => name === 'visible')?.shape[0] ?? 0;
    const values: Float64Array[] = [];
    for (const [name, [type, columns]] of Object.entries(TENSORS)) {
      const shape = columns === 1 ? [n] : [n, columns];
      const array = file.arrays.find((candidate) => candidate.name === name);
      if (array?.type !== type || array.shape.join() !== shape.join())
        throw invalid(
          path,
          `tensor \`${name}\` is ${array === undefined ? 'missing' : `${array.type} [${array.shape.join(', ')}]`}, expected ${type} [${shape.join(', ')}]`,
        );
      const into = new Float64Array(n * columns);
      await array.read(0, into);
      values.push(into);
    }
    const [points, visible, depth, object] = values;
    const { widthA, heightA, widthB, heightB, viewpoint, overlap } = metadata.data;
    const correspondences: Correspondences = {
      points: Float32Array.from(points),
      visible: Uint8Array.from(visible),
      depth: Float32Array.from(depth),
      object: Int32Array.from(object),
      pictures: [
        { width: widthA, height: heightA },
        { width: widthB, height: heightB },
      ],
      viewpoint,
      overlap,
    };
    checkPoints(path, correspondences);
    return correspondences;
  } finally {
    await file.close();
  }
}

function invalid(where: string, found: string): PlumblineError {
  return new PlumblineError('invalid-correspondences', found, {
    where,
    hint: 'make the ground truth of this pair of views again',
  });
}

function checkPoints(path: string, { points, visible, depth, object, pictures: [a, b] }: Correspondences): void {
  const n = visible.length;
  if (points.length !== 4 * n || depth.length !== 2 * n || object.length !== n)
    throw invalid(
      path,
      `${n} points have ${points.length} coordinates (expected ${4 * n}), ${depth.length} depths (expected ${2 * n}) and ${object.length} objects (expected ${n})`,
    );
  const inside = (x: number, y: number, { width, height }: PictureSize): boolean =>
    x >= 0 && x <= width && y >= 0 && y <= height;
  const positive = (value: number): boolean => value > 0 && Number.isFinite(value);
  for (let i = 0; i < n; i++) {
    const [xa, ya, xb, yb] = points.subarray(4 * i, 4 * i + 4);
    if (!inside(xa, ya, a))
      throw invalid(path, `point ${i} lies at (${xa}, ${ya}), outside picture a of ${a.width} × ${a.height}`);
    if (!positive(depth[2 * i]))
      throw invalid(path, `point ${i} has the depth ${depth[2 * i]} in a, expected a positive number`);
    if (visible[i] > 1) throw invalid(path, `point ${i}: visible is ${visible[i]}, expected 0 or 1`);
    if (visible[i] === 0) continue;
    if (!inside(xb, yb, b))
      throw invalid(
        path,
        `point ${i} is visible in b, but lies at (${xb}, ${yb}), outside picture b of ${b.width} × ${b.height}`,
      );
    if (!positive(depth[2 * i + 1]))
      throw invalid(path, `point ${i} is visible in b with the depth ${depth[2 * i + 1]}, expected a positive number`);
  }
}
