import { BlockPackError } from '@block-pack/core';

/** What is wrong with an archive. @param name the archive's */
export function tarInvalid(name: string, flaw: string, cause?: unknown): BlockPackError {
  return new BlockPackError('ARCHIVE_INVALID', `${name} is no tar archive that can be packed: ${flaw}`, {
    hint: 'Fetch or build the archive again; "tar -tvf" lists what is in it.',
    details: { path: name },
    cause,
  });
}

/** A name of an archive as messages show it. */
export function shown(path: string): string {
  return JSON.stringify(path.length > 200 ? `${path.slice(0, 200)}...` : path);
}
