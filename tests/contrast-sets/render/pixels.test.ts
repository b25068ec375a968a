import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { renderScene } from '../../../contrast-sets/render/render.ts';
import { pixelHash } from '../../../contrast-sets/render/png.ts';
import { GROUNDS, type Scene } from '../../../contrast-sets/scene/model.ts';
import { bodyId, GROUND_ID } from '../../../contrast-sets/scene/solids.ts';
import { BARE, sampleScene } from '../scenes.ts';

/** Change these only together with the generators' versions: sets that people have made depend on them. */
const HASHES = [
  '2901766b92d068f5',
  '577189391683769f',
  '9b3efa8f6a122280',
  '3b0cf6fd8c7b5e59',
  '58f6cde46cf7bee7',
  '8cbb13978c36b4f1',
  '5c5a0443749403b3',
  '181bfb1037782164',
];

const grey = (rgb: Uint8Array, at: number): number => (rgb[3 * at] + rgb[3 * at + 1] + rgb[3 * at + 2]) / 3;

describe('pixels', () => {
  it('are these very bytes on every machine', () => {
    const hashes = [
      ...GROUNDS.map((kind, i) =>
        pixelHash(renderScene({ ...sampleScene(i), ground: { ...sampleScene(i).ground, kind } }, 224, 224)).slice(
          0,
          16,
        ),
      ),
      pixelHash(renderScene(sampleScene(5), 96, 96)).slice(0, 16),
      pixelHash(renderScene(sampleScene(6), 448, 448)).slice(0, 16),
      pixelHash(renderScene(sampleScene(7), 320, 180)).slice(0, 16),
    ];
    expect(hashes).toEqual(HASHES);
  });

  it('come from arithmetic that every engine does alike', () => {
    // The language leaves the last bits of these to the engine.
    const loose = /Math\.(a?(sin|cos|tan)h?|atan2|exp|expm1|pow|log\w*|hypot|cbrt)\b|\*\*|\.normal\(\)/;
    const folder = new URL('../../../contrast-sets/', import.meta.url);
    for (const room of [
      'render/',
      'scene/',
      'perspective/',
      'tunnel/',
      'views/',
      'frames/',
      'occlusion/',
      'occlusion/ambiguity/',
    ]) {
      for (const file of readdirSync(new URL(room, folder)).filter((name) => name.endsWith('.ts'))) {
        const code = readFileSync(new URL(room + file, folder), 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '');
        expect(loose.exec(code)?.[0], file).toBeUndefined();
      }
    }
  });

  it('do not depend on what was rendered before', () => {
    const first = renderScene(sampleScene(1), 128, 128);
    renderScene(sampleScene(2), 96, 64);
    renderScene(sampleScene(2), 128, 128);
    expect(renderScene(sampleScene(1), 128, 128)).toEqual(first);
  });

  it('carry noise of the asked strength and of mean zero', () => {
    const calm = renderScene({ ...sampleScene(4), noise: 0 }, 224, 224).rgb;
    const noisy = renderScene({ ...sampleScene(4), noise: 3 }, 224, 224).rgb;
    let sum = 0;
    let squares = 0;
    let n = 0;
    for (let i = 1; i < calm.length; i += 3) {
      if (calm[i] < 20 || calm[i] > 235) continue;
      const difference = noisy[i] - calm[i];
      sum += difference;
      squares += difference * difference;
      n++;
    }
    // Standard error of the mean 3/√n ≈ .013. Rounding adds 2/12 to the variance.
    expect(Math.abs(sum / n)).toBeLessThan(0.06);
    expect(Math.sqrt(squares / n - 1 / 6)).toBeGreaterThan(2.9);
    expect(Math.sqrt(squares / n - 1 / 6)).toBeLessThan(3.1);
  });

  it('show shading, a highlight and a cast shadow', () => {
    const scene: Scene = {
      ...BARE,
      ground: { ...BARE.ground, kind: 'sand' },
      objects: [{ colour: 'red', shape: 'sphere', size: 0.8, yaw: 0, support: 'ground', position: [0, 0.4, 4] }],
    };
    const light = { ...scene.light, azimuth: 90 };
    const { rgb, ids, width } = renderScene({ ...scene, light }, 200, 200);
    const body = [...ids.keys()].filter((i) => ids[i] === bodyId(0));
    const side = (right: boolean): number[] => body.filter((i) => i % width > 100 === right).map((i) => rgb[3 * i]);
    const mean = (values: number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
    // The light comes from the right: that side is brighter, and somewhere it is whitish.
    expect(mean(side(true))).toBeGreaterThan(mean(side(false)) + 30);
    expect(Math.max(...body.map((i) => rgb[3 * i + 2]))).toBeGreaterThan(
      Math.min(...body.map((i) => rgb[3 * i + 2])) + 60,
    );
    // The shadow falls to the left.
    const empty = renderScene({ ...scene, light, objects: [] }, 200, 200).rgb;
    const darker = [...ids.keys()].filter((i) => ids[i] === GROUND_ID && grey(empty, i) - grey(rgb, i) > 40);
    expect(darker.length).toBeGreaterThan(100);
    expect(mean(darker.map((i) => i % width))).toBeLessThan(90);
  });

  it('haze: the same object is paler far away', () => {
    const at = (z: number): number => {
      const { rgb, ids } = renderScene(
        {
          ...BARE,
          objects: [{ colour: 'red', shape: 'box', size: z / 6, yaw: 0, support: 'cord', position: [0, 1.5, z] }],
        },
        100,
        100,
      );
      const body = [...ids.keys()].filter((i) => ids[i] === bodyId(0));
      return body.reduce((sum, i) => sum + rgb[3 * i + 2], 0) / body.length;
    };
    expect(at(20)).toBeGreaterThan(at(3) + 30);
  });

  it('edges are blended: between a body and its surroundings lie intermediate values', () => {
    const { rgb, ids, width } = renderScene(
      {
        ...BARE,
        objects: [{ colour: 'black', shape: 'sphere', size: 1, yaw: 0, support: 'cord', position: [0, 1.9, 4] }],
      },
      120,
      120,
    );
    let blended = 0;
    for (let i = 1; i < ids.length - 1; i++) {
      if (i % width === 0 || ids[i] !== bodyId(0) || ids[i - 1] === bodyId(0)) continue;
      const [outside, edge, inside] = [grey(rgb, i - 2), grey(rgb, i), grey(rgb, i + 2)];
      if (edge > inside + 0.1 * (outside - inside) && edge < outside - 0.1 * (outside - inside)) blended++;
    }
    expect(blended).toBeGreaterThan(10);
  });
});
