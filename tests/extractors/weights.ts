/** The fixtures of tests/fixtures/weights: checkpoints as save_pretrained writes them, with PyTorch's numbers. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readFloats, readSafetensorsHeader, type SafetensorsHeader } from '../../core/formats/safetensors.ts';
import { type WrittenGraphs, writeGraphs } from '../../extractors/architectures/index.ts';
import type { Settings } from '../../extractors/architectures/architecture.ts';
import { openWeights } from '../../extractors/weights/open.ts';

export const WEIGHTS = 'tests/fixtures/weights';

export interface WeightsFixture {
  readonly directory: string;
  readonly config: Settings;
  readonly written: WrittenGraphs;
  readonly header: SafetensorsHeader;
  /** What PyTorch computed. */
  readonly tensor: (name: string) => Promise<Float32Array>;
  /** Token ids, one list a text. */
  readonly ids: () => Promise<number[][]>;
}

export const fixtureNames = (): string[] =>
  readdirSync(WEIGHTS, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);

export async function readFixture(name: string): Promise<WeightsFixture> {
  const directory = join(WEIGHTS, name);
  const config = JSON.parse(readFileSync(join(directory, 'config.json'), 'utf8')) as Settings;
  const written = writeGraphs(await openWeights(directory, new Set(readdirSync(directory))), config);
  const parity = join(directory, 'parity.safetensors');
  const header = await readSafetensorsHeader(parity);
  return {
    directory,
    config,
    written,
    header,
    tensor: (tensor) => readFloats(parity, tensor, header),
    ids() {
      const { start, end, shape } = header.tensors.get('input_ids')!;
      const bytes = readFileSync(parity).subarray(start, end);
      const all = Array.from({ length: (end - start) / 8 }, (_, i) => Number(bytes.readBigInt64LE(8 * i)));
      return Promise.resolve(Array.from({ length: shape[0] }, (_, i) => all.slice(i * shape[1], (i + 1) * shape[1])));
    },
  };
}
