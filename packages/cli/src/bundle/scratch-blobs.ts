import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  mkdtempSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import {
  type BlobStore,
  type ByteRange,
  type Bytes,
  blobMissing,
  bytesOf,
  type Digest,
  digestHex,
  PassingMeasure,
  type RandomAccess,
  readRange,
  verified,
  type Written,
} from '@block-pack/core';
import { diskError, type OpenBlobFile, openBlobFile } from '@block-pack/store';

/** Files that are open at the same time: systems allow some hundreds. */
const mostOpen = 64;

/** Blobs that are needed while a bundle is made or applied, in a directory that goes away. */
export class ScratchBlobs implements BlobStore {
  readonly directory: string;
  /** The one that was used last stands last. */
  readonly #open = new Map<Digest, OpenBlobFile>();
  #drafts = 0;

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
    if (!(await this.has(digest))) throw blobMissing(digest, this.directory);
    const access = this.access(digest);
    if (range === undefined) yield* verified(readRange(access), digest, digest);
    else yield* readRange(access, range.offset, range.length);
  }

  async write(content: Bytes, expected?: Digest, about = 0): Promise<Written> {
    const draft = join(this.directory, `draft-${this.#drafts++}`);
    const measure = new PassingMeasure(about);
    await writeBytes(draft, measure.watch(content), this.directory);
    const { digest, size } = measure.seen(expected, 'What was made');
    const added = !existsSync(this.blobPath(digest));
    // As in a store: it may be linked from here.
    chmodSync(draft, 0o444);
    onDisk(this.directory, () => renameSync(draft, this.blobPath(digest)));
    return { digest, size, added };
  }

  /** A blob to be read anywhere, as often as wanted. */
  access(digest: Digest): RandomAccess {
    const { size } = statSync(this.blobPath(digest));
    return { size, read: (offset, length) => this.#file(digest).bytes.read(offset, length) };
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

/**
 * Writes a new file and brings it to the disk where it is to last.
 * @param named the path that the user knows it by
 * @throws DISK_FULL, OUTPUT_REFUSED
 */
export async function writeBytes(
  path: string,
  content: Bytes,
  named: string,
  lasting = false,
): Promise<number> {
  const file = onDisk(named, () => openSync(path, 'wx', 0o666));
  let size = 0;
  try {
    for await (const chunk of content) {
      for (let at = 0; at < chunk.length; ) at += onDisk(named, () => writeSync(file, chunk, at));
      size += chunk.length;
    }
    if (lasting) onDisk(named, () => fsyncSync(file));
  } finally {
    closeSync(file);
  }
  return size;
}

/** An error that the content itself ends with is none of the disk that is written to. */
function onDisk<T>(named: string, deed: () => T): T {
  try {
    return deed();
  } catch (error) {
    throw diskError(error, 'OUTPUT_REFUSED', 'write', named);
  }
}
