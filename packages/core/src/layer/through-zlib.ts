import type { Transform } from 'node:stream';
import type { Bytes } from '../bytes.ts';

/** What comes out of a transform when the content goes in. A chunk is used up before the next one is asked for. */
export async function* throughZlib(transform: Transform, content: Bytes): Bytes {
  const feed = async () => {
    for await (const chunk of content) {
      await new Promise<void>((resolve, reject) => {
        transform.write(chunk, (error) => (error ? reject(error) : resolve()));
      });
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
