import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { readContrastSet, readContrastSetHeader, writeContrastSet } from '../../contrast-sets/io.ts';
import { temporaryFolder } from './import/helpers.ts';

/** Written by version 0.1. */
const OLD = fileURLToPath(new URL('../fixtures/import/set', import.meta.url));

describe('a set of version 1', () => {
  it('is read as one of version 2, with its hash', async () => {
    const written = JSON.parse(readFileSync(join(OLD, 'set.json'), 'utf8')) as { version: number; hash: string };
    expect(written.version).toBe(1);
    const { header, pairs } = await readContrastSet(OLD);
    expect([header.version, header.hash]).toEqual([2, written.hash]);
    expect(header.counts.conditions).toEqual({ height: { consistent: 1, counter: 1 } });
    expect(await readContrastSetHeader(OLD)).toEqual(header);
    const lines = readFileSync(join(OLD, 'pairs.jsonl'), 'utf8').trim().split('\n');
    expect(pairs.map(({ conditions }) => conditions)).toEqual(
      lines.map((line) => ({ height: (JSON.parse(line) as { condition: string }).condition })),
    );
    expect(pairs.some((pair) => 'condition' in pair)).toBe(false);
  });

  it('is held to the hash over its own lines', async () => {
    const folder = join(temporaryFolder(), 'set');
    cpSync(OLD, folder, { recursive: true });
    const file = join(folder, 'pairs.jsonl');
    writeFileSync(file, readFileSync(file, 'utf8').replace('"condition":"consistent"', '"condition":"counter"'));
    await expect(readContrastSet(folder)).rejects.toMatchObject({ code: 'set-changed' });
  });

  it('comes back from a folder of version 2 with the same pairs and a hash of its own', async () => {
    const old = await readContrastSet(OLD);
    const folder = join(temporaryFolder(), 'set');
    cpSync(OLD, folder, { recursive: true });
    const { header } = await writeContrastSet(folder, old.header, old.pairs);
    expect(header.hash).not.toBe(old.header.hash);
    const again = await readContrastSet(folder);
    expect(again.pairs).toEqual(old.pairs);
    expect(again.header.counts).toEqual(old.header.counts);
  });

  it('with lines of version 2 is refused by line', async () => {
    const folder = join(temporaryFolder(), 'set');
    cpSync(OLD, folder, { recursive: true });
    const file = join(folder, 'pairs.jsonl');
    writeFileSync(
      file,
      readFileSync(file, 'utf8').replace('"condition":"consistent"', '"conditions":{"height":"consistent"}'),
    );
    await expect(readContrastSet(folder)).rejects.toMatchObject({ code: 'invalid-line' });
  });
});
