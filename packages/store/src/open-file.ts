import { closeSync, fstatSync, openSync } from 'node:fs';
import type { RandomAccess } from '@block-pack/core';
import { diskError } from './disk-error.ts';
import { readChunk } from './file-bytes.ts';
import { OpenFiles, type ReadableFile } from './open-files.ts';

/** A file that stays open, to be read anywhere, until it is closed. */
export interface OpenFile extends ReadableFile {
  close(): void;
}

/**
 * Opens a file for reading anywhere in it.
 * @param path links are followed
 * @throws INPUT_UNREADABLE, INPUT_UNSUPPORTED
 */
export function openFile(path: string): OpenFile {
  const files = new OpenFiles(1);
  return { ...files.find(path), close: () => files.close() };
}

/** A blob's file that stays open until it is closed. */
export interface OpenBlobFile {
  readonly bytes: RandomAccess;
  close(): void;
}

/**
 * Opens a file whose name is the digest of its bytes. That its times change while it is read says nothing: others link it, or mark it as used.
 * @throws INPUT_UNREADABLE
 */
export function openBlobFile(path: string): OpenBlobFile {
  const guarded = <T>(deed: () => T): T => {
    try {
      return deed();
    } catch (error) {
      throw diskError(error, 'INPUT_UNREADABLE', 'read', path);
    }
  };
  const file = guarded(() => openSync(path, 'r'));
  const { size } = guarded(() => fstatSync(file));
  const read = async (offset: number, length: number, room?: Uint8Array) => {
    if (offset < 0 || length < 0 || offset + length > size)
      throw new RangeError(`read past the end of ${path}: ${offset}+${length} of ${size}`);
    return guarded(() => readChunk(file, offset, length, room));
  };
  return { bytes: { size, read }, close: () => closeSync(file) };
}
