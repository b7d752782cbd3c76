import type { FileEntry } from '@block-pack/core';

/** Where published tarballs may lie on the machine that packs. The caller checks their hash. */
export interface TarballSource {
  /** As the user wrote it, for messages. */
  readonly name: string;
  /** The tarball of a package, if it is there. */
  find(wanted: WantedTarball): Promise<FileEntry | undefined>;
}

/** A published tarball, as a lock names it. */
export interface WantedTarball {
  readonly name: string;
  readonly version: string;
  /** The strongest hash that is known. */
  readonly hash: TarballHash;
}

/** What the bytes of a tarball must hash to. */
export interface TarballHash {
  readonly algorithm: 'sha512' | 'sha384' | 'sha256' | 'sha1';
  /** Lower-case. */
  readonly hex: string;
}

/** The little that is needed of a disk. Paths are relative, `/` between names. */
export interface TarballDisk {
  readonly name: string;
  open(path: string): Promise<FileEntry | undefined>;
}

/** npm's cache: the directory that `npm config get cache` says, or `_cacache` in it. */
export function npmCache(disk: TarballDisk): TarballSource {
  return {
    name: disk.name,
    async find({ hash }) {
      const path = `content-v2/${hash.algorithm}/${hash.hex.slice(0, 2)}/${hash.hex.slice(2, 4)}/${hash.hex.slice(4)}`;
      return (await disk.open(`_cacache/${path}`)) ?? (await disk.open(path));
    },
  };
}

/** A directory of tarballs, named as `npm pack` names them: `scope-name-1.0.0.tgz`. */
export function tarballDirectory(disk: TarballDisk): TarballSource {
  return {
    name: disk.name,
    find: ({ name, version }) => disk.open(`${name.replace('@', '').replace('/', '-')}-${version}.tgz`),
  };
}
