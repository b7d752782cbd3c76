/** How far an archive is taken apart. What goes beyond stays as it is: that costs bytes in a delta, and never memory or a night. */
export interface ArchiveLimits {
  /** Bytes of one entry's content. */
  readonly entrySize: number;
  /** Bytes of all contents together, those of nested archives counted again. */
  readonly totalSize: number;
  /** Bytes of a deflated archive inside of another one: it is held in memory, one for each step of {@link depth}. */
  readonly nestedSize: number;
  /** Archives within archives. */
  readonly depth: number;
}

export const archiveLimits: ArchiveLimits = {
  entrySize: 2 ** 31,
  totalSize: 2 ** 34,
  nestedSize: 64 << 20,
  depth: 3,
};
