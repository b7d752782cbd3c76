/** How far contents are unpacked. What goes beyond stays as it is: that costs bytes in a delta, and never a night. */
export interface ArchiveLimits {
  /** Bytes of one entry's content. */
  readonly entrySize: number;
  /** Bytes of all contents together, those of nested archives counted again. */
  readonly totalSize: number;
}

export const archiveLimits: ArchiveLimits = { entrySize: 2 ** 31, totalSize: 2 ** 33 };
