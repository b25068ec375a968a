/**
 * Results: one JSON file an analysis, versioned, with n, groups, interval and its kind, seed, and the inputs' hashes.
 * Reports are drawn from these alone.
 */
import { z } from 'zod';
import { AXES, CONDITIONS, FLIPPING_KINDS, type Axis } from './contrast-set.ts';
import { CUE_NAMES, type Cue } from './cues.ts';

/** A number that could not be computed is `null`, with the reason in `note`. */
export const estimateSchema = z.object({
  value: z.number().nullable(),
  /** 95 % interval; null when undefined. */
  interval: z.tuple([z.number(), z.number()]).nullable(),
  /** e.g. `Wilson on n_eff`, `Newcombe`, `delete-one-group jackknife`, `cluster bootstrap`. */
  intervalKind: z.string().nullable(),
  /** Rows the value was computed from. */
  n: z.number().int(),
  /** Scenes behind them. */
  groups: z.number().int(),
  note: z.string().optional(),
});
export type Estimate = z.infer<typeof estimateSchema>;

export const provenanceSchema = z.object({
  plumbline: z.string(),
  seed: z.number().int(),
  checkpoint: z.object({ name: z.string(), hash: z.string() }),
  set: z.object({ name: z.string(), hash: z.string() }),
  /** Content key of everything the result depends on. */
  key: z.string(),
});
export type Provenance = z.infer<typeof provenanceSchema>;

const axis = z.enum(AXES);
const condition = z.enum(CONDITIONS);
const cue = z.enum(CUE_NAMES);

export const behaviourSchema = z.object({
  analysis: z.literal('behaviour'),
  version: z.literal(2),
  /** Of height, and of every other cue for which the set holds both consistent and counter pairs; so are the rest. */
  cells: z.array(
    z.object({
      axis,
      cue,
      condition,
      accuracy: estimateSchema,
      /** Mean probability of the right answer. */
      probability: estimateSchema,
      nEff: z.number(),
    }),
  ),
  /** G = consistent − counter accuracy, per axis. */
  gaps: z.array(
    z.object({
      axis,
      cue,
      gap: estimateSchema,
      /** Of the two accuracies' errors, where scenes have pairs of both conditions. */
      correlation: z.number().optional(),
    }),
  ),
  weights: z.array(
    z.object({
      axis,
      cue,
      /** |b_cue| / (|b_cue| + |b_truth|) of the logit margin; null without both conditions. */
      weight: estimateSchema,
      coefficients: z.object({ truth: z.number(), cue: z.number(), intercept: z.number() }).nullable(),
    }),
  ),
});
export type BehaviourResult = z.infer<typeof behaviourSchema>;

/** Entries of a behaviour that are about one cue. */
export const ofCue = <T extends { cue: Cue }>(entries: readonly T[], cue: Cue = 'height'): T[] =>
  entries.filter((entry) => entry.cue === cue);

/** Pairs of axes whose entanglement is looked at, in the order of results. */
export const ENTANGLED_AXES = [
  ['vertical', 'distance'],
  ['horizontal', 'distance'],
  ['horizontal', 'vertical'],
] as const satisfies readonly (readonly [Axis, Axis])[];
export type EntangledAxes = (typeof ENTANGLED_AXES)[number];
/** The paper's name for two axes: VD, HD, HV. */
export const axesName = (axes: readonly Axis[]): string => axes.map((name) => name[0].toUpperCase()).join('');
export const entangledAxesSchema = z.union([
  z.tuple([z.literal('vertical'), z.literal('distance')]).readonly(),
  z.tuple([z.literal('horizontal'), z.literal('distance')]).readonly(),
  z.tuple([z.literal('horizontal'), z.literal('vertical')]).readonly(),
]);

/** Order of the six categories in cosine matrices. */
export const CATEGORIES = ['left', 'right', 'above', 'below', 'far', 'close'] as const;

export const geometryLayerSchema = z.object({
  layer: z.string(),
  coherence: z.array(
    z.object({
      axis,
      condition: z.enum([...CONDITIONS, 'all']),
      estimate: estimateSchema,
      /** 95th percentile of the sign-flip null; above it the axis is called coherent. */
      nullUpper: z.number().nullable(),
      /** Pairs whose first side is the canonical pole, and the rest. */
      poles: z.tuple([z.number().int(), z.number().int()]),
    }),
  ),
  /** VD-EI, HD-EI, HV-EI; the distance axis only per condition, HV also for `all`. */
  entanglement: z.array(
    z.object({
      axes: entangledAxesSchema,
      estimator: z.enum(['paper', 'axis']),
      corrected: z.boolean(),
      condition: z.enum([...CONDITIONS, 'all']),
      estimate: estimateSchema,
    }),
  ),
  /** ‖O‖² / (‖O‖² + ‖E‖²), noise-corrected. */
  cueShare: estimateSchema,
  /** cos(O, m_cue), m_cue the mean delta of the cue's own axis (height: vertical), noise-corrected. */
  cueCosine: estimateSchema,
  /**
   * Categories × categories; `intervals` at 95 %, null on the diagonal and where there is none (results before it came
   * have none at all).
   */
  cosines: z.array(
    z.object({
      condition,
      matrix: z.array(z.array(z.number().nullable())),
      intervals: z.array(z.array(z.tuple([z.number(), z.number()]).nullable())).optional(),
    }),
  ),
});
export type GeometryLayer = z.infer<typeof geometryLayerSchema>;

export const geometrySchema = z.object({
  analysis: z.literal('geometry'),
  version: z.literal(2),
  /** The cue whose conditions are told apart. */
  cue,
  selection: z.string(),
  kind: z.enum(FLIPPING_KINDS),
  /** In order of depth. */
  layers: z.array(geometryLayerSchema),
  choice: z.object({
    /** Picked on one half of the scenes; null when no axis rises above its null. */
    layer: z.string().nullable(),
    reason: z.string(),
    /** Axes left out because their coherence peak is not above the null. */
    excludedAxes: z.array(axis),
    /** Scenes of the half that picked and of the half that reports. */
    groups: z.tuple([z.number().int(), z.number().int()]),
    /** The numbers of the picked layer on the other half of the scenes. */
    reported: geometryLayerSchema.nullable(),
  }),
  warnings: z.array(z.string()),
});
export type GeometryResult = z.infer<typeof geometrySchema>;

export const pcaSchema = z.object({
  analysis: z.literal('delta-pca'),
  version: z.literal(1),
  selection: z.string(),
  kind: z.enum(FLIPPING_KINDS),
  layer: z.string(),
  /** Share of variance of the first three components. */
  explainedVariance: z.array(z.number()),
  /** Sign-corrected deltas projected on the first three components. */
  points: z.array(
    z.object({ pair: z.string(), axis, condition, pole: z.string(), x: z.number(), y: z.number(), z: z.number() }),
  ),
});
export type PcaResult = z.infer<typeof pcaSchema>;

export const PROBE_TRAININGS = ['balanced', 'consistent-only'] as const;
export const probesSchema = z.object({
  analysis: z.literal('probes'),
  version: z.literal(2),
  /** The cue whose conditions are told apart. */
  cue,
  /** `last`, or `words` / `patches`: the two objects' rows side by side. */
  selection: z.string(),
  folds: z.number().int(),
  layers: z.array(
    z.object({
      layer: z.string(),
      axis,
      training: z.enum(PROBE_TRAININGS),
      /** Held-out accuracy per condition; `all` pools consistent and counter. */
      accuracy: z.array(z.object({ condition: z.enum([...CONDITIONS, 'all']), estimate: estimateSchema })),
      /** Type-level control (balanced training only): mean accuracy over the label draws; null where refused. */
      control: estimateSchema.nullable(),
      selectivity: estimateSchema.nullable(),
      /** Why control and selectivity were refused. */
      refused: z.string().optional(),
      /** C chosen inside each fold. */
      C: z.array(z.number()),
    }),
  ),
  /** Baselines that see no hidden state, through the same folds. */
  baselines: z.array(
    z.object({
      name: z.enum(['box-height', 'majority']),
      axis,
      training: z.enum(PROBE_TRAININGS),
      accuracy: z.array(z.object({ condition: z.enum([...CONDITIONS, 'all']), estimate: estimateSchema })),
    }),
  ),
});
export type ProbesResult = z.infer<typeof probesSchema>;

/** Any result with its provenance, as written to `results/CHECKPOINT/NAME.json`. */
export type Stamped<T> = T & { readonly provenance: Provenance };
