/**
 * The rows of a Parquet file, row group by row group, in pieces where a group has an offset index: what is held is one
 * piece of a group.
 */
import {
  asyncBufferFromFile,
  parquetMetadataAsync,
  parquetReadObjects,
  parquetSchema,
  type AsyncBuffer,
  type FileMetaData,
} from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { messageOf, PlumblineError } from '../../core/errors.ts';
import { fileError } from '../../core/formats/file-errors.ts';

export interface ParquetRow {
  readonly where: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Groups of up to so many uncompressed bytes are read at once. */
const PIECE_BYTES = 128 << 20;
/** Larger groups without an index of their pages would have to be held as a whole. */
const MAX_GROUP_BYTES = 1.5 * 2 ** 30;

interface Opened {
  readonly file: AsyncBuffer;
  readonly metadata: FileMetaData;
  readonly columns: readonly string[];
}

async function openParquet(path: string, required: readonly string[]): Promise<Opened> {
  let file: AsyncBuffer;
  let metadata: FileMetaData;
  try {
    file = await asyncBufferFromFile(path);
    metadata = await parquetMetadataAsync(file);
  } catch (error) {
    const reason = fileError(error, path);
    throw reason instanceof PlumblineError
      ? reason
      : new PlumblineError('not-parquet', `not a whole Parquet file: ${messageOf(error)}`, {
          where: path,
          hint: 'check which file you gave, and that its download is complete',
          cause: error,
        });
  }
  const columns = parquetSchema(metadata).children.map(({ element }) => element.name);
  const missing = required.filter((name) => !columns.includes(name));
  if (missing.length > 0)
    throw new PlumblineError(
      'missing-column',
      `no column \`${missing.join('`, `')}\`; there are ${columns.map((name) => `\`${name}\``).join(', ')}`,
      { where: path, hint: 'check that the file belongs to this benchmark' },
    );
  return { file, metadata, columns };
}

/**
 * @param options.columns columns to read; those that aren't there are left out; all unless given
 * @throws PlumblineError `not-parquet`, `missing-column`, `row-group-too-large`
 */
export async function* readParquet(
  path: string,
  { required, columns: wanted }: { readonly required: readonly string[]; readonly columns?: readonly string[] },
): AsyncGenerator<ParquetRow> {
  const { file, metadata, columns: there } = await openParquet(path, required);
  const columns = there.filter((name) => wanted === undefined || wanted.includes(name));
  let start = 0;
  for (const group of metadata.row_groups) {
    const rows = Number(group.num_rows);
    const chunks = group.columns.filter(({ meta_data }) => columns.includes(meta_data?.path_in_schema[0] ?? ''));
    const bytes = chunks.reduce((sum, { meta_data }) => sum + Number(meta_data?.total_uncompressed_size ?? 0), 0);
    const indexed = chunks.every(({ offset_index_offset }) => offset_index_offset !== undefined);
    if (!indexed && bytes > MAX_GROUP_BYTES)
      throw new PlumblineError(
        'row-group-too-large',
        `a row group of ${(bytes / 2 ** 30).toFixed(1)} GiB without an index of its pages`,
        {
          where: path,
          hint: 'write the file again with smaller row groups: pyarrow.parquet.write_table(table, path, row_group_size=100)',
        },
      );
    const step = indexed ? Math.max(1, Math.ceil(rows / Math.max(1, Math.ceil(bytes / PIECE_BYTES)))) : rows;
    for (let from = 0; from < rows; from += step) {
      const rowStart = start + from;
      const piece = await read(
        { file, metadata, columns: [...columns], rowStart, rowEnd: Math.min(start + rows, rowStart + step) },
        path,
      );
      for (const [i, fields] of piece.entries()) yield { where: `${path} row ${rowStart + i}`, fields };
    }
    start += rows;
  }
}

async function read(
  options: { file: AsyncBuffer; metadata: FileMetaData; columns: string[]; rowStart: number; rowEnd: number },
  path: string,
): Promise<Record<string, unknown>[]> {
  try {
    // Without `utf8: false` the bytes of pictures would be read as text.
    return await parquetReadObjects({
      ...options,
      compressors,
      utf8: false,
      useOffsetIndex: true,
      rowFormat: 'object',
    });
  } catch (error) {
    const reason = fileError(error, path);
    throw reason instanceof PlumblineError
      ? reason
      : new PlumblineError(
          'corrupt-parquet',
          `rows ${options.rowStart} to ${options.rowEnd - 1} can't be read: ${messageOf(error)}`,
          { where: path, hint: 'the file is cut off or damaged: download it again', cause: error },
        );
  }
}
