export type { LockedPackage, LockKind, PackageSource } from './lock/lock-evidence.ts';
export type { PackageDependencies, PackageManifest } from './package-manifest.ts';
export type { NpmOptions, OmitKind } from './packer.ts';
export { createNpmPacker } from './packer.ts';
export type { NpmPart, NpmPlacement, PackagePart } from './placement.ts';
export { npmInput, packedFolders } from './project.ts';
export type { TarballDisk, TarballHash, TarballSource, WantedTarball } from './tarball-source.ts';
export { npmCache, tarballDirectory } from './tarball-source.ts';
