/** The levels whose bytes are pinned. */
export type DeflateLevel = 1 | 6;

/** What pako is given: its own defaults, said here so that they cannot change under us. */
export const pinnedSettings = { memLevel: 8, windowBits: 15, strategy: 0 } as const;
