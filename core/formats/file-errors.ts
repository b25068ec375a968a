import { PlumblineError } from '../errors.ts';

const REASONS: Readonly<Record<string, { code: string; message: string; hint: string }>> = {
  ENOENT: { code: 'file-not-found', message: 'no such file or folder', hint: 'check the path' },
  ENOTDIR: { code: 'not-a-folder', message: 'a part of the path is not a folder', hint: 'check the path' },
  EISDIR: { code: 'not-a-file', message: 'is a folder, a file was expected', hint: 'check the path' },
  EACCES: {
    code: 'permission-denied',
    message: 'permission denied',
    hint: 'check the permissions, or write to another folder',
  },
  EPERM: {
    code: 'permission-denied',
    message: 'permission denied',
    hint: 'check the permissions, or write to another folder',
  },
  EROFS: { code: 'read-only', message: 'the file system is read-only', hint: 'write to another folder' },
  ENOSPC: {
    code: 'disk-full',
    message: 'no space left on the disk',
    hint: 'free some space, or choose another folder, and run the same command again: finished stages are not repeated',
  },
  EDQUOT: {
    code: 'disk-full',
    message: 'the disk quota is used up',
    hint: 'free some space, or choose another folder, and run the same command again: finished stages are not repeated',
  },
  EFBIG: {
    code: 'disk-full',
    message: 'the file would exceed the allowed size',
    hint: 'raise the file-size limit, or write to another disk',
  },
  EMFILE: { code: 'too-many-files', message: 'too many open files', hint: 'raise the limit (ulimit -n)' },
};

/** The error's `code` (`ENOENT`, …), or undefined when it is not an error of the operating system. */
export function systemCode(error: unknown): string | undefined {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  return typeof code === 'string' ? code : undefined;
}

/**
 * Turns an error of the operating system about `path` into a `PlumblineError`; anything else is returned as it is.
 * Use as `throw fileError(error, path)`.
 */
export function fileError(error: unknown, path: string): unknown {
  const reason = REASONS[systemCode(error) ?? ''];
  return reason === undefined
    ? error
    : new PlumblineError(reason.code, reason.message, { where: path, hint: reason.hint, cause: error });
}
