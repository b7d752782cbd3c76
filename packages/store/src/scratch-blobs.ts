import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import {
  assertSame,
  type BlobSource,
  type BlobStore,
  type ByteRange,
  type Bytes,
  blobMissing,
  bytesOf,
  type Descriptor,
  type Digest,
  digestHex,
  type PartCopier,
  type RandomAccess,
  readRange,
  verified,
  type Written,
} from '@block-pack/core';
import { onDisk } from './disk-error.ts';
import { Draft } from './draft.ts';
import { type ComingContent, digestContent, fillDraft, fillKnown } from './fill-draft.ts';
import { type OpenBlobFile, openBlobFile } from './open-file.ts';
import { placeFiles } from './part-files.ts';
import type { PlaceBlobs } from './place/images.ts';
import { ScratchRoom } from './scratch-room.ts';
import { giveTurn } from './turn.ts';

/** Files that are open at the same time: systems allow some hundreds. */
const mostOpen = 64;

/** Blobs that are needed for a while, as while a bundle is made or applied, in a directory that goes away. Nothing is brought to the disk to last. */
export class ScratchBlobs implements BlobStore {
  readonly directory: string;
  /** The one that was used last stands last. */
  readonly #open = new Map<Digest, OpenBlobFile>();

  /** @param parent a directory whose leftovers somebody removes, should this process be killed */
  constructor(parent: string) {
    this.directory = onDisk(parent, () => mkdtempSync(join(parent, 'bundle-')));
  }

  blobPath(digest: Digest): string {
    return join(this.directory, digestHex(digest));
  }

  async has(digest: Digest, size?: number): Promise<boolean> {
    const stats = statSync(this.blobPath(digest), { throwIfNoEntry: false });
    return stats !== undefined && (size === undefined || stats.size === size);
  }

  async *read(digest: Digest, range?: ByteRange): Bytes {
    const stats = statSync(this.blobPath(digest), { throwIfNoEntry: false });
    if (stats === undefined) throw blobMissing(digest, this.directory);
    const access = this.#access(digest, stats.size);
    if (range === undefined) yield* verified(readRange(access), digest, digest);
    else yield* readRange(access, range.offset, range.length);
  }

  async write(content: Bytes, expected?: Digest, about = 0): Promise<Written> {
    return this.#write({ content, about, files: placeFiles(this) }, expected);
  }

  /** Writes here, and has other threads read the parts that lie where `blobs` do. */
  copier(blobs: PlaceBlobs): PartCopier {
    const files = placeFiles(blobs);
    return {
      write: (content, expected, about = 0) => this.#write({ content, about, files }, expected),
      digest: (content, about) => digestContent({ content, about, files }),
    };
  }

  /** Begins a blob that is written in any order. To be closed in any case. */
  room(digest: Digest): ScratchRoom {
    return new ScratchRoom(digest, this.#draft());
  }

  /** Like {@link copier}, but for the blob of a room: as long as that is open, what is written goes there, where parts of the blob itself lie in their places. */
  roomCopier(room: ScratchRoom, blobs: PlaceBlobs): PartCopier {
    const copier = this.copier(blobs);
    const blobPath = (digest: Digest) =>
      digest === room.digest ? room.path : (blobs.blobPath?.(digest) ?? '');
    const files = placeFiles({ blobPath });
    return {
      digest: copier.digest,
      write: (content, expected, about = 0) =>
        room.isOpen
          ? this.#fill(room, { content: room.filledBy(content), about, files })
          : copier.write(content, expected, about),
    };
  }

  async #fill(room: ScratchRoom, coming: ComingContent): Promise<Written> {
    try {
      const digest = await digestContent(coming);
      assertSame(room.digest, digest, room.size, 'What was made');
      return this.#name(await room.whole(), { digest, size: room.size });
    } finally {
      await room.close();
    }
  }

  #write(coming: ComingContent, expected: Digest | undefined): Promise<Written> {
    return this.#keep(async (draft) => {
      const { digest, size } = await fillDraft(draft, 'OUTPUT_REFUSED', coming);
      if (expected !== undefined) assertSame(expected, digest, size, 'What was made');
      return { digest, size };
    });
  }

  /** Brings a blob here. It is digested by the source that gives it, and by nobody else. */
  async bring(source: BlobSource, digest: Digest): Promise<void> {
    await this.#keep(async (draft) => {
      const size = await fillKnown(draft, 'OUTPUT_REFUSED', source.read(digest));
      return { digest, size };
    });
  }

  async #keep(fill: (draft: Draft) => Promise<Descriptor>): Promise<Written> {
    const draft = this.#draft();
    try {
      return this.#name(draft, await fill(draft));
    } finally {
      draft.discard();
    }
  }

  #draft(): Draft {
    return onDisk(this.directory, () => new Draft(this.directory, 'draft-'));
  }

  #name(draft: Draft, { digest, size }: Descriptor): Written {
    const added = !existsSync(this.blobPath(digest));
    onDisk(this.directory, () => {
      // As in a store: it may be linked from here.
      draft.finish(0o444);
      draft.rename(this.blobPath(digest));
    });
    return { digest, size, added };
  }

  /** A blob to be read anywhere, as often as wanted. */
  access(digest: Digest): RandomAccess {
    return this.#access(digest, statSync(this.blobPath(digest)).size);
  }

  #access(digest: Digest, size: number): RandomAccess {
    const read = async (offset: number, length: number, room?: Uint8Array) => {
      // Before the file is looked up: others may close it meanwhile.
      await giveTurn();
      return this.#file(digest).bytes.read(offset, length, room);
    };
    return { size, read };
  }

  /** Keeps bytes out of memory, to be read anywhere. */
  async keep(bytes: Uint8Array): Promise<RandomAccess> {
    const { digest } = await this.write(bytesOf(bytes));
    return this.access(digest);
  }

  #file(digest: Digest): OpenBlobFile {
    const file = this.#open.get(digest) ?? openBlobFile(this.blobPath(digest));
    this.#open.delete(digest);
    this.#open.set(digest, file);
    const [oldest] = this.#open;
    if (this.#open.size > mostOpen && oldest !== undefined) {
      oldest[1].close();
      this.#open.delete(oldest[0]);
    }
    return file;
  }

  remove(): void {
    for (const file of this.#open.values()) file.close();
    this.#open.clear();
    rmSync(this.directory, { recursive: true, force: true });
  }
}
