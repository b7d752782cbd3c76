export type { Coordinates } from './coordinates.ts';
export { readEvidence } from './evidence/read-evidence.ts';
export type {
  ComponentHash,
  EvidenceSource,
  HashAlgorithm,
  ResolvedComponent,
  ResolverEvidence,
} from './evidence/resolver-evidence.ts';
export { jarLicenses } from './jar-licenses.ts';
export type { LocalRepository, RepositoryDisk, RepositoryFile } from './local-repository.ts';
export { gradleCache, mavenRepository } from './local-repository.ts';
export type { JavaOptions } from './packer.ts';
export { createJavaPacker } from './packer.ts';
export { isOwnFile } from './place.ts';
export type { JarPart, JavaPart, JavaPlacement, ListsInside, OwnIdentity } from './placement.ts';
