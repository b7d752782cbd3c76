import type { RandomAccess } from '@block-pack/core';
import { folded, unfolded, VarintReader, VarintWriter } from '../varint.ts';
import { deltaInvalid } from './delta-invalid.ts';

/** A part of one of several sources, by its index. */
export interface Piece {
  readonly index: number;
  readonly offset: number;
  readonly length: number;
}

/** Most pieces of one section's base. */
export const pieceLimit = 1 << 16;

/** Pieces that follow one another, and are whole, take one byte each. */
export function encodePieces(pieces: readonly Piece[], sources: readonly RandomAccess[]): Uint8Array {
  const writer = new VarintWriter();
  let expected = 0;
  for (const { index, offset, length } of pieces) {
    const whole = offset === 0 && length === sources[index]?.size;
    writer.add(2 * folded(index - expected) + (whole ? 0 : 1));
    if (!whole) {
      writer.add(offset);
      writer.add(length);
    }
    expected = index + 1;
  }
  return writer.bytes();
}

/**
 * @param total what the pieces have together
 * @throws DELTA_INVALID
 */
export function decodePieces(bytes: Uint8Array, sources: readonly RandomAccess[], total: number): Piece[] {
  const reader = new VarintReader(bytes, 'pieces of the base', deltaInvalid);
  const pieces: Piece[] = [];
  let expected = 0;
  let length = 0;
  while (!reader.atEnd) {
    const piece = decodePiece(reader, sources, expected);
    if (pieces.length === pieceLimit) throw deltaInvalid(`a base of more than ${pieceLimit} pieces`);
    pieces.push(piece);
    expected = piece.index + 1;
    length += piece.length;
  }
  if (length !== total)
    throw deltaInvalid(`it needs a base of ${total} bytes, the bases at hand give ${length}`);
  return pieces;
}

function decodePiece(reader: VarintReader, sources: readonly RandomAccess[], expected: number): Piece {
  const number = reader.next();
  const index = expected + unfolded(Math.floor(number / 2));
  const size = sources[index]?.size;
  if (size === undefined) throw deltaInvalid(`it needs base ${index} of ${sources.length}`);
  if (number % 2 === 0) return { index, offset: 0, length: size };
  const [offset, length] = [reader.next(), reader.next()];
  if (offset + length > size)
    throw deltaInvalid(`it needs bytes ${offset} to ${offset + length} of a base of ${size}`);
  return { index, offset, length };
}
