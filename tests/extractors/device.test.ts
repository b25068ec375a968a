/**
 * Devices: what this build of ONNX Runtime lacks is refused with what it needs, and states of one device aren't taken
 * for those of another.
 */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { listSupportedBackends } from 'onnxruntime-node';
import { expect, test } from 'vitest';
import { DEVICES, extract, openCheckpoint } from '../../extractors/index.ts';
import { CHECKPOINT, paritySet, temporaryFolder } from './support.ts';

const CUDA_LIBRARY = join(
  dirname(createRequire(import.meta.url).resolve('onnxruntime-node/package.json')),
  'bin/napi-v6/linux/x64/libonnxruntime_providers_cuda.so',
);
const backends = listSupportedBackends().map(({ name }) => name);

test.each(DEVICES.filter((device) => !backends.includes(device)))(
  '%s isn’t in this build: the error says what it needs',
  async (device) => {
    const checkpoint = await openCheckpoint(CHECKPOINT);
    const directory = join(await temporaryFolder(), device);
    await expect(extract({ checkpoint, set: paritySet(), directory, device })).rejects.toMatchObject({
      code: 'device-unavailable',
      message: expect.stringContaining(device) as string,
    });
    expect(existsSync(directory)).toBe(false);
  },
);

test.skipIf(!backends.includes('cuda') || existsSync(CUDA_LIBRARY))(
  'without CUDA’s libraries, states of the processor are not passed off as CUDA’s',
  async () => {
    const checkpoint = await openCheckpoint(CHECKPOINT);
    const directory = join(await temporaryFolder(), 'states');
    const options = { checkpoint, set: paritySet(), directory, layers: ['text.1'] };
    await extract(options);
    await expect(extract({ ...options, device: 'cuda' })).rejects.toMatchObject({
      code: 'device-unavailable',
      hint: expect.stringContaining('docs/gpu.md') as string,
    });
    expect((await extract({ ...options, device: 'cpu' })).reused).toBe(true);
  },
);
