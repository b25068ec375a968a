/**
 * What importers do alike: validating a row's fields, reading a table of VLMEvalKit's kind, and finding a row's
 * pictures.
 */
import { dirname } from 'node:path';
import { z } from 'zod';
import { issuesOf } from '../../core/formats/json.ts';
import { attempt, type BadRow, type GoodRow, type ImportInput } from './importer.ts';
import { rowProblem } from './row-problem.ts';
import { choiceLetters } from './pairs.ts';
import { base64Picture, decodePicture, pictureFile, type DecodedPicture, type StoredPicture } from './pictures.ts';
import { readTable } from './lines.ts';
import type { Pair } from '../../core/artifacts/contrast-set.ts';

/** A row's fields as a schema says; throws `bad-row`. */
export function fieldsOf<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw rowProblem(issuesOf(parsed.error));
  return parsed.data;
}

/** Folder that a file's relative picture paths start from. */
export const imageRoot = ({ images }: Pick<ImportInput, 'images'>, file: string): string => images ?? dirname(file);

/**
 * A row of a table as VLMEvalKit writes them: https://github.com/open-compass/VLMEvalKit, docs/en/Development.md,
 * columns `index question image A B … answer` and others.
 */
export interface TsvQuestion {
  readonly where: string;
  /** All fields that are not empty. */
  readonly fields: Readonly<Record<string, string>>;
  readonly index: string;
  readonly question: string;
  /** Texts of the options A, B, …, as many as there are. */
  readonly choices: readonly string[];
  /** Index of the right option when `answer` is its letter; -1 otherwise. */
  readonly right: number;
  readonly answer: string;
  /** The row's picture. */
  readonly picture: () => Promise<StoredPicture>;
}

/** An `image` field this short is the index of the row whose picture it shares. */
const MAX_REFERENCE = 64;
const MISSING = /^(?:nan|none|)$/i;

const required = z.object({ index: z.string(), question: z.string(), answer: z.string() });

/**
 * Converts the rows of VLMEvalKit tables; pictures are base64, a path (`image_path`), or an address (`image_url`) whose
 * file lies in the folder of pictures.
 */
export async function* readTsv(
  input: ImportInput,
  convert: (row: TsvQuestion) => Promise<readonly Pair[]>,
): AsyncGenerator<GoodRow | BadRow> {
  for (const file of input.files) {
    // Small records, not pictures.
    const shared = new Map<string, StoredPicture>();
    for await (const row of readTable(file, file.toLowerCase().endsWith('.csv') ? ',' : '\t', [
      'index',
      'question',
      'answer',
    ])) {
      if ('problem' in row) {
        yield row;
        continue;
      }
      yield await attempt(row.where, async () => {
        const fields = Object.fromEntries(Object.entries(row.fields).filter(([, text]) => !MISSING.test(text.trim())));
        const { index, question, answer } = fieldsOf(required, fields);
        const letters = choiceLetters(26).filter((letter) => fields[letter] !== undefined);
        if (letters.some((letter, i) => letter !== choiceLetters(26)[i]))
          throw rowProblem(`options ${letters.join(', ')}: one before the last is missing`);
        let own: StoredPicture | undefined;
        const pairs = await convert({
          where: row.where,
          fields,
          index,
          question,
          answer,
          choices: letters.map((letter) => fields[letter]),
          right: letters.indexOf(answer.trim()),
          picture: async () => {
            const reference =
              fields.image !== undefined && fields.image.length <= MAX_REFERENCE
                ? shared.get(fields.image.trim())
                : undefined;
            return (own =
              reference ??
              input.pictures.add(await tsvPicture(fields, imageRoot(input, file), input.images !== undefined)));
          },
        });
        if (own !== undefined) shared.set(index, own);
        return pairs;
      });
    }
  }
}

async function tsvPicture(
  { image, image_path, image_url }: Readonly<Record<string, string>>,
  root: string,
  folderGiven: boolean,
): Promise<DecodedPicture> {
  if (image !== undefined && image.length > MAX_REFERENCE && !/^[a-z][a-z0-9+.-]*:\/\//i.test(image))
    return decodePicture(base64Picture(image));
  const named = image_path ?? image_url ?? image;
  if (named === undefined) throw rowProblem('no picture: `image`, `image_path` and `image_url` are empty');
  if (image_path === undefined && image_url === undefined && /^\d+$/.test(named))
    throw rowProblem(`the picture of row ${named} is meant, and there was none before this one`);
  return decodePicture(await pictureFile(named, root, { addresses: folderGiven }));
}

/** The right option where a file writes it as `(B)` or `B`; throws `bad-row`. */
export function letterIndex(answer: string, count: number): number {
  const match = /^\(?([A-Z])\)?\.?$/.exec(answer.trim());
  const index = match === null ? -1 : choiceLetters(26).indexOf(match[1]);
  if (index < 0 || index >= count)
    throw rowProblem(`the answer ${JSON.stringify(answer)} is none of the ${count} options`);
  return index;
}

export const pictureBytes = z.object({
  bytes: z.custom<Uint8Array>((value) => value instanceof Uint8Array, 'no bytes of a picture'),
});
