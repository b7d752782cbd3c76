import {
  assertSame,
  type BlobStore,
  type ByteRange,
  type Bytes,
  type Digest,
  type PartCopier,
  type PartedBytes,
  type Written,
} from '@block-pack/core';
import { closeBlob, freshen, hasFile, openBlob } from './blob-files.ts';
import { readBlob } from './blob-reading.ts';
import { diskError } from './disk-error.ts';
import { Draft, syncDirectory } from './draft.ts';
import { type ComingContent, digestContent, fillDraft } from './fill-draft.ts';
import { collectGarbage, type GcOptions, type GcReport } from './gc.ts';
import type { StoreLayout } from './layout.ts';
import { Lease } from './lease.ts';
import { makeDirectory } from './make-directory.ts';
import { storeFiles } from './part-files.ts';
import { readTags, setTag, type Tag, type TagTarget, unsetTag } from './tags.ts';
import { type VerifyOptions, type VerifyReport, verifyStore } from './verify.ts';

/** Ends with `release`, which can be called more than once. */
export interface HeldLease {
  release(): Promise<void>;
}

/** Blobs and tags on disk, as an OCI image layout. Any number of processes may work with it at once. Made by `openStore`. */
export class Store implements BlobStore, PartCopier {
  readonly #layout: StoreLayout;
  readonly #leases = new Set<Lease>();
  #prepared = false;
  /** True when there are blobs whose names might not outlast a power cut. */
  #unsynced = false;

  constructor(layout: StoreLayout) {
    this.#layout = layout;
  }

  get directory(): string {
    return this.#layout.directory;
  }

  /** Where big things may be unpacked for a while: a directory on the store's disk whose leftovers gc removes. */
  get scratchDirectory(): string {
    this.#prepare();
    return this.#layout.drafts;
  }

  get cacheDirectory(): string {
    this.#prepare();
    return this.#layout.cache;
  }

  /** Where the blob lies when the store has it. Its bytes are not checked there, and must not be changed. */
  blobPath(digest: Digest): string {
    return this.#layout.blob(digest);
  }

  /**
   * Under a lease, a blob that is there stays there until the lease ends.
   * @param size bytes; a blob that has more or fewer is damaged, and counts as absent, so that it is written again
   */
  async has(digest: Digest, size?: number): Promise<boolean> {
    const path = this.#layout.blob(digest);
    return this.#guarded('read', path, () => {
      const used = this.#leases.size === 0 || this.#use(path);
      return used && hasFile(path, size);
    });
  }

  #use(path: string): boolean {
    for (const lease of this.#leases) lease.keepAlive();
    return freshen(path);
  }

  /** Bytes that the blob has on disk. @throws BLOB_MISSING */
  async size(digest: Digest): Promise<number> {
    const path = this.#layout.blob(digest);
    const blob = this.#guarded('read', path, () => openBlob(this.#layout, digest));
    closeBlob(blob);
    return blob.size;
  }

  /** @throws BLOB_MISSING, DIGEST_MISMATCH, STORE_UNUSABLE */
  read(digest: Digest, range?: ByteRange): Bytes {
    return readBlob(this.#layout, digest, range);
  }

  /** Parts of the store's own blobs are copied where they lie. @throws BLOB_MISSING, DIGEST_MISMATCH, DISK_FULL, STORE_UNUSABLE */
  async write(content: PartedBytes, expected?: Digest, about = 0): Promise<Written> {
    this.#prepare();
    const drafts = this.#layout.drafts;
    const draft = this.#guarded('write to', drafts, () => new Draft(drafts));
    try {
      const { digest, size } = await fillDraft(draft, 'STORE_UNUSABLE', this.#coming(content, about));
      if (expected !== undefined) assertSame(expected, digest, size, 'The content');
      const added = await this.#publish(draft, this.#layout.blob(digest), size);
      return { digest, size, added };
    } finally {
      draft.discard();
    }
  }

  /** Keeps nothing; parts are read where they lie. @throws BLOB_MISSING, DIGEST_MISMATCH where a blob has fewer bytes, STORE_UNUSABLE */
  digest(content: PartedBytes, about: number): Promise<Digest> {
    return digestContent(this.#coming(content, about));
  }

  #coming(content: PartedBytes, about: number): ComingContent {
    const onPiece = () => {
      for (const lease of this.#leases) lease.keepAlive();
    };
    return { content, about, files: storeFiles(this.#layout), onPiece };
  }

  /** False when the blob was there already: then it was used now, and the draft is for nothing. */
  async #publish(draft: Draft, path: string, size: number): Promise<boolean> {
    try {
      if (this.#reuse(path, size)) return false;
      await draft.settle(0o444);
      // Somebody else may have written the same meanwhile.
      if (this.#reuse(path, size)) return false;
      draft.rename(path);
      this.#unsynced = true;
      return true;
    } catch (error) {
      throw diskError(error, 'STORE_UNUSABLE', 'write', path);
    }
  }

  /** A file of another size is a damaged blob, and is written again. */
  #reuse(path: string, size: number): boolean {
    return freshen(path) && hasFile(path, size);
  }

  /** Gives a blob a name; the name leads to this blob alone from then on. @throws USAGE, STORE_INVALID */
  async tag(name: string, target: TagTarget): Promise<void> {
    this.#prepare();
    this.#sync();
    await this.#guardedAsync('use', this.directory, () => setTag(this.#layout, name, target));
    for (const lease of this.#leases) lease.check();
  }

  /** False when there was no such tag. What only it led to is kept until a gc. */
  async untag(name: string): Promise<boolean> {
    this.#prepare();
    return this.#guardedAsync('use', this.directory, () => unsetTag(this.#layout, name));
  }

  /** Sorted by name. @throws STORE_INVALID */
  async tags(): Promise<readonly Tag[]> {
    return this.#guarded('read', this.#layout.index, () => readTags(this.#layout));
  }

  /** Keeps gc from collecting what this process uses from now on. To be released in any case. */
  async lease(): Promise<HeldLease> {
    this.#prepare();
    const lease = this.#guarded('write to', this.#layout.leases, () => new Lease(this.#layout));
    this.#leases.add(lease);
    return {
      release: async () => {
        try {
          this.#sync();
        } finally {
          this.#leases.delete(lease);
          this.#guarded('write to', this.#layout.leases, () => lease.release());
        }
      },
    };
  }

  /** Removes what no tag leads to and nobody has used for a while. Other processes may go on working. */
  async gc(options: GcOptions): Promise<GcReport> {
    if (!options.dryRun) this.#prepare();
    return this.#guardedAsync('use', this.directory, () => collectGarbage(this.#layout, this, options));
  }

  /** Reads every blob and names all that is wrong. */
  async verify(options: VerifyOptions = {}): Promise<VerifyReport> {
    return this.#guardedAsync('use', this.directory, () => verifyStore(this.#layout, this, options));
  }

  #prepare(): void {
    if (this.#prepared) return;
    const { blobs, drafts, leases, cache } = this.#layout;
    for (const path of [blobs, drafts, leases, cache]) {
      this.#guarded('create', path, () => makeDirectory(path));
    }
    this.#prepared = true;
  }

  #sync(): void {
    if (!this.#unsynced) return;
    this.#guarded('write', this.#layout.blobs, () => syncDirectory(this.#layout.blobs));
    this.#unsynced = false;
  }

  #guarded<T>(deed: string, path: string, action: () => T): T {
    try {
      return action();
    } catch (error) {
      throw diskError(error, 'STORE_UNUSABLE', deed, path);
    }
  }

  async #guardedAsync<T>(deed: string, path: string, action: () => Promise<T>): Promise<T> {
    try {
      return await action();
    } catch (error) {
      throw diskError(error, 'STORE_UNUSABLE', deed, path);
    }
  }
}
