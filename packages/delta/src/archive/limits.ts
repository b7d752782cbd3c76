/** What is left of a limit that several share. */
export interface Budget {
  left: number;
}

/** How far contents are unpacked. What goes beyond stays as it is: that costs bytes in a delta, and never a night. */
export interface ArchiveLimits {
  /** Bytes of one entry's content. */
  readonly entrySize: number;
  /** Bytes of all deflated contents together, those of nested archives counted again. */
  readonly contents: Budget;
}

/** Those of a single archive, for whoever has none of a group. */
export function archiveLimits(): ArchiveLimits {
  return { entrySize: 2 ** 31, contents: { left: 2 ** 33 } };
}

/**
 * How much is read of layouts, archives inside of archives included. The limits of a group belong to the format, since both sides must see
 * the same archives: what has more than is left is not taken apart.
 */
export interface LayoutLimits {
  /** Entries, and gaps between them: they are held in memory, each in about a kilobyte. */
  parts: number;
  /** Bytes of the names of entries. */
  names: number;
  /** Bytes of deflated archives, which are unpacked to be read. */
  unpacked: number;
}

/** Takes from what is left what an archive's parts need; false, and takes nothing, where that is not enough. */
export function affordParts(left: LayoutLimits, parts: number, names: number): boolean {
  if (parts > left.parts || names > left.names) return false;
  left.parts -= parts;
  left.names -= names;
  return true;
}

/** @param size bytes of the blocks whose layouts are read */
export function layoutLimits(size: number): LayoutLimits {
  return { parts: partLimit, names: nameLimit, unpacked: unpackedLimit(size) };
}

/** Parts of all archives that are read, or made, together. */
export const partLimit = 2 ** 18;

/** Bytes of all their names: a few bytes that refer to a long name could else fill any memory. */
export const nameLimit = 2 ** 26;

/** Bytes that may come of unpacking so many: else a few kilobytes of zeros, packed again and again, could cost hours. Real archives stay far below it. */
export function unpackedLimit(size: number): number {
  return 2 ** 22 + 16 * size;
}

/** Bytes of the skeletons of a group: they are held in memory. Those of some hundred thousand entries have less. */
export const skeletonLimit = 2 ** 28;
