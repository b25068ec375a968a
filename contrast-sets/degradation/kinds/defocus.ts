/** Defocus: every point becomes a disc, as through a lens that is focused elsewhere; the disc's edge is antialiased. */
import type { Pixels } from '../../render/png.ts';
import { clampByte, type DegradationKind } from './kind.ts';

const SUBSAMPLES = 4;
/** A smaller disc would lie within one pixel. */
const SMALLEST = 0.75;

/** A row of the disc: whole pixels from −reach to reach count 1, one more on either side counts `edge`. */
interface DiscRow {
  readonly dy: number;
  readonly reach: number;
  /** Weights of the pixels beyond `reach`, outward. */
  readonly edges: readonly number[];
}

function discRows(radius: number): DiscRow[] {
  const size = Math.ceil(radius);
  const rows: DiscRow[] = [];
  for (let dy = -size; dy <= size; dy++) {
    const weights: number[] = [];
    for (let dx = 0; dx <= size; dx++) {
      let inside = 0;
      for (let i = 0; i < SUBSAMPLES * SUBSAMPLES; i++) {
        const x = dx + ((i % SUBSAMPLES) + 0.5) / SUBSAMPLES - 0.5;
        const y = dy + (Math.floor(i / SUBSAMPLES) + 0.5) / SUBSAMPLES - 0.5;
        if (x * x + y * y <= radius * radius) inside++;
      }
      weights.push(inside / (SUBSAMPLES * SUBSAMPLES));
    }
    const reach = weights.findIndex((weight) => weight < 1) - 1;
    rows.push({ dy, reach, edges: weights.slice(reach + 1).filter((weight) => weight > 0) });
  }
  return rows;
}

/**
 * Blurs with running sums along the rows, so that a pixel costs a few operations a row of the disc however wide it is.
 */
function blur({ width, height, rgb }: Pixels, radius: number): Pixels {
  const disc = discRows(radius);
  const total = disc.reduce(
    (sum, { reach, edges }) =>
      sum +
      (reach >= 0 ? 2 * reach + 1 : 0) +
      edges.reduce((part, weight, i) => part + (reach < 0 && i === 0 ? weight : 2 * weight), 0),
    0,
  );
  const margin = Math.ceil(radius) + 1;
  const padded = width + 2 * margin;
  // The border repeats: sums[y][i] is the sum of the first i pixels of the padded row.
  const sums = [0, 1, 2].map(() => new Float64Array(height * (padded + 1)));
  for (let c = 0; c < 3; c++) {
    for (let y = 0; y < height; y++) {
      for (let i = 0; i < padded; i++) {
        const x = Math.min(Math.max(i - margin, 0), width - 1);
        sums[c][y * (padded + 1) + i + 1] = sums[c][y * (padded + 1) + i] + rgb[(y * width + x) * 3 + c];
      }
    }
  }
  const out = new Uint8Array(rgb.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let c = 0; c < 3; c++) {
        let sum = 0;
        for (const { dy, reach, edges } of disc) {
          const base = Math.min(Math.max(y + dy, 0), height - 1) * (padded + 1) + x + margin;
          const row = sums[c];
          if (reach >= 0) sum += row[base + reach + 1] - row[base - reach];
          for (let i = 0; i < edges.length; i++) {
            const dx = reach + 1 + i;
            const right = row[base + dx + 1] - row[base + dx];
            sum += edges[i] * (dx === 0 ? right : right + row[base - dx + 1] - row[base - dx]);
          }
        }
        out[(y * width + x) * 3 + c] = clampByte(sum / total);
      }
    }
  }
  return { width, height, rgb: out };
}

export const defocus: DegradationKind = {
  name: 'defocus',
  levels: { what: 'radius of the disc, heights of the picture', values: [0.006, 0.011, 0.018, 0.027, 0.038] },
  apply: (picture, level) => ({ picture: blur(picture, Math.max(SMALLEST, level * picture.height)) }),
};
