/**
 * Water droplets on the lens: discs that show the picture upside down and small, as a drop refracts it, with a dark rim
 * and a highlight.
 */
import { clampByte, sample, type DegradationKind, type Rgb } from './kind.ts';

/** A drop shows a part of the picture this many times its own size. */
const FIELD = 3;
const RIM = 0.82;

export const droplets: DegradationKind = {
  name: 'water-droplets',
  levels: { what: 'share of the picture covered, about', values: [0.05, 0.1, 0.16, 0.23, 0.31] },
  apply(picture, level, random) {
    const { width, height } = picture;
    const rgb = picture.rgb.slice();
    const pixel: Rgb = [0, 0, 0];
    let covered = 0;
    while (covered < level * width * height) {
      const radius = height * random.uniform(0.018, 0.05);
      const [cx, cy] = [random.uniform(0, width), random.uniform(0, height)];
      covered += Math.PI * radius * radius;
      for (let y = Math.max(0, Math.floor(cy - radius)); y < Math.min(height, cy + radius); y++) {
        for (let x = Math.max(0, Math.floor(cx - radius)); x < Math.min(width, cx + radius); x++) {
          const [dx, dy] = [(x + 0.5 - cx) / radius, (y + 0.5 - cy) / radius];
          const r = Math.sqrt(dx * dx + dy * dy);
          if (r > 1) continue;
          const bend = FIELD * radius * r * r;
          const shade = (r > RIM ? 1 - 1.8 * (r - RIM) : 1) * (dx * -0.5 + dy * -0.6 > 0.55 ? 1.25 : 1);
          sample(picture, cx - dx * (radius + bend), cy - dy * (radius + bend), pixel);
          for (let c = 0; c < 3; c++) rgb[(y * width + x) * 3 + c] = clampByte(pixel[c] * shade);
        }
      }
    }
    return { picture: { width, height, rgb } };
  },
};
