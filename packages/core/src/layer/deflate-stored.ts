import type { Bytes } from '../bytes.ts';
import { SpareArrays } from '../spare-arrays.ts';
import { inPieces } from './pieces.ts';

/** The most that a stored block can hold. */
export const storedBlockSize = 65_535;

/**
 * Deflate's stored blocks, each as long as can be. Not what zlib writes at level 0, which depends on the room it is given.
 * @see https://www.rfc-editor.org/rfc/rfc1951#page-11
 */
export async function* deflateStored(content: Bytes): Bytes {
  const room = rooms.take();
  try {
    for await (const { piece, last } of inPieces(content, pieces)) yield storedBlocks(piece, last, room);
  } finally {
    rooms.give(room);
  }
}

/** Blocks written together, since small chunks cost more than their bytes. */
const blocksAtOnce = 8;

/**
 * @param last whether the stream ends with them
 * @param room for them: a part of it is returned
 */
export function storedBlocks(piece: Uint8Array, last: boolean, room: Uint8Array): Uint8Array {
  const count = Math.max(1, Math.ceil(piece.length / storedBlockSize));
  const blocks = room.subarray(0, piece.length + count * headerSize);
  const view = new DataView(blocks.buffer, blocks.byteOffset);
  for (let index = 0; index < count; index++) {
    const content = piece.subarray(index * storedBlockSize, (index + 1) * storedBlockSize);
    const at = index * (storedBlockSize + headerSize);
    blocks[at] = last && index === count - 1 ? 1 : 0;
    view.setUint16(at + 1, content.length, true);
    view.setUint16(at + 3, ~content.length, true);
    blocks.set(content, at + headerSize);
  }
  return blocks;
}

/** Final flag and type, length, length inverted. */
const headerSize = 5;

/** Bytes of a block that holds as much as can be. */
export const wholeBlockSize = headerSize + storedBlockSize;

const pieces = new SpareArrays(blocksAtOnce * storedBlockSize, 2);
const rooms = new SpareArrays(blocksAtOnce * wholeBlockSize, 2);
