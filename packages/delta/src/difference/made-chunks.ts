import { type Bytes, randomAccessOf, readRange } from '@block-pack/core';

/** What a section made, in chunks. Copies: a view keeps all of its section, and whoever waits behind remembers one that came long ago. */
export async function* madeChunks(made: Uint8Array): Bytes {
  for await (const chunk of readRange(randomAccessOf(made))) yield chunk.slice();
}
