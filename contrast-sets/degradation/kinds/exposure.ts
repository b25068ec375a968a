/**
 * Low light (fewer photons: darker, and noisier for it) and over-exposure (more than the sensor holds: bright parts
 * clip to white).
 */
import { mapPixels, roughNormal, type DegradationKind } from './kind.ts';

/** Standard deviation of the read-out noise, grey levels. */
const READ_NOISE = 2;
/** Photons that a grey level of a well-lit picture stands for. */
const PHOTONS = 6;

/** Display values to light and back, with a square for the gamma curve: exact on every machine. */
const light = (value: number): number => (value / 255) * (value / 255);
const display = (value: number): number => 255 * Math.sqrt(value);

export const lowLight: DegradationKind = {
  name: 'low-light',
  levels: { what: 'share of the light that is left', values: [0.3, 0.16, 0.085, 0.045, 0.024] },
  apply: (picture, level, random) => ({
    picture: mapPixels(picture, (x, y, rgb) => {
      for (let c = 0; c < 3; c++) {
        const left = light(picture.rgb[(y * picture.width + x) * 3 + c]) * level;
        const shot = Math.sqrt(left / (255 * PHOTONS)) * roughNormal(random);
        // Amplified halfway back, as cameras do, so that the noise shows and the picture stays dark.
        rgb[c] = display(Math.max(0, left + shot) / Math.sqrt(level)) + READ_NOISE * roughNormal(random);
      }
    }),
  }),
};

export const overExposure: DegradationKind = {
  name: 'over-exposure',
  levels: { what: 'gain of the light before clipping', values: [1.25, 1.5, 1.85, 2.3, 2.9] },
  apply: (picture, level) => ({
    picture: mapPixels(picture, (x, y, rgb) => {
      for (let c = 0; c < 3; c++)
        rgb[c] = display(Math.min(1, light(picture.rgb[(y * picture.width + x) * 3 + c]) * level));
    }),
  }),
};
