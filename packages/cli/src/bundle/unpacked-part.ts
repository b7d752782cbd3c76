import { BlockPackError, type Bytes, isOfZlib } from '@block-pack/core';

/**
 * What is unpacked out of a layer that is held.
 * @param what it is, at the beginning of a message
 * @throws DIGEST_MISMATCH where the layer is damaged
 */
export async function* unpackedPart(content: Bytes, what: string): Bytes {
  try {
    yield* content;
  } catch (cause) {
    throw isDamage(cause) ? damaged(what, cause) : cause;
  }
}

function isDamage(error: unknown): boolean {
  if (error instanceof BlockPackError) return damageCodes.includes(error.code);
  return isOfZlib(error);
}

const damageCodes: readonly string[] = ['TAR_INVALID', 'ARCHIVE_INVALID', 'ARCHIVE_BOMB'];

function damaged(what: string, cause: unknown): BlockPackError {
  return new BlockPackError('DIGEST_MISMATCH', `${what} is damaged`, {
    hint: 'Have the image checked with block-pack verify, and get it again.',
    cause,
  });
}
