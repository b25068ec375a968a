/** Atomic writing, JSON, JSON lines and hashes. */
import { createHash } from 'node:crypto';
import { constants } from 'node:os';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { PlumblineError } from '../../../core/errors.ts';
import {
  fileError,
  hashFile,
  hashFiles,
  hashValue,
  parseJsonl,
  readJson,
  readJsonl,
  removeStaleTemporaries,
  sha256,
  stableJson,
  temporaryName,
  writeFileAtomic,
  writeJsonAtomic,
  writeJsonl,
} from '../../../core/formats/index.ts';

let folder: string;
beforeAll(async () => (folder = await mkdtemp(join(tmpdir(), 'plumbline-files-'))));
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('atomic files', () => {
  test('are written with missing folders, replaced whole, and leave nothing else', async () => {
    const path = join(folder, 'deep', 'er', 'a.txt');
    await writeFileAtomic(path, 'one');
    await writeFileAtomic(path, [new TextEncoder().encode('tw'), new TextEncoder().encode('o')]);
    expect(await readFile(path, 'utf8')).toBe('two');
    expect(await readdir(join(folder, 'deep', 'er'))).toEqual(['a.txt']);
  });

  test('keep the old content when writing fails half-way', async () => {
    const path = join(folder, 'kept.txt');
    await writeFileAtomic(path, 'old');
    function* failing(): Generator<Uint8Array> {
      yield new Uint8Array(10);
      throw Object.assign(new Error('ENOSPC: no space left on device, write'), {
        code: 'ENOSPC',
        errno: -constants.errno.ENOSPC,
      });
    }
    await expect(writeFileAtomic(path, failing())).rejects.toMatchObject({ code: 'disk-full', where: path });
    expect(await readFile(path, 'utf8')).toBe('old');
    expect((await readdir(folder)).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  test('say so when the target is a folder', async () => {
    const path = join(folder, 'is-a-folder');
    await mkdir(path);
    await expect(writeFileAtomic(path, 'x')).rejects.toBeInstanceOf(PlumblineError);
  });

  // Root may write anywhere.
  test.skipIf(process.getuid?.() === 0)('say so when the folder is read-only', async () => {
    const locked = join(folder, 'locked');
    await mkdir(locked);
    await chmod(locked, 0o555);
    await expect(writeFileAtomic(join(locked, 'a'), 'x')).rejects.toMatchObject({ code: 'permission-denied' });
  });

  test('leftovers of dead processes are removed, those of live ones are not', async () => {
    const place = join(folder, 'leftovers');
    await mkdir(place);
    // 2^22 is the largest process id of Linux, and is never given out in practice.
    const alive = basename(temporaryName(join(place, 'a.txt')));
    const dead = alive.replace(`.${process.pid}-`, '.4194304-');
    // Process ids of another machine say nothing here: its files stay for a day.
    const elsewhere = (id: string): string => `.a.txt.4194304-${sha256('another machine').slice(0, 8)}${id}.tmp`;
    const [recent, old] = ['00000001', '00000002'].map(elsewhere);
    for (const name of [dead, alive, recent, old, 'a.txt', '.hidden.tmp']) await writeFile(join(place, name), '');
    const twoDaysAgo = new Date(Date.now() - 2 * 86_400_000);
    await utimes(join(place, old), twoDaysAgo, twoDaysAgo);
    await removeStaleTemporaries(place);
    expect((await readdir(place)).sort()).toEqual([alive, recent, '.hidden.tmp', 'a.txt'].sort());
  });
});

describe('errors of the operating system', () => {
  test.each([
    ['ENOENT', 'file-not-found'],
    ['EACCES', 'permission-denied'],
    ['EROFS', 'read-only'],
    ['ENOSPC', 'disk-full'],
    ['EDQUOT', 'disk-full'],
  ])('%s', (code, expected) => {
    expect(fileError(Object.assign(new Error(code), { code }), '/x')).toMatchObject({ code: expected, where: '/x' });
  });
  test('others pass unchanged', () => {
    const bug = new TypeError('x is not a function');
    expect(fileError(bug, '/x')).toBe(bug);
  });
});

describe('JSON', () => {
  test('the text depends on the value alone, not on the order of keys, and reads back as the value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const shuffle = (part: unknown): unknown => {
          if (Array.isArray(part)) return part.map(shuffle);
          if (part === null || typeof part !== 'object') return part;
          return Object.fromEntries(
            Object.entries(part)
              .reverse()
              .map(([key, inner]) => [key, shuffle(inner)]),
          );
        };
        expect(stableJson(shuffle(value))).toBe(stableJson(value));
        expect(hashValue(shuffle(value))).toBe(hashValue(value));
        expect(JSON.parse(stableJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  test('NaN and infinities are refused, with their place', () => {
    expect(() => stableJson({ a: [1, NaN] })).toThrow('$.a[1] is NaN');
  });

  test('reading names the file and what is wrong', async () => {
    const schema = z.object({ n: z.number() });
    const path = join(folder, 'a.json');
    await writeJsonAtomic(path, { n: 1 });
    expect(await readJson(path, schema)).toEqual({ n: 1 });
    await writeFile(path, '{"n": ');
    await expect(readJson(path, schema)).rejects.toMatchObject({ code: 'not-json', where: path });
    await writeFile(path, '{"n": "x"}');
    await expect(readJson(path, schema)).rejects.toMatchObject({
      code: 'invalid-json',
      message: expect.stringMatching(/^n: /) as string,
    });
    await expect(readJson(join(folder, 'none.json'), schema)).rejects.toMatchObject({ code: 'file-not-found' });
  });
});

describe('JSON lines', () => {
  const schema = z.object({ id: z.string() });

  test('round trip', async () => {
    const path = join(folder, 'a.jsonl');
    await fc.assert(
      fc.asyncProperty(fc.array(fc.record({ id: fc.string() })), async (values) => {
        await writeJsonl(path, values);
        expect(await readJsonl(path, schema)).toEqual(values.map(({ id }) => ({ id })));
      }),
      { numRuns: 20 },
    );
  });

  test('errors name the line', () => {
    const caught = (text: string): unknown => {
      try {
        parseJsonl(text, schema, 'f.jsonl');
      } catch (error) {
        return error;
      }
      return null;
    };
    expect(caught('{"id":"a"}\n\n{"id":3}\n')).toMatchObject({ code: 'invalid-line', where: 'f.jsonl:3' });
    expect(caught('{"id":"a"}\n{"id":')).toMatchObject({ code: 'invalid-line', where: 'f.jsonl:2' });
    expect(caught('{"id":"a"}\n')).toBe(null);
  });
});

describe('hashes', () => {
  test('equal those of Node’s crypto on the same bytes', async () => {
    const path = join(folder, 'h.bin');
    const bytes = Uint8Array.from({ length: 3_000_000 }, (_, i) => i % 251);
    await writeFile(path, bytes);
    const expected = createHash('sha256').update(bytes).digest('hex');
    expect(sha256(bytes)).toBe(expected);
    expect(await hashFile(path)).toBe(expected);
  });

  test('over files: order and place don’t matter, names and contents do', async () => {
    const make = async (name: string, files: Record<string, string>): Promise<string> => {
      const place = join(folder, name);
      for (const [file, text] of Object.entries(files)) await writeFileAtomic(join(place, file), text);
      return place;
    };
    const hash = await hashFiles(await make('h1', { a: '1', 'b/c': '2' }), ['a', 'b/c']);
    expect(await hashFiles(await make('h2', { a: '1', 'b/c': '2' }), ['b/c', 'a'])).toBe(hash);
    expect(await hashFiles(await make('h3', { a: '1', 'b/c': '3' }), ['a', 'b/c'])).not.toBe(hash);
    expect(await hashFiles(await make('h4', { a: '1', d: '2' }), ['a', 'd'])).not.toBe(hash);
    await expect(hashFiles(folder, ['none'])).rejects.toMatchObject({ code: 'file-not-found' });
  });
});
