import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Progress } from '../../core/progress.ts';
import { writeReport } from '../../reports/index.ts';
import { behaviour, checkpoint, contrastSet, finding, withResults } from './synthetic.ts';
import { temporaryFolder } from './temporary.ts';
import { SLOW } from '../slow.ts';

const folder = temporaryFolder();
const set = contrastSet(join(folder, 'set'), 30);
const input = {
  title: 'Is far up?',
  command: 'plumbline diagnose a b',
  checkpoints: [checkpoint('shortcut', set), checkpoint('balanced', set)],
  set,
};

function hashes(directory: string): Record<string, string> {
  return Object.fromEntries(
    readdirSync(directory, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => [
        join(entry.parentPath, entry.name).slice(directory.length),
        createHash('sha256')
          .update(readFileSync(join(entry.parentPath, entry.name)))
          .digest('hex'),
      ]),
  );
}

describe('a report folder', () => {
  test('holds what it says, in every format, and the same bytes from the same input', SLOW, async () => {
    const progress: Progress[] = [];
    const [a, b] = [join(folder, 'a'), join(folder, 'b')];
    const report = await writeReport({ ...input, directory: a, onProgress: (step) => progress.push(step) });
    await writeReport({ ...input, directory: b });
    expect(hashes(a)).toEqual(hashes(b));

    const index = JSON.parse(readFileSync(join(a, 'report.json'), 'utf8')) as {
      checkpoints: { name: string; findings: { sentence: string }[] }[];
      figures: { files: string[]; caption: string }[];
      tables: { files: string[] }[];
    };
    const listed = [...index.figures, ...index.tables].flatMap(({ files }) => files);
    const written = [...report.figures, ...report.tables].map((path) => path.slice(a.length + 1));
    expect(listed).toEqual(written);
    expect(
      Object.keys(hashes(a))
        .map((path) => path.slice(1))
        .sort(),
    ).toEqual([...written, 'index.html', 'report.json'].sort());
    expect(report.html).toBe(join(a, 'index.html'));
    expect(index.checkpoints.map(({ name }) => name)).toEqual(['llava-tiny-shortcut', 'llava-tiny-balanced']);
    expect(index.checkpoints[0].findings[0].sentence).toMatch(/^far is read off up/);

    const spec = JSON.parse(readFileSync(join(a, 'figures', 'accuracy.vl.json'), 'utf8')) as {
      $schema: string;
      description: string;
    };
    expect(spec.$schema).toBe('https://vega.github.io/schema/vega-lite/v6.json');
    expect(spec.description).toContain(index.figures[0].caption);
    expect(progress.at(-1)).toEqual({
      stage: 'report',
      done: index.figures.length,
      total: index.figures.length,
      unit: 'figures',
    });
  });

  test('a second call redoes nothing; a changed result, title or a lost file does', SLOW, async () => {
    const directory = join(folder, 'twice');
    const small = { ...input, checkpoints: input.checkpoints.slice(0, 1), directory };
    const [page, figure] = [join(directory, 'index.html'), join(directory, 'figures', 'accuracy.svg')];
    const first = await writeReport(small);
    const written = (): number => statSync(page).mtimeMs;
    const before = written();
    expect(await writeReport(small)).toEqual(first);
    expect(written()).toBe(before);
    rmSync(figure);
    await writeReport(small);
    expect(existsSync(figure)).toBe(true);
    const restored = written();
    expect(restored).toBeGreaterThan(before);
    const changed = {
      ...withResults(small.checkpoints[0], 'behaviour', [behaviour('balanced')]),
      findings: [finding('balanced')],
    };
    await writeReport({
      ...small,
      checkpoints: [changed],
    });
    expect(written()).toBeGreaterThan(restored);
    expect(readFileSync(page, 'utf8')).toContain('94 % on counter scenes');
  });

  test('figures of an earlier report are gone, files of others stay', async () => {
    const directory = join(folder, 'again');
    mkdirSync(join(directory, 'figures'), { recursive: true });
    writeFileSync(join(directory, 'figures', 'old-figure.svg'), '<svg/>');
    writeFileSync(join(directory, 'figures', 'notes.txt'), 'mine');
    await writeReport({ ...input, checkpoints: input.checkpoints.slice(0, 1), directory });
    const files = readdirSync(join(directory, 'figures'));
    expect(files).not.toContain('old-figure.svg');
    expect(files).toContain('notes.txt');
  });
});

describe('what is refused', () => {
  test('no checkpoint, two of one name, a folder that can\u2019t be written', async () => {
    await expect(writeReport({ ...input, checkpoints: [], directory: join(folder, 'none') })).rejects.toMatchObject({
      code: 'no-checkpoint',
    });
    await expect(
      writeReport({
        ...input,
        checkpoints: [input.checkpoints[0], input.checkpoints[0]],
        directory: join(folder, 'twins'),
      }),
    ).rejects.toMatchObject({ code: 'duplicate-checkpoint' });
    writeFileSync(join(folder, 'a-file'), '');
    await expect(writeReport({ ...input, directory: join(folder, 'a-file') })).rejects.toMatchObject({
      name: 'PlumblineError',
    });
  });
});
