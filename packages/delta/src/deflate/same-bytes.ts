import type { Bytes } from '@block-pack/core';

/** Whether both streams are the same bytes; neither is read further than to the first chunk that differs. */
export async function sameBytes(one: Bytes, other: Bytes): Promise<boolean> {
  const against = other[Symbol.asyncIterator]();
  let waiting: Uint8Array = new Uint8Array();
  try {
    for await (const chunk of one) {
      for (let at = 0; at < chunk.length; ) {
        if (waiting.length === 0) {
          const next = await against.next();
          if (next.done === true) return false;
          waiting = next.value;
        }
        const length = Math.min(chunk.length - at, waiting.length);
        if (Buffer.compare(chunk.subarray(at, at + length), waiting.subarray(0, length)) !== 0) return false;
        at += length;
        waiting = waiting.subarray(length);
      }
    }
    return waiting.length === 0 && (await isAtEnd(against));
  } finally {
    await against.return?.();
  }
}

async function isAtEnd(stream: AsyncIterator<Uint8Array>): Promise<boolean> {
  for (;;) {
    const next = await stream.next();
    if (next.done === true) return true;
    if (next.value.length > 0) return false;
  }
}
