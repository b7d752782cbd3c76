import { type RandomAccess, randomAccessOf } from '@block-pack/core';
import { isElf, type ProgramFile, readElf } from './read-elf.ts';

/** Bytes of a file that lie in a window. */
export interface FilePiece {
  /** Names the file among those of its side. */
  readonly index: number;
  /** In base or new bytes. */
  readonly at: number;
  /** In the file. */
  readonly offset: number;
  readonly length: number;
  readonly file: RandomAccess;
}

export interface FoundProgram extends FilePiece {
  readonly program: ProgramFile;
}

/**
 * The programs among files, also those of which only a part is there.
 * @param bytes of the side, with all the pieces
 */
export async function findPrograms(pieces: readonly FilePiece[], bytes: Uint8Array): Promise<FoundProgram[]> {
  const found: FoundProgram[] = [];
  for (const piece of pieces) {
    const there = bytes.subarray(piece.at, piece.at + piece.length);
    if (piece.offset === 0 && !isElf(there)) continue;
    // What is whole is not read again, since it may have to be unpacked for that.
    const isWhole = piece.length === piece.file.size;
    const program = await readElf(isWhole ? randomAccessOf(there) : piece.file);
    if (program !== undefined) found.push({ ...piece, program });
  }
  return found;
}
