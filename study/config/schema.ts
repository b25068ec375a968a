/** `study.yaml`: a whole study in one file. Paths are relative to that file. */
import { z } from 'zod';
import { GENERATORS, parametersSchema, type Generator, type GeneratorName } from '../../contrast-sets/index.ts';
import { isReadSelection, READ_SELECTION_NAMES, selectionSchema } from '../../core/artifacts/hidden-states.ts';
import type { AnyAnalysis } from '../../core/definitions/analysis.ts';
import { WRITTEN_TYPES } from '../../extractors/index.ts';
import { FIGURE_FORMATS, FONT_NAMES, WIDTHS, type FontName } from '../../reports/index.ts';
import { ANALYSES } from '../analyses.ts';
import { optionShape } from '../request.ts';

const text = z.string().min(1);
const seed = z.number().int().nonnegative();
const setName = text.regex(
  /^[A-Za-z0-9][A-Za-z0-9._-]*$/,
  'a name of letters, digits, dots, dashes and underscores is needed: it becomes a folder',
);
const layers = z.array(text).min(1);

/** What one generator takes, checked as it does. Defaults are left to it: `scenes` goes before them. */
function parametersFor({ name, parameters }: Generator): z.ZodType<Record<string, unknown>> {
  const published = parametersSchema(parameters, 'draft-7');
  delete published.$schema;
  return z
    .looseObject({})
    .check(({ value, issues }) => {
      const { error } = parameters.safeParse(value, { reportInput: true });
      for (const issue of error?.issues ?? []) issues.push(issue as z.core.$ZodRawIssue);
    })
    .meta({ ...published, description: `docs/sets/${name}.md says what they mean` });
}

const generated = Object.values<Generator>(GENERATORS).map((generator) => {
  const parameters = parametersFor(generator);
  return z.strictObject({
    name: setName.describe('its folder in the run'),
    generator: z.literal(generator.name as GeneratorName),
    scenes: z.number().int().positive().optional().describe(`as \`generate --scenes\`: ${generator.scenesMeaning}`),
    seed: seed.optional().describe("defaults to the study's seed"),
    // Needed where a parameter has no default; the type says optional for all.
    parameters: (generator.parameters.safeParse({}).success ? parameters.optional() : parameters) as z.ZodOptional<
      typeof parameters
    >,
  });
});

const setSchema = z.union([
  z.discriminatedUnion('generator', generated as [(typeof generated)[number], ...typeof generated]),
  z.strictObject({
    name: setName.describe('its folder in the run'),
    folder: text.describe('a finished set; it is copied into the run'),
  }),
]);
export type StudySet = z.output<typeof setSchema>;

const onSets = { sets: z.array(setName).min(1).optional().describe('names of sets; defaults to all') };
const selection = z
  .string()
  .refine(isReadSelection, { error: `token positions are ${READ_SELECTION_NAMES}` })
  .transform((name) => name)
  .optional()
  .describe('token position; defaults to the first of last, patches, words that the states hold');

/** How a study names one analysis: what every one takes, and its own options. */
function entryOf(definition: AnyAnalysis): z.ZodType<StudyAnalysis> {
  return z.strictObject({
    name: z.literal(definition.name).describe(definition.title),
    ...(definition.reads === 'states' || definition.reads === 'several' ? { selection } : {}),
    ...(definition.reads === 'answers'
      ? {}
      : { layers: layers.optional().describe('names of layers; defaults to all') }),
    ...optionShape(definition),
    ...onSets,
  }) as unknown as z.ZodType<StudyAnalysis>;
}

export interface StudyAnalysis {
  readonly name: string;
  readonly selection?: string;
  readonly layers?: readonly string[];
  readonly sets?: readonly string[];
  /** Options of the analysis. */
  readonly [option: string]: unknown;
}

/** A group of analyses under one name. */
export const DIAGNOSE = 'diagnose';
const NAMES = Object.keys(ANALYSES);
const ALL_NAMES = [DIAGNOSE, ...NAMES] as [string, ...string[]];

const analysisSchema = z.union([
  z.strictObject({
    name: z.literal(DIAGNOSE).describe('behaviour, geometry, probes and the findings, with a report'),
    ...onSets,
  }) as unknown as z.ZodType<StudyAnalysis>,
  ...NAMES.map((name) => entryOf(ANALYSES[name])),
]);

const body = {
  version: z.literal(1),
  out: text.describe('run folder; what is already there is not done again'),
  seed: seed.default(0).describe('of everything random'),
  checkpoints: z.array(text).min(1).describe('folders in the Hugging Face layout with onnx/ inside'),
  sets: z.array(setSchema).min(1),
  selections: z
    .array(selectionSchema)
    .min(1)
    .optional()
    .describe('token positions to read; defaults to what a layer usually has'),
  layers: layers.optional().describe('layers to read, as `inspect` prints them; defaults to all'),
  dtype: z.enum(WRITTEN_TYPES).default('float32').describe('how states are stored'),
  keepDense: z
    .boolean()
    .default(false)
    .describe('keep the states of every patch once correspondence is computed (gigabytes for large encoders)'),
  figures: z
    .union([
      z.boolean(),
      z.strictObject({
        width: z
          .enum(Object.keys(WIDTHS) as [keyof typeof WIDTHS, ...(keyof typeof WIDTHS)[]])
          .optional()
          .describe('printed width; defaults to what the panels need'),
        font: z
          .enum(FONT_NAMES as [FontName, ...FontName[]])
          .optional()
          .describe('sans (the default) or serif'),
        fontSize: z.number().min(5).max(14).optional().describe('points of axis titles in print'),
        formats: z.array(z.enum(FIGURE_FORMATS)).min(1).optional().describe('defaults to all'),
        dpi: z.number().min(72).max(1200).optional().describe('of PNG; defaults to 300'),
      }),
    ])
    .default(false)
    .describe('figures of every result, ready for print, in figures/'),
  report: z
    .union([z.boolean(), z.strictObject({ title: text.optional() })])
    .default(true)
    .describe('figures, tables and page of every set that is diagnosed'),
};

export const studySchema = z.strictObject({
  ...body,
  analyses: z
    .array(z.union([z.enum(ALL_NAMES), analysisSchema]))
    .min(1)
    .default([DIAGNOSE])
    .describe('names, or a name with its options'),
});

/** A study with every analysis spelt out: what the runner takes, and what `run.json` records. */
export const storedStudySchema = z.strictObject({ ...body, analyses: z.array(analysisSchema).min(1) });
export type Study = z.output<typeof storedStudySchema>;
