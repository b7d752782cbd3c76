import { closeSync, fstatSync } from 'node:fs';
import type { ByteRange, Digest } from '@block-pack/core';
import { type OpenBlob, tryOpen } from './blob-files.ts';
import { openRange } from './blob-reading.ts';
import type { DiskCode } from './disk-error.ts';
import type { StoreLayout } from './layout.ts';
import type { PlaceBlobs } from './place/images.ts';

/** The files of blobs: other threads read parts of them. */
export interface PartFiles {
  /** What it is when a disk fails. */
  readonly code: DiskCode;
  /** For messages. */
  path(blob: Digest): string;
  /** Opens a file that has all of the range; undefined where none can be had, but the bytes perhaps from elsewhere. */
  open(blob: Digest, range: ByteRange): OpenBlob | undefined;
}

/** @throws BLOB_MISSING, DIGEST_MISMATCH, STORE_UNUSABLE, when a file is opened */
export function storeFiles(layout: StoreLayout): PartFiles {
  return {
    code: 'STORE_UNUSABLE',
    path: (blob) => layout.blob(blob),
    open: (blob, range) => openRange(layout, blob, range),
  };
}

/** Of blobs that may be files, or parts of an archive: whoever reads those that are not says why. */
export function placeFiles(blobs: Pick<PlaceBlobs, 'blobPath'>): PartFiles {
  const path = (blob: Digest) => blobs.blobPath?.(blob) ?? '';
  return { code: 'INPUT_UNREADABLE', path, open: (blob, range) => openPlaced(path(blob), range) };
}

function openPlaced(path: string, { offset, length }: ByteRange): OpenBlob | undefined {
  const file = path === '' ? undefined : openIfReadable(path);
  if (file === undefined) return undefined;
  const { size } = fstatSync(file);
  if (offset + length <= size) return { file, size };
  closeSync(file);
  return undefined;
}

function openIfReadable(path: string): number | undefined {
  try {
    return tryOpen(path);
  } catch {
    return undefined;
  }
}
