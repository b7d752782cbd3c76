/** The columns of a skeleton, in the order of the format. Each holds one kind of thing for all parts of all archives. */
export const skeletonColumns = [
  /** For each archive: kind, parts, where its directory stands, shift, end records. */
  'archive',
  /** For each part, a byte of {@link kinds}. */
  'kind',
  /** Which older archive, where there are several. */
  'old',
  /** How far the old part stands from the one after the last old part. */
  'skip',
  /** Lengths: of what a name begins with in common with another, of what it ends with in common, of the rest. */
  'shared',
  'sharedEnd',
  'nameLength',
  'name',
  /** Bytes of content; for a part with a base the difference. */
  'size',
  'packing',
  'form',
  'newForm',
  'timeKind',
  'time',
  'unixTime',
  /** CRC-32 and sizes that do not follow from content. */
  'facts',
  'order',
  /** Local headers, comments, targets of links: bytes as they are. */
  'literal',
] as const;

export type SkeletonColumn = (typeof skeletonColumns)[number];

/** What an archive is; numbers begin with 1. */
export const archiveKinds = ['zip', 'tree', 'tar'] as const;

/** What a part is to an older part. */
export const relations = ['packed', 'content', 'base', 'none'] as const;

/** Bits of a part's kind above those of its relation. */
export const kindBits = {
  relation: 3,
  /** Its name is another than the old part's. */
  renamed: 4,
  /** An archive that was taken apart; its own parts follow. */
  nested: 8,
  gap: 16,
  /** No bytes; stored, where it is an entry. */
  empty: 32,
  /** A local header that is kept as it is. */
  kept: 64,
} as const;

/** Codes of packings; those of encoders follow. */
export const packingCodes = { stored: 0, raw: 1, encoders: 2 } as const;

export const timeKinds = { asBefore: 0, asOld: 1, another: 2 } as const;

/** Forms of a tree's parts. */
export const treeForms = { file: 0, executable: 1, symlink: 2, directory: 3 } as const;

/** Archives within archives that are read; more than any writer makes. */
export const nestingLimit = 8;
