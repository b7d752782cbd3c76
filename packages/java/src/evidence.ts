import type { Coordinates } from './coordinates.ts';

/** The kinds of resolver output and bills of materials that name what a build resolved. */
export type EvidenceSource = 'maven-list' | 'maven-tree' | 'gradle-lockfile' | 'cyclonedx' | 'spdx' | 'pom';

/** What a file beside the input says about the jars in it. */
export interface ResolverEvidence {
  readonly source: EvidenceSource;
  /** As the user wrote it, for messages. */
  readonly name: string;
  /** What the components were resolved for: the application itself. */
  readonly root?: Coordinates | undefined;
  readonly components: readonly ResolvedComponent[];
  /** True when every library of the application is listed, those at the end of long ways included. */
  readonly complete: boolean;
  /** False where the source has no room for a classifier, so that one may hide behind the version of a file's name. */
  readonly namesClassifiers: boolean;
}

export interface ResolvedComponent extends Coordinates {
  /** Maven's type, such as `jar` or `test-jar`; tells the file's extension. */
  readonly type: string;
  readonly scope?: string | undefined;
  /** Where the resolver has the file. */
  readonly path?: string | undefined;
  readonly hashes: readonly ComponentHash[];
}

export interface ComponentHash {
  readonly algorithm: HashAlgorithm;
  /** Lower-case. */
  readonly hex: string;
}

export type HashAlgorithm = 'md5' | 'sha1' | 'sha256' | 'sha384' | 'sha512';
