import type { ByteReader } from '@block-pack/core';
import { deltaInvalid } from './delta-invalid.ts';

/** @throws DELTA_INVALID */
export async function readVarint(reader: ByteReader): Promise<number> {
  let value = 0;
  for (let scale = 1; scale <= 2 ** 42; scale *= 128) {
    const [byte = 0] = await reader.take(1);
    value += (byte % 128) * scale;
    if (byte < 128) return value;
  }
  throw deltaInvalid('a number is too large');
}
