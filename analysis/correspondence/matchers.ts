/** What can match the patches of two views: hidden states, and the baselines that go through the same code. */
import { patchCentre, type DensePatches } from '../../core/artifacts/dense-patches.ts';
import { PlumblineError } from '../../core/errors.ts';
import { row, type Matrix } from '../../core/matrix.ts';
import { dot } from '../../core/numerics/dot.ts';
import { matchPatches } from './match.ts';
import type { ViewPair } from './view-pairs.ts';

export interface Matches {
  /** Matched patch of the second view for each patch of the first. */
  readonly index: Int32Array;
  readonly confidence: Float32Array | null;
  /** How alike patch i of the first view and patch j of the second are. */
  readonly similarity: (i: number, j: number) => number;
}

export type Matcher = (pair: ViewPair) => Promise<Matches>;

/** Matches by the cosine of two views' states. */
async function byCosine(a: Matrix<Float32Array>, b: Matrix<Float32Array>, tau: number): Promise<Matches> {
  const { index, confidence } = await matchPatches(a, b, { tau });
  const length = (values: Float32Array): number => Math.max(Math.sqrt(dot(values, values)), 1e-12);
  return {
    index,
    confidence,
    similarity: (i, j) => {
      const [x, y] = [row(a, i), row(b, j)];
      return dot(x, y) / (length(x) * length(y));
    },
  };
}

/** The states of one layer. The pair given as `next` is read while this one is matched. */
export function layerMatcher(
  patches: DensePatches,
  layer: string,
  tau: number,
  next: (pair: ViewPair) => ViewPair | undefined,
): Matcher {
  type Views = Promise<[Matrix<Float32Array>, Matrix<Float32Array>]>;
  const read = ({ images: [first, second] }: ViewPair): Views =>
    Promise.all([patches.read(layer, first), patches.read(layer, second)]);
  let ahead: { readonly pair: ViewPair; readonly views: Views } | undefined;
  return async (pair) => {
    const [a, b] = await (ahead?.pair === pair ? ahead.views : read(pair));
    const following = next(pair);
    ahead = following && { pair: following, views: read(following) };
    // Awaited when its turn comes; until then a failure must not count as unhandled.
    ahead?.views.catch(() => undefined);
    return byCosine(a, b, tau).catch((error: unknown) => {
      if (!(error instanceof PlumblineError)) throw error;
      throw new PlumblineError(error.code, error.message, {
        where: `${layer}, ${pair.images.join(' and ')}`,
        hint: error.hint,
        cause: error,
      });
    });
  };
}

/** Baseline: nothing moved. Each patch is matched with the one nearest to the same place of the other picture. */
export const samePosition: Matcher = ({ placements: [first, second] }) => {
  const { grid, patch, left, top } = second;
  const clamp = (value: number, count: number): number => Math.min(Math.max(Math.floor(value), 0), count - 1);
  const index = Int32Array.from({ length: first.grid.rows * first.grid.columns }, (_, i) => {
    const [x, y] = patchCentre(first, i);
    return clamp((y - top) / patch.height, grid.rows) * grid.columns + clamp((x - left) / patch.width, grid.columns);
  });
  return Promise.resolve({
    index,
    confidence: null,
    similarity: (i, j) => {
      const [[xa, ya], [xb, yb]] = [patchCentre(first, i), patchCentre(second, j)];
      return -Math.hypot(xa - xb, ya - yb);
    },
  });
};

/**
 * Check of the whole path: states that carry exact coordinates. Patch j of the second view holds its centre, patch i of
 * the first the exact projection of its point, as (cos x, sin x, cos y, sin y) over a quarter turn, whose cosine falls
 * with |Δx| and with |Δy|. Must score 1 at PCK@1 and above.
 */
export function plantedCoordinates(tau: number): Matcher {
  return (pair) => {
    const [first, second] = pair.placements;
    const { picture } = second;
    const span = Math.max(picture.width, picture.height);
    const encode = (into: Float32Array, i: number, x: number, y: number): void => {
      const [u, v] = [x, y].map((value) => (value / span) * (Math.PI / 2));
      into.set([Math.cos(u), Math.sin(u), Math.cos(v), Math.sin(v)], 4 * i);
    };
    const count = second.grid.rows * second.grid.columns;
    const b = new Float32Array(4 * count);
    for (let j = 0; j < count; j++) encode(b, j, ...patchCentre(second, j));
    const patches = first.grid.rows * first.grid.columns;
    const a = new Float32Array(4 * patches);
    const { queries, targets } = pair.truth;
    queries.forEach((patch, q) => encode(a, patch, targets[2 * q], targets[2 * q + 1]));
    return byCosine({ data: a, rows: patches, cols: 4 }, { data: b, rows: count, cols: 4 }, tau);
  };
}
