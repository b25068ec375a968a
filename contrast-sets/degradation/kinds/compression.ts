/** JPEG at low quality, and low resolution (area-averaged down, bilinear up again). */
import sharp from 'sharp';
import { mapPixels, sample, type DegradationKind } from './kind.ts';

export const jpeg: DegradationKind = {
  name: 'jpeg',
  levels: { what: 'quality', values: [25, 18, 12, 8, 5] },
  async apply({ width, height, rgb }, quality) {
    const bytes = await sharp(rgb, { raw: { width, height, channels: 3 } })
      .jpeg({ quality, chromaSubsampling: '4:2:0', mozjpeg: false })
      .toBuffer();
    const { data } = await sharp(bytes).raw().toBuffer({ resolveWithObject: true });
    return { picture: { width, height, rgb: new Uint8Array(data) } };
  },
};

export const lowResolution: DegradationKind = {
  name: 'low-resolution',
  levels: { what: 'pixels that become one, along a side', values: [2, 3, 4, 6, 8] },
  apply(picture, factor) {
    const { width, height, rgb } = picture;
    // At 224² a factor is what it says; smaller pictures lose less of what little they have.
    const block = 1 + ((factor - 1) * height) / 224;
    const [w, h] = [Math.max(4, Math.round(width / block)), Math.max(4, Math.round(height / block))];
    const sums = new Float64Array(w * h * 3);
    const counts = new Float64Array(w * h);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const cell = Math.floor((y * h) / height) * w + Math.floor((x * w) / width);
        counts[cell]++;
        for (let c = 0; c < 3; c++) sums[cell * 3 + c] += rgb[(y * width + x) * 3 + c];
      }
    }
    const small = {
      width: w,
      height: h,
      rgb: Uint8Array.from(sums, (sum, i) => Math.floor(sum / counts[Math.floor(i / 3)] + 0.5)),
    };
    return {
      picture: mapPixels(picture, (x, y, pixel) =>
        sample(small, ((x + 0.5) * w) / width - 0.5, ((y + 0.5) * h) / height - 0.5, pixel),
      ),
    };
  },
};
