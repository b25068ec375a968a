/** npz archives: npy arrays in a zip file, as `numpy.savez` and `savez_compressed` write them. */
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PlumblineError } from '../errors.ts';
import { temporaryName } from './atomic.ts';
import { openFileSource, type ByteSource } from './byte-source.ts';
import { openNpy, type NpyArray } from './npy.ts';
import { openZipEntry, readZipEntries } from './zip.ts';

export interface NpzOptions {
  /** Folder for entries that must be inflated; defaults to *the system's folder for temporary files*. */
  readonly scratch?: string;
  /** Most bytes that one entry may inflate to; defaults to *4 GiB*. */
  readonly maxInflated?: number;
}

export interface NpzFile {
  /** Names of the arrays, without `.npy`. */
  readonly names: readonly string[];
  open(name: string): Promise<NpyArray>;
  /** Closes the file and removes what was inflated. */
  close(): Promise<void>;
}

/**
 * Opens an npz archive; arrays are opened when asked for, and their elements read when asked for.
 * @throws PlumblineError `corrupt-zip`, `unsupported-zip`, `path-escapes`, `pickled` for a PyTorch file
 */
export async function openNpz(
  path: string,
  { scratch = tmpdir(), maxInflated = 4 * 2 ** 30 }: NpzOptions = {},
): Promise<NpzFile> {
  const source = await openFileSource(path);
  const opened = new Map<string, Promise<NpyArray>>();
  const parts: ByteSource[] = [];
  const close = async (): Promise<void> => {
    await Promise.allSettled(opened.values());
    for (const part of parts) await part.close();
    await source.close();
  };
  try {
    const entries = await readZipEntries(source);
    if (entries.some(({ name }) => name.endsWith('/data.pkl')))
      throw new PlumblineError(
        'pickled',
        'this is a PyTorch file (torch.save), which holds pickles: they are not read',
        { where: path, hint: 'save with safetensors.torch.save_file, or numpy.savez' },
      );
    const arrays = new Map(
      entries.filter(({ name }) => name.endsWith('.npy')).map((entry) => [entry.name.slice(0, -4), entry]),
    );
    if (arrays.size < entries.filter(({ name }) => name.endsWith('.npy')).length)
      throw new PlumblineError('corrupt-zip', 'two arrays of the archive have the same name', {
        where: path,
        hint: 'write it again with numpy.savez',
      });
    const openArray = async (name: string): Promise<NpyArray> => {
      const entry = arrays.get(name);
      if (entry === undefined)
        throw new PlumblineError('array-not-found', `no array \`${name}\` in the archive`, {
          where: path,
          hint: `it holds ${[...arrays.keys()].join(', ')}`,
        });
      const part = await openZipEntry(source, entry, {
        scratch: temporaryName(join(scratch, 'array.npy')),
        maxInflated,
      });
      parts.push(part);
      return openNpy(part, name);
    };
    return {
      names: [...arrays.keys()],
      open(name) {
        let array = opened.get(name);
        if (array === undefined) opened.set(name, (array = openArray(name)));
        return array;
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
