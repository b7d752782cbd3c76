import { Readable, type Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Bytes } from '@block-pack/core';

/** What a coder of node:zlib makes of bytes. Its own complaints are thrown as they are. */
export async function* coded(from: Bytes, coder: Transform): Bytes {
  const feeding = pipeline(Readable.from(copied(from), { highWaterMark: 1 }), coder);
  // What goes wrong there is thrown by the coder too.
  feeding.catch(() => {});
  try {
    yield* coder;
  } finally {
    coder.destroy();
  }
}

/** A pipeline reads ahead, and a chunk is good only until the next is asked for. */
async function* copied(from: Bytes): Bytes {
  for await (const bytes of from) yield new Uint8Array(bytes);
}
