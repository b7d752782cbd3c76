import type { RandomAccess } from '@block-pack/core';

const windowSize = 1 << 20;

/** Reads in large steps what is asked for in small ones, from front to back. A read that goes over a step is given as it is. */
export function readAhead(source: RandomAccess): RandomAccess {
  let start = 0;
  let step: Uint8Array = new Uint8Array();
  return {
    size: source.size,
    async read(offset, length, room) {
      if (length > windowSize / 4) return await source.read(offset, length, room);
      if (offset < start || offset + length > start + step.length) {
        start = offset;
        step = await source.read(offset, Math.max(length, Math.min(windowSize, source.size - offset)));
      }
      return step.subarray(offset - start, offset - start + length);
    },
  };
}

/** A part of something that can be read anywhere. */
export function slice(source: RandomAccess, offset: number, size: number): RandomAccess {
  return { size, read: (at, length, room) => source.read(offset + at, length, room) };
}
