/**
 * Lens distortion: barrel, r′ = r·(1 − k·r²)/(1 − k) with r in half heights of the picture: straight lines bend, the
 * middle grows, the corners shrink. The middles of the edges stay where they are.
 */
import { mapPixels, sample, type DegradationKind } from './kind.ts';

const STEPS = 30;

export const distortion: DegradationKind = {
  name: 'lens-distortion',
  levels: { what: 'k of r·(1 − k·r²)/(1 − k), r in half heights', values: [0.03, 0.06, 0.09, 0.12, 0.15] },
  apply(picture, k) {
    const { width, height } = picture;
    const half = height / 2;
    const [cx, cy] = [width / 2, height / 2];
    /**
     * Radius in the clean picture of a radius in the degraded one: r(1 − k r²) is monotone up to r² = 1/(3k), beyond
     * the corner.
     */
    const cleanRadius = (radius: number): number => {
      const wanted = radius * (1 - k);
      let [low, high] = [0, Math.sqrt(1 / (3 * k))];
      if (high * (1 - k * high * high) <= wanted) return high;
      for (let i = 0; i < STEPS; i++) {
        const middle = (low + high) / 2;
        if (middle * (1 - k * middle * middle) < wanted) low = middle;
        else high = middle;
      }
      return (low + high) / 2;
    };
    const scales = new Float64Array(width * height);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const [dx, dy] = [(x + 0.5 - cx) / half, (y + 0.5 - cy) / half];
        const r = Math.sqrt(dx * dx + dy * dy);
        scales[y * width + x] = r === 0 ? 1 : cleanRadius(r) / r;
      }
    }
    const inside = (x: number, y: number): boolean => x >= -0.5 && y >= -0.5 && x <= width - 0.5 && y <= height - 0.5;
    return {
      picture: mapPixels(picture, (x, y, rgb) => {
        const scale = scales[y * width + x];
        const [sx, sy] = [(x + 0.5 - cx) * scale + cx - 0.5, (y + 0.5 - cy) * scale + cy - 0.5];
        if (inside(sx, sy)) sample(picture, sx, sy, rgb);
        else rgb.fill(0);
      }),
      moved: (x, y) => {
        const [dx, dy] = [(x - cx) / half, (y - cy) / half];
        const shrink = (1 - k * (dx * dx + dy * dy)) / (1 - k);
        return [cx + dx * shrink * half, cy + dy * shrink * half];
      },
    };
  },
};
