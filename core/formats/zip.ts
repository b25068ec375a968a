/**
 * Reads zip archives (https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT) with Zip64: entries stored or
 * deflated, each checked against its CRC-32. A deflated entry is inflated piece by piece into a file, so memory stays
 * flat and no archive can inflate beyond a stated bound.
 */
import { createReadStream, createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { crc32, createInflateRaw } from 'node:zlib';
import { messageOf, PlumblineError } from '../errors.ts';
import { openFileSource, readBytes, sliceSource, type ByteSource } from './byte-source.ts';
import { fileError, systemCode } from './file-errors.ts';

export interface ZipEntry {
  readonly name: string;
  readonly deflated: boolean;
  readonly compressedSize: number;
  /** Bytes once inflated, as the archive says. */
  readonly size: number;
  readonly crc: number;
  /** Position of the entry's own header. */
  readonly offset: number;
}

const END = 0x06054b50;
const END_64 = 0x06064b50;
const LOCATOR_64 = 0x07064b50;
const CENTRAL = 0x02014b50;
const LOCAL = 0x04034b50;
const MAX_DIRECTORY = 64 << 20;
const PIECE = 1 << 20;

const corrupt = (where: string, what: string): PlumblineError =>
  new PlumblineError('corrupt-zip', `not a whole zip archive: ${what}`, {
    where,
    hint: 'the file is cut off, damaged or of another kind: make it again',
  });

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** Position, size and number of entries of the central directory. */
async function findDirectory(source: ByteSource): Promise<{ start: number; size: number; count: number }> {
  const { where, size } = source;
  if (size < 22) throw corrupt(where, `it has ${size} bytes`);
  const tailStart = Math.max(0, size - 22 - 65535);
  const tail = viewOf(await readBytes(source, tailStart, size - tailStart));
  let at = tail.byteLength - 22;
  while (at >= 0 && !(tail.getUint32(at, true) === END && at + 22 + tail.getUint16(at + 20, true) === tail.byteLength))
    at--;
  if (at < 0) throw corrupt(where, 'its list of entries is missing');
  let count = tail.getUint16(at + 10, true);
  let length = tail.getUint32(at + 12, true);
  let start = tail.getUint32(at + 16, true);
  const end = tailStart + at;
  if (end >= 20 && (count === 0xffff || length === 0xffffffff || start === 0xffffffff)) {
    const locator = viewOf(await readBytes(source, end - 20, 20));
    if (locator.getUint32(0, true) === LOCATOR_64) {
      const position = Number(locator.getBigUint64(8, true));
      if (!(position + 56 <= size)) throw corrupt(where, 'its Zip64 record lies outside the file');
      const record = viewOf(await readBytes(source, position, 56));
      if (record.getUint32(0, true) !== END_64) throw corrupt(where, 'its Zip64 record is missing');
      count = Number(record.getBigUint64(32, true));
      length = Number(record.getBigUint64(40, true));
      start = Number(record.getBigUint64(48, true));
    }
  }
  if (!(start + length <= end) || length > MAX_DIRECTORY || count * 46 > length)
    throw corrupt(where, 'its list of entries lies outside the file');
  return { start, size: length, count };
}

/**
 * The entries of an archive.
 * @throws PlumblineError `corrupt-zip`, `unsupported-zip` (encrypted, or packed by another method), `path-escapes` (a
 * name that leads out of a folder)
 */
export async function readZipEntries(source: ByteSource): Promise<ZipEntry[]> {
  const { where } = source;
  const { start, size, count } = await findDirectory(source);
  const bytes = await readBytes(source, start, size);
  const view = viewOf(bytes);
  const entries: ZipEntry[] = [];
  let at = 0;
  for (let i = 0; i < count; i++) {
    if (at + 46 > size || view.getUint32(at, true) !== CENTRAL)
      throw corrupt(where, `entry ${i + 1} of ${count} is missing from its list`);
    const nameLength = view.getUint16(at + 28, true);
    const extraLength = view.getUint16(at + 30, true);
    const next = at + 46 + nameLength + extraLength + view.getUint16(at + 32, true);
    if (next > size) throw corrupt(where, `entry ${i + 1} of ${count} is cut off in its list`);
    const name = new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + nameLength));
    const method = view.getUint16(at + 10, true);
    if ((view.getUint16(at + 8, true) & 1) !== 0 || (method !== 0 && method !== 8))
      throw new PlumblineError('unsupported-zip', `the entry ${name} is encrypted, or packed by method ${method}`, {
        where,
        hint: 'numpy.savez and savez_compressed write what can be read',
      });
    if (/^[/\\]|^[A-Za-z]:|(^|[/\\])\.\.([/\\]|$)/.test(name))
      throw new PlumblineError('path-escapes', `the entry ${JSON.stringify(name)} leads out of its folder`, {
        where,
        hint: "don't trust this archive; write one with numpy.savez",
      });
    let [entrySize, compressedSize, offset] = [
      view.getUint32(at + 24, true),
      view.getUint32(at + 20, true),
      view.getUint32(at + 42, true),
    ];
    const extras = viewOf(bytes.subarray(at + 46 + nameLength, at + 46 + nameLength + extraLength));
    for (let e = 0; e + 4 <= extras.byteLength; e += 4 + extras.getUint16(e + 2, true)) {
      if (extras.getUint16(e, true) !== 1) continue;
      // The fields whose 32-bit places are full follow in this order.
      const end = Math.min(extras.byteLength, e + 4 + extras.getUint16(e + 2, true));
      let field = e + 4;
      const wide = (value: number): number => {
        if (value !== 0xffffffff || field + 8 > end) return value;
        field += 8;
        return Number(extras.getBigUint64(field - 8, true));
      };
      entrySize = wide(entrySize);
      compressedSize = wide(compressedSize);
      offset = wide(offset);
    }
    if (!(offset + 30 + compressedSize <= source.size) || (method === 0 && compressedSize !== entrySize))
      throw corrupt(where, `the entry ${name} lies outside the file`);
    entries.push({
      name,
      deflated: method === 8,
      compressedSize,
      size: entrySize,
      crc: view.getUint32(at + 16, true),
      offset,
    });
    at = next;
  }
  return entries;
}

async function dataStart(source: ByteSource, entry: ZipEntry): Promise<number> {
  const local = viewOf(await readBytes(source, entry.offset, 30));
  if (local.getUint32(0, true) !== LOCAL) throw corrupt(source.where, `the entry ${entry.name} has no header`);
  const start = entry.offset + 30 + local.getUint16(26, true) + local.getUint16(28, true);
  if (start + entry.compressedSize > source.size)
    throw corrupt(source.where, `the entry ${entry.name} lies outside the file`);
  return start;
}

export interface OpenEntryOptions {
  /** File to inflate into; removed when the entry is closed. */
  readonly scratch: string;
  /** Most bytes that an entry may inflate to. */
  readonly maxInflated: number;
}

/**
 * Opens one entry of the archive file `source.where`. Close it after use.
 * @throws PlumblineError `corrupt-zip` (CRC or size doesn't match), `inflates-too-far`, `disk-full`
 */
export async function openZipEntry(
  source: ByteSource,
  entry: ZipEntry,
  { scratch, maxInflated }: OpenEntryOptions,
): Promise<ByteSource> {
  const where = `${source.where}:${entry.name}`;
  const start = await dataStart(source, entry);
  if (!entry.deflated) {
    let crc = 0;
    for (let at = 0; at < entry.size; at += PIECE)
      crc = crc32(await readBytes(source, start + at, Math.min(PIECE, entry.size - at)), crc);
    if (crc !== entry.crc) throw corrupt(where, 'its checksum is wrong');
    return sliceSource(source, start, entry.size, where);
  }
  const limit = (size: number): PlumblineError =>
    new PlumblineError('inflates-too-far', `it inflates to ${size} bytes or more, ${maxInflated} are allowed`, {
      where,
      hint: 'save it uncompressed with numpy.savez, or as safetensors: those are read in place, without a bound',
    });
  if (entry.size > maxInflated) throw limit(entry.size);
  let crc = 0;
  let size = 0;
  const check = new Transform({
    transform(chunk: Uint8Array, _, done) {
      size += chunk.length;
      if (size > maxInflated) return done(limit(size));
      if (size > entry.size)
        return done(corrupt(where, `it inflates to more than the ${entry.size} bytes that the archive says`));
      crc = crc32(chunk, crc);
      done(null, chunk);
    },
  });
  try {
    if (entry.compressedSize === 0) throw corrupt(where, 'it is empty');
    await pipeline(
      createReadStream(source.where, { start, end: start + entry.compressedSize - 1, highWaterMark: PIECE }),
      createInflateRaw({ chunkSize: PIECE }),
      check,
      createWriteStream(scratch, { flags: 'wx' }),
    );
    if (size !== entry.size || crc !== entry.crc) throw corrupt(where, 'its size or checksum is wrong');
    const inflated = await openFileSource(scratch);
    return {
      ...inflated,
      where,
      async close() {
        await inflated.close();
        await rm(scratch, { force: true });
      },
    };
  } catch (error) {
    await rm(scratch, { force: true });
    if (error instanceof PlumblineError) throw error;
    if (systemCode(error)?.startsWith('Z_')) throw corrupt(where, `it can't be inflated (${messageOf(error)})`);
    throw fileError(error, scratch);
  }
}
