import { execFile } from 'node:child_process';
import { createWriteStream, readFileSync, statSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { parquetMetadata } from 'hyparquet';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { readElements } from '../../../contrast-sets/import/json-elements.ts';
import { readLines, readTable } from '../../../contrast-sets/import/lines.ts';
import { readParquet } from '../../../contrast-sets/import/parquet.ts';
import { Random } from '../../../core/random.ts';
import { FIXTURES, temporaryFolder } from './helpers.ts';
import { SLOW } from '../../slow.ts';

const folder = temporaryFolder();

async function all<T>(values: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const value of values) found.push(value);
  return found;
}

test('the elements of any JSON array are those that JSON.parse gives, on the lines where they begin', async () => {
  const file = join(folder, 'any.json');
  const element = fc.oneof(fc.dictionary(fc.string(), fc.jsonValue()), fc.array(fc.jsonValue()));
  await fc.assert(
    fc.asyncProperty(fc.array(element), fc.constantFrom(0, 1), async (values, indent) => {
      const text = JSON.stringify(values, undefined, indent);
      writeFileSync(file, text);
      const found = await all(readElements(file));
      // -0 is written as 0.
      expect(found.map((row) => ('value' in row ? row.value : row.problem))).toEqual(JSON.parse(text));
      if (indent === 1)
        for (const [i, { where }] of found.entries())
          expect(text.split('\n')[Number(/:(\d+) /.exec(where)![1]) - 1]).toMatch(
            Array.isArray(values[i]) ? /^ \[/ : /^ \{/,
          );
    }),
    { numRuns: 150 },
  );
});

test('arrays inside an object are told apart by key; scalars and nested arrays are passed over', async () => {
  const file = join(folder, 'coco.json');
  writeFileSync(
    file,
    JSON.stringify({
      info: { 'not "this"': [{ a: 1 }] },
      images: [{ id: 1, name: 'a"]}\\' }, { id: 2 }],
      n: 3,
      annotations: [{ box: [[1, 2], [3]] }],
      last: [],
    }),
  );
  const found = await all(readElements(file, 'arrays'));
  expect(found.map((row) => ('value' in row ? [row.key, row.value] : row))).toEqual([
    ['images', { id: 1, name: 'a"]}\\' }],
    ['images', { id: 2 }],
    ['annotations', { box: [[1, 2], [3]] }],
  ]);
});

test('a table written as RFC 4180 says is read back, with the line on which each row begins', async () => {
  const file = join(folder, 'any.tsv');
  const field = fc.string({ unit: fc.constantFrom('a', 'é', '"', '\t', '\n', ' ', ',', '\r\n') });
  const quote = (text: string): string => (/["\t\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(field, field, field)), async (rows) => {
      // A row of empty fields but one is a blank line to nobody here: there are three.
      const text = ['a\tb\tc', ...rows.map((row) => row.map(quote).join('\t'))].join('\n');
      writeFileSync(file, `${text}\n`);
      const found = await all(readTable(file, '\t', ['a']));
      const normal = (value: string): string => value.replaceAll('\r\n', '\n');
      expect(found.map((row) => ('fields' in row ? Object.values(row.fields).map(normal) : row.problem))).toEqual(
        rows.filter((row) => row.map(quote).join('\t').trim() !== '').map((row) => row.map(normal)),
      );
    }),
    { numRuns: 150 },
  );
});

test('lines longer than a chunk stay whole, with and without a last line break', async () => {
  const file = join(folder, 'long.txt');
  const long = 'é'.repeat(700_000);
  writeFileSync(file, `\uFEFFfirst\r\n${long}\n\nlast`);
  expect(await all(readLines(file))).toEqual([
    { number: 1, text: 'first' },
    { number: 2, text: long },
    { number: 3, text: '' },
    { number: 4, text: 'last' },
  ]);
});

test('a Parquet file is read row group by row group: damage in the last group is met after all rows before it', async () => {
  const whole = await all(
    readParquet(join(FIXTURES, 'cv-bench.parquet'), { required: ['idx'], columns: ['idx', 'question'] }),
  );
  expect(whole.map(({ where, fields }) => [where.replace(FIXTURES, ''), Number(fields.idx)])).toEqual(
    Array.from({ length: 10 }, (_, i) => [`cv-bench.parquet row ${i}`, i]),
  );
  expect(whole.every(({ fields }) => !('image' in fields))).toBe(true);
  const bytes = readFileSync(join(FIXTURES, 'cv-bench.parquet'));
  const { row_groups: groups } = parquetMetadata(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
  const { meta_data: question } = groups[2].columns.find(
    ({ meta_data }) => meta_data?.path_in_schema[0] === 'question',
  )!;
  bytes.fill(
    0xff,
    Number(question!.dictionary_page_offset ?? question!.data_page_offset),
    Number(question!.data_page_offset) + 8,
  );
  const file = join(folder, 'damaged.parquet');
  writeFileSync(file, bytes);
  const found: number[] = [];
  const reading = (async () => {
    for await (const { fields } of readParquet(file, { required: ['idx'], columns: ['idx', 'question'] }))
      found.push(Number(fields.idx));
  })();
  await expect(reading).rejects.toMatchObject({ code: 'corrupt-parquet' });
  expect(found).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
});

test(
  'a table of 200 MB with pictures in base64 is imported in memory that does not grow with it',
  { ...SLOW, timeout: 120_000 },
  async () => {
    // Small pictures, no two alike, each with 1.5 MB behind its end, which decoders pass over: 2 MB of text a row.
    const random = new Random(1, 'noise');
    const padding = Buffer.from(Uint32Array.from({ length: 375_000 }, () => random.uint32()).buffer);
    const file = join(folder, 'large.tsv');
    const stream = createWriteStream(file);
    stream.write('index\tquestion\timage\tA\tB\tanswer\tcategory\tqid\n');
    for (let row = 0; row < 100; row++) {
      const png = await sharp({ create: { width: 16, height: 16, channels: 3, background: { r: row, g: 0, b: 0 } } })
        .png()
        .toBuffer();
      if (
        !stream.write(
          `${row}\tWhich of the two things is higher?\t${Buffer.concat([png, padding]).toString('base64')}\tlamp\tcup\tA\theight_higher\tR${row}x\n`,
        )
      )
        await once(stream, 'drain');
    }
    stream.end();
    await once(stream, 'finish');
    const megabytes = statSync(file).size / 2 ** 20;
    expect(megabytes).toBeGreaterThan(190);
    const script = `
    import { importSet, IMPORTERS } from ${JSON.stringify(fileURLToPath(new URL('../../../contrast-sets/index.ts', import.meta.url)))};
    const before = process.memoryUsage().rss;
    const { report } = await importSet({ importer: IMPORTERS['3dsrbench'], files: [${JSON.stringify(file)}], directory: ${JSON.stringify(join(folder, 'large-set'))} });
    console.log(JSON.stringify({ ...report, grown: (process.resourceUsage().maxRSS * 1024 - before) / 2 ** 20 }));`;
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--import', 'tsx', '--input-type=module', '-e', script],
      { cwd: fileURLToPath(new URL('../../../', import.meta.url)) },
    );
    const { rows, bad, grown } = JSON.parse(stdout) as { rows: number; bad: number; grown: number };
    expect({ rows, bad }).toEqual({ rows: 100, bad: 0 });
    // A row is 2 MB of text and 1.5 MB of bytes; garbage collection lets some dozens of those stand. Were the rows, or
    // only slices of them, held, it would be more than the table's size.
    expect(grown).toBeLessThan(0.75 * megabytes);
  },
);
