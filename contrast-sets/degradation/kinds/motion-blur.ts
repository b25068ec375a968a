/** Motion blur: the mean along a line in a random direction, as when the camera moves during the exposure. */
import { exactCos, exactSin } from '../../../core/numerics/exact-math.ts';
import { addSample, mapPixels, type DegradationKind } from './kind.ts';

export const motionBlur: DegradationKind = {
  name: 'motion-blur',
  levels: { what: 'length of the line, heights of the picture', values: [0.02, 0.04, 0.065, 0.095, 0.13] },
  apply(picture, level, random) {
    const length = level * picture.height;
    const angle = random.uniform(0, Math.PI);
    const count = Math.max(2, Math.ceil(length) + 1);
    const steps = Array.from({ length: count }, (_, i) => (i / (count - 1) - 0.5) * length);
    const [dx, dy] = [exactCos(angle), exactSin(angle)];
    return {
      picture: mapPixels(picture, (x, y, rgb) => {
        rgb.fill(0);
        for (const step of steps) addSample(picture, x + dx * step, y + dy * step, 1 / count, rgb);
      }),
    };
  },
};
