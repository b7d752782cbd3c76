/** The kinds of lock files that are understood. */
export type LockSource =
  | 'uv.lock'
  | 'poetry.lock'
  | 'pdm.lock'
  | 'Pipfile.lock'
  | 'pylock.toml'
  | 'requirements.txt';

/** What a lock file says about the distributions of an application. */
export interface LockEvidence {
  readonly source: LockSource;
  /** As the user wrote it, for messages. */
  readonly name: string;
  readonly packages: readonly LockedPackage[];
}

/** A distribution in the one version that was locked. A lock for several platforms may have it in several. */
export interface LockedPackage {
  /** Normalised. */
  readonly name: string;
  readonly version: string;
  /** Everything that might be installed for it, on any platform. */
  readonly candidates: readonly LockedFile[];
}

/** A wheel or a source archive that a lock allows. */
export interface LockedFile {
  /** Undefined where the lock lists hashes only. */
  readonly fileName: string | undefined;
  /** Lower-case. */
  readonly sha256: string;
}
