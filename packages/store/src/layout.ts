import { join } from 'node:path';
import { type Digest, digestHex } from '@block-pack/core';

/**
 * Where everything in a store lies; nothing else knows the names.
 * @see https://github.com/opencontainers/image-spec/blob/v1.1.1/image-layout.md
 */
export class StoreLayout {
  readonly directory: string;
  /** Says that the directory is an image layout, and of which version. */
  readonly marker: string;
  /** Names the tags and what they lead to. */
  readonly index: string;
  /** Holds the file of whoever is writing the index; empty when nobody is. */
  readonly indexLock: string;
  readonly blobs: string;
  /** What is being written and has no name yet; on the same file system as the blobs, so that a rename gives it one. */
  readonly drafts: string;
  readonly leases: string;
  /** What can be thrown away at any time. */
  readonly cache: string;

  /** @param workplace where everything lies that is no part of an image layout */
  constructor(directory: string, workplace = directory) {
    this.directory = directory;
    this.marker = join(directory, 'oci-layout');
    this.index = join(directory, 'index.json');
    this.indexLock = join(directory, 'index.lock');
    this.blobs = join(directory, 'blobs', 'sha256');
    this.drafts = join(workplace, 'drafts');
    this.leases = join(workplace, 'leases');
    this.cache = join(workplace, 'cache');
  }

  blob(digest: Digest): string {
    return join(this.blobs, digestHex(digest));
  }
}
