/**
 * `plumbline.yaml` (or `.yml`, `.json`): describes an `.onnx` file that is no checkpoint in Hugging Face's layout, so
 * that it can be read like one. It lies in the folder of the graph, or is named by `--model FILE`; paths in it are
 * relative to it. All but `model` may be left out where the default fits.
 *
 * ```yaml
 * model: detector.onnx          # the graph
 * input: x                      # main input; default pixel_values, or the only one with four axes
 * output: features              # layers are looked for up to here; default last_hidden_state, or the first output
 * picture:                      # how a picture becomes the main input
 *   width: 224                  # pixels that the model sees
 *   height: 224
 *   # stretch (to width × height; the default), shortest-edge (then cut to width × height) or none (cut only)
 *   resize: stretch
 *   shortest_edge: 256          # with resize: shortest-edge; default the larger of width and height
 *   # nearest, lanczos, bilinear (the default), bicubic, box, hamming (Pillow's, antialiased)
 *   filter: bicubic
 *   channels: rgb               # or bgr
 *   scale: 0.00392156862745098  # factor before normalising; default 1/255
 *   mean: [0.485, 0.456, 0.406] # default 0
 *   std: [0.229, 0.224, 0.225]  # default 1
 * # How the rows of a layer [batch, tokens, width] lie on the picture; not needed for convolutional layers
 * # [batch, channels, height, width].
 * tokens:
 *   rows: 16                    # of patches; or `patch: 14`, the edge of a patch in pixels
 *   columns: 16
 *   prefix: 1                   # rows before them (class token, registers); default what is left over
 * inputs:                       # values for inputs beside the main one: a number for all of it, or a list
 *   threshold: { value: 0.5, shape: [1] }
 * # Tensors to read, in the place of those found: name (read as vision.NAME) → tensor of the graph.
 * layers:
 *   stage1: conv2d_59.tmp_0
 * ```
 */
import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { z } from 'zod';
import { messageOf, PlumblineError } from '../../core/errors.ts';
import { fileError } from '../../core/formats/file-errors.ts';
import { issuesOf } from '../../core/formats/json.ts';
import { FILTERS } from '../preprocess/resample.ts';
import { closest } from '../../core/closest.ts';

export const DESCRIPTION_FILES = ['plumbline.yaml', 'plumbline.yml', 'plumbline.json'] as const;

const count = z.number().int().positive();
const triple = z.tuple([z.number(), z.number(), z.number()]);

const pictureSchema = z.strictObject({
  width: count.max(16384),
  height: count.max(16384),
  resize: z.enum(['stretch', 'shortest-edge', 'none']).default('stretch'),
  shortest_edge: count.max(16384).optional(),
  filter: z.enum(FILTERS).default('bilinear'),
  channels: z.enum(['rgb', 'bgr']).default('rgb'),
  scale: z.number().default(1 / 255),
  mean: triple.optional(),
  std: z.tuple([z.number().positive(), z.number().positive(), z.number().positive()]).optional(),
});
const tokensSchema = z.strictObject({
  rows: count.optional(),
  columns: count.optional(),
  patch: count.optional(),
  prefix: z.number().int().nonnegative().optional(),
});
const valueSchema = z.strictObject({
  value: z.union([z.number(), z.array(z.number())]),
  shape: z.array(z.number().int().nonnegative()).max(8),
});

export const descriptionSchema = z.strictObject({
  model: z
    .string()
    .min(1)
    .refine(
      (path) => !/^([/\\]|[A-Za-z]:)/.test(path) && !path.split(/[/\\]/).includes('..'),
      'a path inside the folder is needed',
    ),
  input: z.string().optional(),
  output: z.string().optional(),
  picture: pictureSchema,
  tokens: tokensSchema
    .refine(
      ({ rows, columns, patch }) =>
        (rows === undefined) === (columns === undefined) && (rows === undefined || patch === undefined),
      'rows and columns together, or patch, are needed',
    )
    .optional(),
  inputs: z.record(z.string(), valueSchema).default({}),
  layers: z
    .record(z.string().regex(/^[\w.-]+$/, 'letters, digits, dots and dashes only'), z.string().min(1))
    .optional(),
});
export type Description = z.infer<typeof descriptionSchema>;

const KEYS = [
  'model',
  'input',
  'output',
  'picture',
  'tokens',
  'inputs',
  'layers',
  ...Object.keys(pictureSchema.shape),
  ...Object.keys(tokensSchema.shape),
  ...Object.keys(valueSchema.shape),
];

/**
 * Reads and checks a description.
 * @throws PlumblineError `invalid-description`, with what a misspelt key was probably meant to be
 */
export async function readDescription(path: string): Promise<Description> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw fileError(error, path);
  }
  const invalid = (
    what: string,
    hint = 'extractors/checkpoint/description.ts shows an example of every field',
    cause?: unknown,
  ): PlumblineError => new PlumblineError('invalid-description', what, { where: path, hint, cause });
  let value: unknown;
  try {
    // JSON is YAML, too.
    value = parse(text, { maxAliasCount: 10 });
  } catch (error) {
    throw invalid(`neither YAML nor JSON: ${messageOf(error).split('\n')[0]}`, undefined, error);
  }
  const parsed = descriptionSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const unknown = parsed.error.issues.flatMap((issue) => (issue.code === 'unrecognized_keys' ? issue.keys : []));
  const meant = unknown.map((key) => closest(key, KEYS)).find((name) => name !== null);
  throw invalid(
    issuesOf(parsed.error),
    meant === undefined || meant === null ? undefined : `did you mean \`${meant}\`?`,
  );
}
