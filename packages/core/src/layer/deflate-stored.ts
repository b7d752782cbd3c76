import type { Bytes } from '../bytes.ts';
import { inPieces } from './pieces.ts';

/** The most that a stored block can hold. */
export const storedBlockSize = 65_535;

/**
 * Deflate's stored blocks, each as long as can be. Not what zlib writes at level 0, which depends on the room it is given.
 * @see https://www.rfc-editor.org/rfc/rfc1951#page-11
 */
export async function* deflateStored(content: Bytes): Bytes {
  for await (const { piece, last } of inPieces(content, storedBlockSize * blocksAtOnce))
    yield storedBlocks(piece, last);
}

/** Blocks written together, since small chunks cost more than their bytes. */
const blocksAtOnce = 8;

/** @param last whether the stream ends with them */
export function storedBlocks(piece: Uint8Array, last: boolean): Uint8Array {
  const count = Math.max(1, Math.ceil(piece.length / storedBlockSize));
  const blocks = new Uint8Array(piece.length + count * headerSize);
  const view = new DataView(blocks.buffer);
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
