import type { Transform } from 'node:stream';
import type { Bytes } from '../bytes.ts';

/** What comes out of a transform when the content goes in. A chunk is used up before the next one is asked for. */
export async function* throughZlib(transform: Transform, content: Bytes): Bytes {
  // A transform that fails in the middle of a write closes, and never says what became of the write.
  const closed = new Promise<void>((resolve) => transform.once('close', resolve));
  const feed = async () => {
    for await (const chunk of content) {
      await Promise.race([written(transform, chunk), closed]);
      if (transform.destroyed) return;
    }
    transform.end();
  };
  const fed = feed().catch((error: Error) => void transform.destroy(error));
  try {
    yield* transform;
  } finally {
    transform.destroy();
    await fed;
  }
}

function written(transform: Transform, chunk: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    transform.write(chunk, (error) => (error ? reject(error) : resolve()));
  });
}

/** An error of zlib: what goes in is no deflated data. */
export function isOfZlib(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && /^Z_/.test(String(error.code));
}
