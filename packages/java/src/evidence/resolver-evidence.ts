import type { Coordinates } from '../coordinates.ts';

/** The kinds of resolver output and bills of materials that are understood. */
export type EvidenceSource =
  | 'maven-list'
  | 'maven-tree'
  | 'gradle-lockfile'
  | 'quarkus'
  | 'cyclonedx'
  | 'spdx'
  | 'pom';

/** What a file beside the input says about the jars in it. */
export interface ResolverEvidence {
  readonly source: EvidenceSource;
  /** As the user wrote it, for messages. */
  readonly name: string;
  /** What the components were resolved for: the application itself. */
  readonly root?: ResolvedComponent | undefined;
  readonly components: readonly ResolvedComponent[];
  /** True when every library of the application is listed, and not only those it names itself. */
  readonly complete: boolean;
}

/** A component that a build resolved, as far as the source tells. */
export interface ResolvedComponent extends Coordinates {
  /** Maven's type, such as `jar` or `test-jar`. */
  readonly type: string;
  /** False where the source has no room for a classifier, so that one may stand behind the version in the file's name. */
  readonly classifierKnown: boolean;
  /** As Maven calls it. */
  readonly scope?: string | undefined;
  readonly isOptional?: boolean | undefined;
  /** True for what the application names itself, false for what others brought; undefined where the source does not tell. */
  readonly isDirect?: boolean | undefined;
  /** Where the resolver has the file. */
  readonly path?: string | undefined;
  readonly hashes: readonly ComponentHash[];
}

/** A hash of a component's file. */
export interface ComponentHash {
  readonly algorithm: HashAlgorithm;
  /** Lower-case. */
  readonly hex: string;
}

/** As node:crypto calls them. */
export type HashAlgorithm = 'md5' | 'sha1' | 'sha256' | 'sha384' | 'sha512';

/** Strongest first; but SHA-256 before all, since a block's digest is one already. */
export const hashAlgorithms: readonly HashAlgorithm[] = ['sha256', 'sha512', 'sha384', 'sha1', 'md5'];

/** The component's hashes by the first of {@link hashAlgorithms} that it has any by. */
export function strongestHashes({ hashes }: ResolvedComponent): readonly ComponentHash[] {
  const strongest = hashAlgorithms.find((name) => hashes.some(({ algorithm }) => algorithm === name));
  return hashes.filter(({ algorithm }) => algorithm === strongest);
}

const hexLengths: Readonly<Record<HashAlgorithm, number>> = {
  md5: 32,
  sha1: 40,
  sha256: 64,
  sha384: 96,
  sha512: 128,
};

/** Reads a hash under any of the names that bills of materials give its algorithm: `SHA-256`, `SHA256`. Others are left out. */
export function componentHash(algorithm: string, value: string): ComponentHash | undefined {
  const wanted = algorithm.toLowerCase().replace('-', '');
  const hex = value.trim().toLowerCase();
  for (const [name, length] of Object.entries(hexLengths) as [HashAlgorithm, number][]) {
    if (name === wanted && hex.length === length && /^[0-9a-f]+$/.test(hex)) return { algorithm: name, hex };
  }
  return undefined;
}
