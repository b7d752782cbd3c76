import {
  BlockPackError,
  type ByteRange,
  type Bytes,
  blobMissing,
  type Descriptor,
  type Digest,
} from '@block-pack/core';
import type { Held } from './held.ts';

/** What is held, less what proved to be damaged when it was read: a bundle may bring that. */
export class SoundHeld implements Held {
  readonly #held: Held;
  readonly #damaged = new Set<Digest>();
  #failures = 0;
  #damage: BlockPackError | undefined;

  constructor(held: Held) {
    this.#held = held;
  }

  /** How often something could not be read. */
  get failures(): number {
    return this.#failures;
  }

  /** The first of these failures. */
  get damage(): BlockPackError | undefined {
    return this.#damage;
  }

  hasBlob(blob: Descriptor): boolean {
    return !this.#damaged.has(blob.digest) && this.#held.hasBlob(blob);
  }

  async has(digest: Digest, size?: number): Promise<boolean> {
    return !this.#damaged.has(digest) && this.#held.has(digest, size);
  }

  blobPath(digest: Digest): string {
    return this.#damaged.has(digest) ? '' : (this.#held.blobPath?.(digest) ?? '');
  }

  async *read(digest: Digest, range?: ByteRange): Bytes {
    if (this.#damaged.has(digest)) throw blobMissing(digest, 'the images that are there');
    try {
      yield* this.#held.read(digest, range);
    } catch (error) {
      if (isDamage(error)) this.#doWithout(digest, error);
      throw error;
    }
  }

  #doWithout(digest: Digest, damage: BlockPackError): void {
    this.#failures++;
    this.#damage ??= damage;
    if (!this.#held.forget?.(digest)) this.#damaged.add(digest);
  }

  get names() {
    return this.#held.names;
  }

  get texts() {
    return this.#held.texts;
  }

  get documents() {
    return this.#held.documents;
  }

  get imports() {
    return this.#held.imports;
  }

  get tars() {
    return this.#held.tars;
  }

  get segments() {
    return this.#held.segments;
  }
}

/** Bytes that are others, or that a disk cannot read any more. */
function isDamage(error: unknown): error is BlockPackError {
  return error instanceof BlockPackError && ['DIGEST_MISMATCH', 'INPUT_UNREADABLE'].includes(error.code);
}
