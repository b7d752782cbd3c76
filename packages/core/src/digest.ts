import { createHash, type Hash } from 'node:crypto';
import type { Bytes } from './bytes.ts';
import { BlockPackError } from './error.ts';

declare const brand: unique symbol;

/**
 * `sha256:` and 64 lower-case hex digits. Made only by {@link parseDigest} and by measuring bytes.
 * @see https://github.com/opencontainers/image-spec/blob/v1.1.1/descriptor.md#digests
 */
export type Digest = `sha256:${string}` & { readonly [brand]: true };

const grammar = /^sha256:[0-9a-f]{64}$/;

export function isDigest(text: string): text is Digest {
  return grammar.test(text);
}

/** @throws DIGEST_INVALID for anything but sha256 in its canonical spelling */
export function parseDigest(text: string): Digest {
  if (isDigest(text)) return text;
  throw new BlockPackError('DIGEST_INVALID', `"${text}" is not a digest`, {
    hint: 'Expected sha256: and 64 lower-case hexadecimal digits.',
    details: { seen: text },
  });
}

/** The part after `sha256:`, as it names a file in `blobs/sha256/`. */
export function digestHex(digest: Digest): string {
  return digest.slice('sha256:'.length);
}

export function digestOf(bytes: Uint8Array): Digest {
  return new Measure().add(bytes).digest();
}

/** Counts and digests bytes as they pass. */
export class Measure {
  readonly #hash: Hash = createHash('sha256');
  #size = 0;

  add(chunk: Uint8Array): this {
    this.#hash.update(chunk);
    this.#size += chunk.length;
    return this;
  }

  /** Bytes added so far. */
  get size(): number {
    return this.#size;
  }

  /** Ends the measuring; to be called once. */
  digest(): Digest {
    return `sha256:${this.#hash.digest('hex')}` as Digest;
  }
}

/** Passes bytes on and, at their end, throws DIGEST_MISMATCH unless they were the ones that `expected` names. */
export async function* verified(content: Bytes, expected: Digest, what: string): Bytes {
  const measure = new Measure();
  for await (const chunk of content) {
    measure.add(chunk);
    yield chunk;
  }
  assertDigest(expected, measure, what);
}

/** @throws DIGEST_MISMATCH */
export function assertDigest(expected: Digest, measure: Measure, what: string): void {
  assertSame(expected, measure.digest(), measure.size, what);
}

/**
 * Holds what was seen against what was promised.
 * @param size of what was seen
 * @throws DIGEST_MISMATCH
 */
export function assertSame(expected: Digest, seen: Digest, size: number, what: string): void {
  if (seen === expected) return;
  throw new BlockPackError('DIGEST_MISMATCH', `${what} is damaged: expected ${expected}, found ${seen}`, {
    hint: 'It has to be got or made again. block-pack verify finds all that is damaged: of the store, or of an image whose place it is given.',
    details: { expected, seen, size },
  });
}
