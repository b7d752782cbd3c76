import { BlockPackError, type ErrorCode } from '@block-pack/core';

/** What it is when a disk fails. */
export type DiskCode = Extract<ErrorCode, 'STORE_UNUSABLE' | 'OUTPUT_REFUSED' | 'INPUT_UNREADABLE'>;

const reasons: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'not permitted',
  EROFS: 'the file system is read-only',
  ENOENT: 'it does not exist',
  EEXIST: 'it is there already',
  ENOTDIR: 'a part of the path is not a directory',
  EISDIR: 'it is a directory',
  ENOSPC: 'no space is left on the device',
  EDQUOT: 'the disk quota is used up',
  EFBIG: 'the file is larger than the system allows',
  EMFILE: 'too many files are open',
  ENFILE: 'too many files are open in the system',
  EIO: 'the device failed',
  ELOOP: 'too many symbolic links',
  ENAMETOOLONG: 'the name is too long',
  EBUSY: 'it is in use',
};

const hints: Readonly<Record<DiskCode, string>> = {
  STORE_UNUSABLE: 'Check the owner and mode of the store, or choose another one (--store DIR).',
  OUTPUT_REFUSED: 'Choose another place to write to, or make this one writable.',
  INPUT_UNREADABLE: 'Make it readable for the user that runs block-pack.',
};

/** What no permission helps with. */
const wrongPath = new Set(['ENOENT', 'ENOTDIR', 'ELOOP', 'ENAMETOOLONG']);

const fullDisk = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);

/** The errno code of an error of the file system. */
export function errnoOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error) || !('syscall' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** The machine's "no" in our words: `deed` is what was tried, such as `write`. What is no error of the file system stays as it is. */
export function diskError(error: unknown, code: DiskCode, deed: string, path: string): unknown {
  const errno = errnoOf(error);
  if (errno === undefined) return error;
  const full = fullDisk.has(errno);
  const hint = wrongPath.has(errno)
    ? 'Check the path; a relative one starts from the working directory.'
    : hints[code];
  const reason = Object.hasOwn(reasons, errno) ? `${reasons[errno]} (${errno})` : errno;
  return new BlockPackError(full ? 'DISK_FULL' : code, `Cannot ${deed} ${path}: ${reason}`, {
    hint: full
      ? 'Make room on that disk, then run again; of a store, block-pack gc removes what nothing needs.'
      : hint,
    details: { path, errno },
    cause: error,
  });
}

/**
 * Writes something in one step; an error that a content ends with is none of the disk that it goes to.
 * @param named the path that the user knows it by
 * @throws OUTPUT_REFUSED, DISK_FULL
 */
export function onDisk<T>(named: string, deed: () => T): T {
  try {
    return deed();
  } catch (error) {
    throw diskError(error, 'OUTPUT_REFUSED', 'write', named);
  }
}
