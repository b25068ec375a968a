/**
 * Correspondence between views: PCK by layer and viewpoint bin, confidence, wide-baseline F1, and example pairs to draw
 * (methods §4).
 */
import { z } from 'zod';
import { gridSchema } from '../dense-patches.ts';
import { estimateSchema } from '../results.ts';

/** Right within so many patches, or strictly below so many pixels of a picture scaled by `scale`. */
export const pckThresholdSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('patches'), value: z.number().positive() }),
  z.object({ kind: z.literal('pixels'), value: z.number().positive(), scale: z.number().positive() }),
]);
export type PckThreshold = z.infer<typeof pckThresholdSchema>;

/** Both means of the same scores: over all points, and over pairs of pictures. */
const meansSchema = z.object({
  /** `PCK@2`, `PCK@10px at 84 × 84`. */
  threshold: z.string(),
  /** `all`, or a viewpoint bin: `0–30°`. */
  bin: z.string(),
  perPoint: estimateSchema,
  perImage: estimateSchema,
});
export type PckMeans = z.infer<typeof meansSchema>;

export const BASELINES = ['same position', 'raw RGB', 'planted coordinates'] as const;
export const WIDE_SETTINGS = ['one-to-one', 'distractors in view 2', 'distractors in both'] as const;
export const STRATA = ['all', '0–.33', '.33–.66', '.66–1'] as const;

const wideSchema = z.object({
  setting: z.enum(WIDE_SETTINGS),
  /** Difficulty, 1 − overlap. */
  stratum: z.enum(STRATA),
  /** Mean of the samples' F1. */
  f1: estimateSchema,
});
export type WideMean = z.infer<typeof wideSchema>;

const matchSchema = z.object({
  /** Points in pixels: in the first view, the matched patch's centre in the second, and the exact projection. */
  from: z.tuple([z.number(), z.number()]),
  to: z.tuple([z.number(), z.number()]),
  truth: z.tuple([z.number(), z.number()]),
  correct: z.boolean(),
  confidence: z.number(),
});

export const correspondenceSchema = z.object({
  analysis: z.literal('correspondence'),
  version: z.literal(1),
  grid: gridSchema,
  picture: z.object({ width: z.number(), height: z.number() }),
  /** Temperature of the confidence. */
  tau: z.number(),
  /** In the order of every list of thresholds; layers are compared by the first. */
  thresholds: z.array(z.object({ label: z.string(), threshold: pckThresholdSchema })),
  bins: z.array(
    z.object({ bin: z.string(), from: z.number(), to: z.number(), pairs: z.number().int(), points: z.number().int() }),
  ),
  pairs: z.number().int(),
  /** Visible points scored, and patches whose point can't be seen in the other view. */
  points: z.object({ visible: z.number().int(), unmatched: z.number().int() }),
  /** In order of depth. */
  layers: z.array(
    z.object({
      layer: z.string(),
      pck: z.array(meansSchema),
      /** ρ: Pearson of max softmax(cos/τ) with being right at the first threshold. */
      confidence: estimateSchema,
      wide: z.array(wideSchema),
    }),
  ),
  baselines: z.array(z.object({ name: z.enum(BASELINES), pck: z.array(meansSchema), wide: z.array(wideSchema) })),
  /** What random matches score: exactly for PCK, by random similarities through the same code for wide baselines. */
  chance: z.object({
    pck: z.array(
      z.object({
        threshold: z.string(),
        bin: z.string(),
        perPoint: z.number().nullable(),
        perImage: z.number().nullable(),
      }),
    ),
    wide: z.array(wideSchema),
  }),
  /** Layer with the highest PCK at the first threshold on one half of the scenes, and what it scores on the other. */
  choice: z.object({ layer: z.string(), groups: z.tuple([z.number().int(), z.number().int()]), reported: meansSchema }),
  /** Points and distractors of a wide-baseline sample. */
  wideBaseline: z.object({
    points: z.number().int(),
    distractors: z.number().int(),
    separation: z.number(),
    samples: z.number().int(),
  }),
  /** Pairs of the reporting half, matched at the chosen layer. */
  examples: z.array(
    z.object({
      pair: z.string(),
      images: z.tuple([z.string(), z.string()]),
      viewpoint: z.number(),
      layer: z.string(),
      matches: z.array(matchSchema),
    }),
  ),
  /** PCK(Δt) / PCK(1) at the chosen layer, where pairs are frames of clips; null otherwise. */
  temporal: z
    .object({
      layer: z.string(),
      /** Why robustness is undefined. */
      undefinedBecause: z.string().nullable(),
      curve: z.array(
        z.object({
          interval: z.number(),
          pck: estimateSchema,
          chance: z.number().nullable(),
          robustness: estimateSchema,
        }),
      ),
    })
    .nullable(),
});
export type CorrespondenceResult = z.infer<typeof correspondenceSchema>;
export type CorrespondenceExample = CorrespondenceResult['examples'][number];
