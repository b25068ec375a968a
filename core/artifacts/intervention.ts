/**
 * An intervention on hidden states (methods §6): which layer and tokens, and whether something is added, put in their
 * place or projected out. `NAME.json` (this header) and `NAME.safetensors` with the vectors. Probes and analyses write
 * it; extraction applies it and leaves an ordinary run, which analysis compares with the untouched one.
 */
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { PlumblineError } from '../errors.ts';
import { writeJsonAtomic } from '../formats/atomic.ts';
import { hashFile, hashValue } from '../formats/hash.ts';
import { readJson } from '../formats/json.ts';
import { readFloats, readSafetensorsHeader, writeSafetensors } from '../formats/safetensors.ts';

/** Token sets: a text layer's `last`, `words:k`, `patches:k`; every image token; or all tokens. */
export const INTERVENED_TOKENS = ['last', 'words:1', 'words:2', 'patches:1', 'patches:2', 'image', 'all'] as const;
export type IntervenedTokens = (typeof INTERVENED_TOKENS)[number];

const place = {
  /** Canonical name of the layer, as `inspect` prints it. */
  layer: z.string().min(1),
  tokens: z.enum(INTERVENED_TOKENS),
};

export const editSchema = z.discriminatedUnion('op', [
  z.strictObject({
    op: z.literal('add'),
    ...place,
    /** Tensor [d]. Relative: h + α·sign·‖h‖·v; absolute: h + α·sign·v. */
    vector: z.string(),
    alpha: z.number(),
    relative: z.boolean(),
    /** Tensor [items] of factors, e.g. −1 and 1; items without one get 1. */
    signs: z.string().optional(),
  }),
  z.strictObject({
    op: z.literal('replace'),
    ...place,
    /** Tensor [items, d]. Items without a row are left as they are. */
    values: z.string(),
  }),
  z.strictObject({
    op: z.literal('project'),
    ...place,
    /** Tensors [k, d]: h − ((h − μ)·rightᵀ)·left. Equal and orthonormal for an orthogonal projection. */
    left: z.string(),
    right: z.string(),
    /** Tensor [d], μ; defaults to *0*. */
    mean: z.string().optional(),
  }),
]);
export type Edit = z.infer<typeof editSchema>;

export const interventionSchema = z.strictObject({
  format: z.literal('plumbline-intervention'),
  version: z.literal(1),
  name: z.string().min(1),
  edits: z.array(editSchema).min(1),
  /** Item ids: the rows of tensors [items] and [items, d]. */
  items: z.array(z.string()),
  /** What the vectors were made from. */
  source: z.strictObject({ checkpoint: z.string(), set: z.string() }).optional(),
});
export type InterventionHeader = z.infer<typeof interventionSchema>;

export interface InterventionTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** An intervention in memory. */
export interface Intervention {
  readonly header: InterventionHeader;
  readonly tensors: ReadonlyMap<string, InterventionTensor>;
  /** Content key. */
  readonly hash: string;
}

/** Tensor names of an edit with the number of axes each must have. */
const tensorsOf = (edit: Edit): [string, 'd' | 'items' | 'items × d' | 'k × d'][] => {
  switch (edit.op) {
    case 'add':
      return [[edit.vector, 'd'], ...(edit.signs === undefined ? [] : [[edit.signs, 'items'] as [string, 'items']])];
    case 'replace':
      return [[edit.values, 'items × d']];
    case 'project':
      return [
        [edit.left, 'k × d'],
        [edit.right, 'k × d'],
        ...(edit.mean === undefined ? [] : [[edit.mean, 'd'] as [string, 'd']]),
      ];
  }
};

/**
 * Puts an intervention together and checks that its tensors fit.
 * @throws PlumblineError `invalid-intervention`
 */
export function makeIntervention(
  header: Omit<InterventionHeader, 'format' | 'version'>,
  tensors: Readonly<Record<string, InterventionTensor>>,
): Intervention {
  return checked(
    { format: 'plumbline-intervention', version: 1, ...header },
    new Map(Object.entries(tensors)),
    `intervention ${header.name}`,
  );
}

function checked(
  header: InterventionHeader,
  tensors: ReadonlyMap<string, InterventionTensor>,
  where: string,
): Intervention {
  const refuse = (problem: string): never => {
    throw new PlumblineError('invalid-intervention', problem, {
      where,
      hint: 'write the file with makeIntervention, or compare it with core/artifacts/intervention.ts',
    });
  };
  if (new Set(header.items).size !== header.items.length) refuse('an item is listed twice');
  const widths = new Map<string, number>();
  for (const edit of header.edits) {
    for (const [name, kind] of tensorsOf(edit)) {
      const tensor = tensors.get(name) ?? refuse(`no tensor \`${name}\``);
      const axes = kind === 'd' || kind === 'items' ? 1 : 2;
      if (tensor.shape.length !== axes)
        refuse(`\`${name}\` has the shape [${tensor.shape.join(', ')}], expected [${kind}]`);
      if (kind.startsWith('items') && tensor.shape[0] !== header.items.length)
        refuse(`\`${name}\` has ${tensor.shape[0]} rows for ${header.items.length} items`);
      if (!tensor.data.every(Number.isFinite)) refuse(`\`${name}\` holds NaN or an infinity`);
      if (kind === 'items') continue;
      const width = tensor.shape[axes - 1];
      if ((widths.get(edit.layer) ?? width) !== width)
        refuse(`\`${name}\` is ${width} wide, other vectors at ${edit.layer} are ${widths.get(edit.layer)}`);
      widths.set(edit.layer, width);
    }
    if (edit.op === 'project' && tensors.get(edit.left)!.shape[0] !== tensors.get(edit.right)!.shape[0])
      refuse(`\`${edit.left}\` and \`${edit.right}\` have different numbers of rows`);
  }
  return {
    header,
    tensors,
    hash: hashValue({
      header: { ...header, name: '' },
      tensors: [...tensors].map(([name, { shape, data }]) => [
        name,
        shape,
        Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('base64'),
      ]),
    }),
  };
}

const vectorsFile = (path: string): string =>
  join(dirname(path), `${basename(path).replace(/\.json$/, '')}.safetensors`);

/** Writes `PATH` (`NAME.json`) and the vectors beside it, atomically. */
export async function writeIntervention(path: string, { header, tensors }: Intervention): Promise<void> {
  await writeSafetensors(
    vectorsFile(path),
    [...tensors].map(([name, { shape, data }]) => ({ name, shape, data })),
  );
  await writeJsonAtomic(path, { ...header, vectors: await hashFile(vectorsFile(path)) });
}

/**
 * Reads an intervention; every vector is checked.
 * @throws PlumblineError `invalid-intervention`, or what is wrong with one of the two files
 */
export async function readIntervention(path: string): Promise<Intervention> {
  const { vectors, ...header } = await readJson(path, interventionSchema.extend({ vectors: z.string() }));
  const file = vectorsFile(path);
  if ((await hashFile(file)) !== vectors)
    throw new PlumblineError(
      'invalid-intervention',
      'the vectors are not those that the intervention was written with',
      { where: file, hint: 'the two files belong together: copy both' },
    );
  const head = await readSafetensorsHeader(file);
  const tensors = new Map<string, InterventionTensor>();
  for (const [name, { shape }] of head.tensors) {
    const data = new Float32Array(shape.reduce((product, size) => product * size, 1));
    await readFloats(file, name, head, data);
    tensors.set(name, { shape, data });
  }
  return checked(header, tensors, path);
}
