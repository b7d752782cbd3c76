import {
  type BlobPart,
  type BlobRoom,
  BlockPackError,
  type ByteRange,
  type Bytes,
  type Digest,
  isPart,
  type PartedBytes,
  readRange,
} from '@block-pack/core';
import { diskError, onDisk } from './disk-error.ts';
import { type Draft, EarlySync } from './draft.ts';
import { openBlobFile } from './open-file.ts';

/** A blob that is written in any order, in a scratch directory. To be closed in any case. */
export class ScratchRoom implements BlobRoom {
  readonly digest: Digest;
  /** Bytes, once all has been read that fills it. */
  size = 0;
  readonly #draft: Draft;
  readonly #sync: EarlySync;
  #written = 0;
  #isOpen = true;

  constructor(digest: Digest, draft: Draft) {
    this.digest = digest;
    this.#draft = draft;
    this.#sync = new EarlySync(draft.descriptor);
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  get path(): string {
    return this.#draft.path;
  }

  /** @throws OUTPUT_REFUSED, DISK_FULL */
  write(chunk: Uint8Array, position: number): void {
    if (!this.#isOpen) throw new Error(`the room of ${this.digest} is closed`);
    onDisk(this.path, () => this.#draft.writeAt(chunk, position));
    this.#written += chunk.length;
    this.#sync.written(this.#written);
  }

  async *read({ offset, length }: ByteRange): Bytes {
    const file = openBlobFile(this.path);
    try {
      yield* readRange(file.bytes, offset, length);
    } finally {
      file.close();
    }
  }

  /**
   * Writes what lacks, while the whole is read from front to back: parts of the blob itself must be where they belong.
   * @throws DIGEST_MISMATCH, OUTPUT_REFUSED, DISK_FULL
   */
  async *filledBy(content: PartedBytes): PartedBytes {
    this.size = 0;
    for await (const piece of content) {
      if (!isPart(piece)) this.write(piece, this.size);
      else if (piece.blob !== this.digest || piece.range.offset !== this.size) throw otherPlace(piece, this);
      yield piece;
      this.size += isPart(piece) ? piece.range.length : piece.length;
    }
  }

  /** The draft, to be named. @throws OUTPUT_REFUSED, DISK_FULL for what could not be brought to the disk */
  async whole(): Promise<Draft> {
    try {
      await this.#sync.end();
    } catch (error) {
      throw diskError(error, 'OUTPUT_REFUSED', 'write', this.path);
    }
    return this.#draft;
  }

  /** Removes what has not got a name; afterwards, or called again, it does nothing. */
  async close(): Promise<void> {
    this.#isOpen = false;
    // Whoever asks for the whole is told.
    await this.#sync.end().catch(() => {});
    this.#draft.discard();
  }
}

/** What stands before the part is longer or shorter than it was said to be. */
function otherPlace({ range }: BlobPart, { digest, size }: ScratchRoom): BlockPackError {
  return new BlockPackError(
    'DIGEST_MISMATCH',
    `What was made is damaged: a part of ${digest} lies at ${range.offset}, expected at ${size}`,
    { hint: 'It has to be got or made again.', details: { digest } },
  );
}
