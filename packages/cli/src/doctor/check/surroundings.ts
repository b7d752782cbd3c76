/** What is not the same on every machine, as a packing process meets it. */
export interface Surroundings {
  /** Below the scratch directory; of another length in each. */
  readonly place: string;
  readonly umask: number;
  /** Bits that a copy keeps of a file's mode, as if it had been installed under that umask. */
  readonly modes: number;
  /** Milliseconds since 1970, for all files. */
  readonly time: number;
  /** The order in which files are made, which some file systems list them in. */
  readonly reversed: boolean;
  readonly env: Readonly<Record<string, string>>;
}

/** Two machines as unlike as one can be made to look. Turkish has letters of its own in upper and lower case; Kathmandu is no full hour from anywhere. */
export const surroundings: readonly [Surroundings, Surroundings] = [
  {
    place: 'a',
    umask: 0o022,
    modes: 0o755,
    time: Date.UTC(2024, 5, 1),
    reversed: false,
    env: { TZ: 'UTC', LANG: 'C', LC_ALL: 'C' },
  },
  {
    place: 'another/directory with spaces/much further down',
    umask: 0o077,
    modes: 0o700,
    time: Date.UTC(2001, 0, 1),
    reversed: true,
    env: { TZ: 'Asia/Kathmandu', LANG: 'tr_TR.UTF-8', LC_ALL: 'tr_TR.UTF-8' },
  },
];
