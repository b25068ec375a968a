import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { checkSet, importSet, IMPORTERS } from '../../../contrast-sets/index.ts';
import { runCli } from '../../cli/run-cli.ts';
import { FIXTURES, imported, temporaryFolder } from './helpers.ts';
import { SLOW } from '../../slow.ts';

const folder = temporaryFolder();

test('every bad row is named with its line and its reason, and the rest are imported', async () => {
  const { problems, report } = await imported(folder, 'embspatial', ['embspatial_bench.json']);
  expect(report).toMatchObject({ rows: 13, bad: 7, pairs: 12 });
  const lines = readFileSync(join(FIXTURES, 'embspatial_bench.json'), 'utf8').split('\n');
  // The line on which the row begins.
  const lineOf = (occurrence: number): number => lines.flatMap((line, i) => (line === ' {' ? [i + 1] : []))[occurrence];
  expect(problems).toEqual([
    expect.stringMatching(
      new RegExp(
        `^embspatial_bench\\.json:${lineOf(6)} \\[6\\] the box \\[60, 40, 30, 30\\] of \`.*\` lies outside the picture of 64 × 48`,
      ),
    ),
    expect.stringMatching(new RegExp(`^embspatial_bench\\.json:${lineOf(7)} \\[7\\] the picture can't be decoded`)),
    expect.stringContaining(':390 [8] the answer is option 7 of 4'),
    expect.stringContaining('[9] relation: Invalid input'),
    expect.stringContaining('[10] the id "mp3d_57" occurs twice'),
    expect.stringContaining('[11] the relation "inside" is none of left, right'),
    expect.stringContaining('[12] no box for `table`'),
  ]);
});

test('your own pictures: each bad row once, pictures outside the folder are not read', async () => {
  const { problems, set } = await imported(folder, 'own', ['own/pictures.csv', 'own/pictures.jsonl']);
  expect(problems).toEqual([
    'own/pictures.csv:8 the box [4, 30, 16, 32] of `red box` lies outside the picture of 64 × 48; if it is two corners, say --boxes xyxy',
    'own/pictures.csv:9 the answer is far, boxes and depths say close',
    expect.stringMatching(/^own\/pictures\.csv:10 the picture .*9\.png can't be read: no such file/),
    expect.stringMatching(/^own\/pictures\.csv:11 the picture "\.\.\/3dsrbench\.tsv" lies outside/),
    'own/pictures.csv:12 the answer "3" is none of the options 1, 2',
    'own/pictures.csv:13 2 fields where the first line names 14 columns',
    expect.stringMatching(/^own\/pictures\.jsonl:2 not valid JSON/),
  ]);
  // Pictures of bad rows are not left behind.
  expect(readdirSync(join(set.directory, 'images')).sort()).toEqual(
    Object.keys(set.header.imageHashes)
      .map((file) => file.slice('images/'.length))
      .sort(),
  );
});

test('names of pictures are taken as they stand; addresses that lead out of the folder, or nowhere, are bad rows', async () => {
  const images = join(folder, 'odd');
  mkdirSync(images);
  copyFileSync(join(FIXTURES, 'own/0.png'), join(images, '100% far%zz.png'));
  const file = join(folder, 'odd.tsv');
  const row = (index: number, url: string): string => `${index}\tWhich?\tlamp\tcup\tA\tother\tR${index}x\t${url}`;
  writeFileSync(
    file,
    [
      'index\tquestion\tA\tB\tanswer\tcategory\tqid\timage_url',
      row(0, 'https://example.org/a/100% far%zz.png?size=2'),
      row(1, 'https://example.org/a/..'),
      row(2, 'http://['),
    ].join('\n'),
  );
  const { report, problems } = await imported(folder, '3dsrbench', [file], { images });
  expect(report).toMatchObject({ rows: 3, bad: 2, pairs: 1 });
  expect(problems).toEqual([
    expect.stringMatching(/:3 the picture .* lies outside/),
    expect.stringMatching(/:4 the picture .* can't be read/),
  ]);
});

test('an import is not repeated, its report is kept, and other files are another set', async () => {
  const directory = join(folder, 'again');
  const first = await importSet({ importer: IMPORTERS.own, files: [join(FIXTURES, 'own/pictures.csv')], directory });
  const second = await importSet({ importer: IMPORTERS.own, files: [join(FIXTURES, 'own/pictures.csv')], directory });
  expect([second.header.hash, second.report]).toEqual([first.header.hash, first.report]);
  await expect(
    importSet({ importer: IMPORTERS.own, files: [join(FIXTURES, 'own/pictures.jsonl')], directory }),
  ).rejects.toMatchObject({ code: 'set-exists' });
});

test.each([
  ['cv-bench', 'own/pictures.csv', 'not-parquet'],
  ['blink', 'cv-bench.parquet', 'missing-column'],
  ['3dsrbench', 'own/pictures.csv', 'missing-column'],
  ['embspatial', 'own/0.png', 'not-json'],
  ['own', 'nothing.csv', 'no-such-file'],
] as const)('%s from a file that is none of its kind: %s', async (name, file, code) => {
  const directory = join(folder, `none-${name}`);
  const error = await importSet({ importer: IMPORTERS[name], files: [join(FIXTURES, file)], directory }).catch(
    (reason: unknown) => reason,
  );
  expect(error).toMatchObject({
    name: 'PlumblineError',
    ...(code === 'no-such-file' ? {} : { code }),
    where: expect.stringContaining(FIXTURES) as string,
  });
  expect(existsSync(directory)).toBe(false);
});

test(
  'leaks are looked for among the rows that have boxes, and reported without failing the set',
  { timeout: 30_000 },
  async () => {
    const rows = Array.from({ length: 300 }, (_, i) => {
      const far = i % 2 === 0;
      const up = (i >> 1) % 2 === 0;
      // The farther one is always the smaller one: a leak. Every fourth row has no boxes.
      const geometry =
        i % 4 === 3
          ? ',,,'
          : `${i % 20} ${up ? 0 : 24} ${far ? '8 8' : '24 24'},${(i * 7) % 20} ${up ? 24 : 0} 16 16,${far ? 3 : 1},2`;
      return `0.png,s${i},distance,mug,kettle,${geometry},${far ? 'far' : 'close'}`;
    });
    const file = join(folder, 'leaky.csv');
    writeFileSync(file, ['image,group,axis,object1,object2,box1,box2,depth1,depth2,answer', ...rows].join('\n'));
    const set = await importSet({
      importer: IMPORTERS.own,
      files: [file],
      images: join(FIXTURES, 'own'),
      directory: join(folder, 'leaky'),
    });
    expect(set.report.bad).toBe(0);
    const { passed, results } = await checkSet(set);
    const leak = results.find(({ check }) => check === 'leakage-distance')!;
    expect({ passed, status: leak.status }).toEqual({ passed: true, status: 'undecided' });
    expect(leak.estimate!.value).toBeGreaterThan(0.9);
  },
);

test('a file that is cut off: the whole rows are imported', async () => {
  const whole = readFileSync(join(FIXTURES, 'embspatial_bench.json'), 'utf8');
  const file = join(folder, 'cut.json');
  writeFileSync(file, whole.slice(0, whole.indexOf('"mp3d_59"') + 200));
  const { report, problems } = await imported(folder, 'embspatial', [file]);
  expect(report).toMatchObject({ rows: 3, bad: 1, counts: { distance: { consistent: 1, counter: 1 } } });
  expect(problems[0]).toMatch(/the file ends here, in the middle: it is cut off$/);
});

test(
  'the command prints what was left out and the published counts; --strict turns bad rows into exit code 1',
  { ...SLOW, timeout: 60_000 },
  async () => {
    const args = ['import-set', 'embspatial', join(FIXTURES, 'embspatial_bench.json'), '--out', join(folder, 'cli')];
    const plain = await runCli(args);
    expect(plain.code).toBe(0);
    expect(plain.stdout).toContain('left out: ');
    expect(plain.stdout).toContain('13 rows, 7 left out, 12 pairs');
    expect(plain.stdout).toContain(
      'published (arXiv 2605.30161): 1206 = 976 consistent, 129 counter, 101 ambiguous; here: 1 consistent, 2 counter, 1 ambiguous',
    );
    const strict = await runCli([...args, '--strict', '--json']);
    expect(strict.code).toBe(1);
    expect(JSON.parse(strict.stdout)).toMatchObject({ import: { bad: 7 }, published: [{ total: 1206 }] });
  },
);
