// @module-tag slow
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { itemsOf, type ContrastSet } from '../../../core/artifacts/contrast-set.ts';
import { checkSet } from '../../../contrast-sets/check.ts';
import type { Generator } from '../../../contrast-sets/generator.ts';
import { readContrastSet } from '../../../contrast-sets/io.ts';
import { coveredShare, slideFor, targetRays } from '../../../contrast-sets/occlusion/cover.ts';
import { DECOY, designOcclusion, PANEL, TARGET } from '../../../contrast-sets/occlusion/design.ts';
import { ambiguity } from '../../../contrast-sets/occlusion/ambiguity/generator.ts';
import { occlusion } from '../../../contrast-sets/occlusion/generator.ts';
import { ABSTENTION } from '../../../contrast-sets/occlusion/parameters.ts';
import { planOcclusions } from '../../../contrast-sets/occlusion/plan.ts';
import { pixelHash, readMask } from '../../../contrast-sets/render/png.ts';
import { renderScene } from '../../../contrast-sets/render/render.ts';
import { GROUNDS } from '../../../contrast-sets/scene/model.ts';
import { bodyId } from '../../../contrast-sets/scene/solids.ts';
import { hashOfVersion1 } from '../v1-hash.ts';

let folder: string;
const make = async (generator: Generator, name: string, parameters: object, workers?: number): Promise<ContrastSet> => {
  const { directory } = await generator.generate({ directory: join(folder, name), seed: 7, parameters, workers });
  return readContrastSet(directory);
};
let covered: ContrastSet;
let aside: ContrastSet;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'occlusion-'));
  covered = await make(occlusion, 'occlusion', { scenes: 8, size: 96 });
  aside = await make(ambiguity, 'ambiguity', { scenes: 8, size: 64 });
}, 60_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('occlusion', () => {
  it('tells the visible share from masks with and without panels', async () => {
    const items = itemsOf(covered).filter(({ axis }) => axis === 'colour');
    for (const group of new Set(items.map((item) => item.group))) {
      const pixels = async (level: number): Promise<number> => {
        const item = items.find(
          (candidate) => candidate.group === group && candidate.item.endsWith(`-${level}-covered`),
        )!;
        return (await readMask(join(covered.directory, item.masks![0]))).labels.filter(
          (label) => label === bodyId(TARGET),
        ).length;
      };
      const clear = await pixels(0);
      for (const level of [0, 20, 40, 60, 80, 100]) {
        const item = items.find(
          (candidate) => candidate.group === group && candidate.item.endsWith(`-${level}-covered`),
        )!;
        expect(item.variant!.visible).toBeCloseTo((await pixels(level)) / clear, 4);
        // A panel's edge is a column of pixels; a target of 96² pictures is some ten columns wide.
        expect(Math.abs(Number(item.variant!.visible) - (1 - level / 100))).toBeLessThan(0.09);
      }
    }
  });

  it('covers monotonically, and hits the asked share to the nearest column of pixels', () => {
    const design = designOcclusion(planOcclusions(1, 3)[1], 1, 0, GROUNDS);
    const rays = targetRays(design, renderScene({ ...design.covered, hidden: [PANEL, DECOY] }, 224, 224));
    const shares = [0, 0.1, 0.2, 0.3, 0.5, 0.8, 1].map((at) => coveredShare(design, rays, at * design.beside));
    expect(shares[0]).toBe(1);
    expect(shares[shares.length - 1]).toBe(0);
    for (let i = 1; i < shares.length; i++) expect(shares[i]).toBeLessThanOrEqual(shares[i - 1]);
    // Some 25 columns of 224² pixels: half a column of a sphere is at most 3 %.
    for (const share of [0.2, 0.4, 0.6, 0.8])
      expect(Math.abs(coveredShare(design, rays, slideFor(design, rays, share)) - share)).toBeLessThan(0.03);
  });

  it('leaves no trace of a covered target: its picture is the one without it, and taking it away changes next to nothing', () => {
    const specs = planOcclusions(7, 8);
    for (const spec of specs.slice(0, 4)) {
      // The draw that the set took: the first whose panel hides all of the target.
      const draws = Array.from({ length: 20 }, (_, attempt) => designOcclusion(spec, 7, attempt, GROUNDS));
      const picture = (design: (typeof draws)[number], hidden: number[]) =>
        renderScene({ ...design.covered, hidden }, 96, 96);
      const design = draws.find(
        (draw) => ![bodyId(TARGET), bodyId(TARGET) + 1].some((id) => picture(draw, []).ids.includes(id)),
      )!;
      const [there, gone] = [picture(design, []), picture(design, [TARGET])];
      expect(covered.header.imageHashes[`images/${spec.id}-100.png`]).toBe(pixelHash(gone));
      expect([PANEL, DECOY].every((index) => gone.ids.includes(bodyId(index)))).toBe(true);
      // Left in place it would darken the ground by three grey levels at most, and change how edges behind the panel
      // are sampled.
      const differences = there.rgb.map((value, i) => Math.abs(value - gone.rgb[i]));
      expect(Math.max(...differences)).toBeLessThanOrEqual(3);
      expect(differences.filter((difference) => difference > 0).length / differences.length).toBeLessThan(0.03);
    }
  });

  it('asks for abstention exactly where nothing is visible', () => {
    for (const { answer, options, variant } of itemsOf(covered)) {
      expect(options).toContain(ABSTENTION);
      expect(answer === ABSTENTION).toBe(variant!.visible === 0);
      expect(variant!.answerable).toBe(answer !== ABSTENTION);
    }
    for (const { kind, second } of covered.pairs)
      expect(kind).toBe(second.variant!.visible === 0 ? 'image-intervention' : 'perturbation');
  });
});

describe('perspective ambiguity', () => {
  it('is undecided on the bisector only, and mirrored by moving to the other side', () => {
    for (const { id, first, second } of aside.pairs) {
      expect(first.answer).not.toBe(ABSTENTION);
      if (id.endsWith('-0')) expect(second.answer).toBe(ABSTENTION);
      else if (id.endsWith('mirrored')) expect([first.answer, second.answer].sort()).toEqual(['closer', 'farther']);
      else expect(second.answer).toBe(first.answer);
    }
  });

  it('has both objects equally deep on the bisector, and farther apart in depth the farther aside', () => {
    for (const group of new Set(aside.pairs.map((pair) => pair.group))) {
      const items = itemsOf({ pairs: aside.pairs.filter((pair) => pair.group === group) });
      const gapAt = (offset: number): number[] =>
        items
          .filter(({ variant }) => variant!.offset === offset)
          .map(({ objects: [a, b] }) => Math.abs(a.depth! - b.depth!));
      // Centres lie at different heights, up to .17 m, and the camera plane leans by up to 14°.
      expect(gapAt(0)[0]).toBeLessThan(0.17 * Math.sin((14 * Math.PI) / 180));
      expect(gapAt(8)[0]).toBeLessThan(gapAt(20)[0]);
      expect(gapAt(20)[0]).toBeLessThan(Math.min(...gapAt(35)));
    }
  });
});

describe('both sets', () => {
  it('pass every check', async () => {
    for (const set of [covered, aside])
      expect((await checkSet(set)).results.filter(({ status }) => status === 'failed')).toEqual([]);
  });

  it('are the same from any number of threads, and on every machine', async () => {
    // Change these only together with the generators' versions: sets that people have made depend on them.
    expect((await make(occlusion, 'o3', { scenes: 8, size: 96 }, 3)).header.hash).toBe(covered.header.hash);
    expect((await make(ambiguity, 'a1', { scenes: 8, size: 64 }, 1)).header.hash).toBe(aside.header.hash);
    expect([covered, aside].map((set) => hashOfVersion1(set).slice(0, 16))).toEqual([
      '506e7e88a1107816',
      '7288cfe659a84dee',
    ]);
  }, 30_000);
});
