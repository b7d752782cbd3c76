/** How far contents are unpacked. What goes beyond stays as it is: that costs bytes in a delta, and never a night. */
export interface ArchiveLimits {
  /** Bytes of one entry's content. */
  readonly entrySize: number;
  /** Bytes of all contents together, those of nested archives counted again. */
  readonly totalSize: number;
}

export const archiveLimits: ArchiveLimits = { entrySize: 2 ** 31, totalSize: 2 ** 33 };

/**
 * How much of a block's layout is read, archives inside of it included. They belong to the format, since both sides must see the same
 * archives: what begins where one of them is used up is not taken apart.
 */
export interface LayoutLimits {
  /** Entries that central directories list: they are held in memory, each in about a kilobyte. */
  entries: number;
  /** Bytes of deflated archives, which are unpacked to be read. */
  unpacked: number;
}

export function layoutLimits(): LayoutLimits {
  return { entries: 1_000_000, unpacked: 2 ** 30 };
}
