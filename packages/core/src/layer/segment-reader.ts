import { ByteReader } from '../byte-reader.ts';
import type { Bytes } from '../bytes.ts';
import { decodeTarHeader, padding, tarBlockSize, tarInvalid } from '../tar-header.ts';
import type { LinkEntry } from '../tree.ts';

/** A file in a segment. Its content can be read once, before the next entry is asked for; what is not read is skipped. */
export interface SegmentFile {
  readonly kind: 'file';
  /** Relative to the layer's root. */
  readonly path: string;
  readonly size: number;
  readonly executable: boolean;
  read(): Bytes;
}

/**
 * The entries of a segment, which must be spelt as we spell them.
 * @param name what the segment is of, for messages
 * @throws TAR_INVALID also for a directory, and for zero blocks, behind which every reader takes the tar for ended
 */
export async function* readSegment(tar: Bytes, name: string): AsyncIterable<SegmentFile | LinkEntry> {
  const reader = new ByteReader(tar, () => tarInvalid(`the segment of ${name} ends too early`));
  try {
    while (!(await reader.atEnd())) {
      const first = await reader.take(tarBlockSize);
      if (isZero(first)) throw tarInvalid(`zero blocks in the segment of ${name}`);
      const entry = await decodeTarHeader(first, (length) => reader.take(length));
      if (entry.kind === 'directory') throw tarInvalid(`a directory in the segment of ${name}`);
      if (entry.kind === 'symlink') {
        yield entry;
        continue;
      }
      const body = reader.part(entry.size);
      yield { ...entry, read: () => body };
      for await (const _ of body) {
        // What the caller left unread is skipped.
      }
      if (!isZero(await reader.take(padding(entry.size))))
        throw tarInvalid(`bytes behind ${JSON.stringify(entry.path)}`);
    }
  } finally {
    await reader.close();
  }
}

export function isZero(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0);
}
