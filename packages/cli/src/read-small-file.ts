import { createReadStream } from 'node:fs';
import { BlockPackError, collect } from '@block-pack/core';
import { diskError } from '@block-pack/store';
import { printable } from './table.ts';

/** What is read whole, and what it is called when it is not there. */
export interface SmallFile {
  readonly path: string;
  /** As the user wrote it. */
  readonly text: string;
  /** Such as `key`. */
  readonly what: string;
  /** Bytes. */
  readonly limit: number;
}

/** Also out of a pipe. @throws INPUT_MISSING, INPUT_UNREADABLE, INPUT_UNSUPPORTED for more than the limit */
export async function readSmallFile({ path, text, what, limit }: SmallFile): Promise<Uint8Array> {
  try {
    return await collect(createReadStream(path), limit, printable(text));
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error) || error.code !== 'ENOENT')
      throw diskError(error, 'INPUT_UNREADABLE', 'read', path);
    throw new BlockPackError('INPUT_MISSING', `There is no ${what} at ${printable(text)}`, {
      hint: 'Check the path; a relative one starts from the working directory.',
      details: { path },
      cause: error,
    });
  }
}
