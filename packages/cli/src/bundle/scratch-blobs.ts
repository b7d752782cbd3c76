import {
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import {
  assertDigest,
  type BlobStore,
  BlockPackError,
  type ByteRange,
  type Bytes,
  blobMissing,
  type Digest,
  digestHex,
  Measure,
  type RandomAccess,
  readRange,
  verified,
  type Written,
} from '@block-pack/core';
import { type OpenFile, openFile } from '@block-pack/store';

/** Files that are open at the same time: systems allow some hundreds. */
const mostOpen = 64;

/** Blobs that are needed while a bundle is made or applied, in a directory that goes away. */
export class ScratchBlobs implements BlobStore {
  readonly directory: string;
  /** The one that was used last stands last. */
  readonly #open = new Map<Digest, OpenFile>();
  #drafts = 0;

  /** @param parent a directory whose leftovers somebody removes, should this process be killed */
  constructor(parent: string) {
    this.directory = mkdtempSync(join(parent, 'bundle-'));
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

  async write(content: Bytes, expected?: Digest): Promise<Written> {
    const draft = join(this.directory, `draft-${this.#drafts++}`);
    const measure = new Measure();
    const file = openSync(draft, 'wx', 0o600);
    try {
      for await (const chunk of content) {
        measure.add(chunk);
        for (let at = 0; at < chunk.length; ) at += writeSync(file, chunk, at);
      }
    } catch (error) {
      throw diskNo(error, this.directory);
    } finally {
      closeSync(file);
    }
    const { size } = measure;
    if (expected !== undefined) assertDigest(expected, measure, 'What was made');
    const digest = expected ?? measure.digest();
    const added = !existsSync(this.blobPath(digest));
    renameSync(draft, this.blobPath(digest));
    return { digest, size, added };
  }

  /** A blob to be read anywhere, as often as wanted. */
  access(digest: Digest): RandomAccess {
    const { size } = statSync(this.blobPath(digest));
    return { size, read: (offset, length) => this.#file(digest).bytes.read(offset, length) };
  }

  #file(digest: Digest): OpenFile {
    const file = this.#open.get(digest) ?? openFile(this.blobPath(digest));
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

/** The disk's own "no", with the path that it is about. */
export function diskNo(error: unknown, path: string): unknown {
  if (!(error instanceof Error) || !('code' in error) || error instanceof BlockPackError) return error;
  const full = error.code === 'ENOSPC' || error.code === 'EDQUOT';
  if (!full && !('errno' in error && 'syscall' in error)) return error;
  return new BlockPackError(
    full ? 'DISK_FULL' : 'OUTPUT_REFUSED',
    `Cannot write to ${path}: ${error.message}`,
    {
      hint: full ? 'Make room, then run it again.' : 'Check the path and its permissions.',
      details: { path },
      cause: error,
    },
  );
}
