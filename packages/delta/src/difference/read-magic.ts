import type { BlockPackError, ByteReader } from '@block-pack/core';
import { deltaInvalid } from './delta-invalid.ts';

/**
 * Reads the bytes that a format begins with.
 * @param what is written in it, with its version
 * @throws DELTA_INVALID
 */
export async function readMagic(reader: ByteReader, magic: Uint8Array, what: string): Promise<void> {
  const start = await reader.take(magic.length);
  if (magic.some((byte, index) => byte !== start[index])) throw beginsOtherwise(what);
}

export function beginsOtherwise(what: string): BlockPackError {
  return deltaInvalid(`it does not begin as ${what}`);
}
