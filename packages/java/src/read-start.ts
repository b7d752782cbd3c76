import { type Bytes, concat } from '@block-pack/core';

/** The first `limit` bytes; what follows is not read. */
export async function readStart(content: Bytes, limit: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of content) {
    chunks.push(new Uint8Array(chunk.subarray(0, limit - size)));
    size += chunk.length;
    if (size >= limit) break;
  }
  return concat(chunks);
}
