import type { FileEntry } from '@block-pack/core';
import { areCoordinates, type Coordinates } from './coordinates.ts';
import { classifierIn, jarStem, sameSnapshot, spellingOf } from './jar-name.ts';

/** Where a build tool keeps what it fetched, on the machine that packs. */
export interface LocalRepository {
  /** As the user wrote it, for messages. */
  readonly name: string;
  readonly kind: 'maven' | 'gradle';
  /** Files that, judged by their names alone, may be the jar of this file name. The caller compares the bytes. */
  candidates(fileName: string): AsyncIterable<RepositoryFile>;
}

/** A file of a repository, with the coordinates that its path tells. */
export interface RepositoryFile {
  readonly coordinates: Coordinates;
  readonly file: FileEntry;
}

/** The little that a repository needs of a disk. Paths are relative to the repository, `/` between names; `''` is itself. */
export interface RepositoryDisk {
  readonly name: string;
  /** Names in a directory, those of directories ending in `/`; none when there is no such directory. */
  list(path: string): Promise<readonly string[]>;
  open(path: string): Promise<FileEntry | undefined>;
}

/** A folder of a repository that holds the versions of one artifact. */
interface ArtifactFolder {
  readonly group: string;
  readonly path: string;
}

type ArtifactFolders = ReadonlyMap<string, readonly ArtifactFolder[]>;

/**
 * Maven's local repository: `<group, a folder per name>/<artifact>/<version>/<file>`.
 * Folders are listed once, when the first jar is asked for, and only down to the artifacts.
 */
export function mavenRepository(disk: RepositoryDisk): LocalRepository {
  return repository(
    'maven',
    disk,
    () => mavenFolders(disk),
    async (folder) => [folder],
  );
}

/** Gradle's cache: `modules-2/files-2.1/<group>/<artifact>/<version>/<sha1>/<file>`; any folder above will do. */
export function gradleCache(disk: RepositoryDisk): LocalRepository {
  return repository(
    'gradle',
    disk,
    () => gradleFolders(disk),
    (folder) => foldersIn(disk, folder),
  );
}

function repository(
  kind: LocalRepository['kind'],
  disk: RepositoryDisk,
  scan: () => Promise<ArtifactFolders>,
  /** Folders that hold the files of a version. */
  fileFolders: (versionFolder: string) => Promise<readonly string[]>,
): LocalRepository {
  let scanned: Promise<ArtifactFolders> | undefined;
  return {
    name: disk.name,
    kind,
    async *candidates(fileName) {
      scanned ??= scan();
      for (const { folder, coordinates } of await versionsNamed(disk, await scanned, fileName)) {
        for (const path of await fileFolders(folder)) yield* filesNamed(disk, path, fileName, coordinates);
      }
    },
  };
}

interface VersionFolder {
  readonly folder: string;
  readonly coordinates: Coordinates;
}

async function versionsNamed(
  disk: RepositoryDisk,
  folders: ArtifactFolders,
  fileName: string,
): Promise<VersionFolder[]> {
  const stem = jarStem(fileName);
  const found: VersionFolder[] = [];
  for (const artifact of possibleArtifacts(stem)) {
    for (const { group, path } of folders.get(artifact) ?? []) {
      for (const folder of await foldersIn(disk, path)) {
        const plain = { group, artifact, version: lastName(folder) };
        const spelling = spellingOf(stem, { ...plain, classifierKnown: false });
        if (spelling === undefined || spelling === 'without-version' || !areCoordinates(plain)) continue;
        found.push({ folder, coordinates: { ...plain, classifier: classifierIn(stem, plain) } });
      }
    }
  }
  return found;
}

async function* filesNamed(
  disk: RepositoryDisk,
  folder: string,
  fileName: string,
  coordinates: Coordinates,
): AsyncIterable<RepositoryFile> {
  const wanted = sameSnapshot(jarStem(fileName));
  for (const name of await disk.list(folder)) {
    const stem = sameSnapshot(jarStem(name));
    if (name.endsWith('/') || (stem !== wanted && `${coordinates.group}.${stem}` !== wanted)) continue;
    const file = await disk.open(`${folder}/${name}`);
    if (file !== undefined) yield { coordinates, file };
  }
}

/** Every run of words that may be the artifact, also where a group stands before it. */
function possibleArtifacts(stem: string): Set<string> {
  const found = new Set<string>();
  for (let dash = stem.indexOf('-'); dash > 0; dash = stem.indexOf('-', dash + 1)) {
    const head = stem.slice(0, dash);
    found.add(head);
    for (let dot = head.indexOf('.'); dot > 0; dot = head.indexOf('.', dot + 1))
      found.add(head.slice(dot + 1));
  }
  return found;
}

/** Deeper than any group on Maven Central; ends a walk that links lead in a circle. */
const deepestGroup = 24;

async function mavenFolders(disk: RepositoryDisk): Promise<ArtifactFolders> {
  const found = new Map<string, ArtifactFolder[]>();
  const visit = async (path: string, depth: number): Promise<void> => {
    for (const folder of await foldersIn(disk, path)) {
      const name = lastName(folder);
      // A name that begins with a digit is a version: nothing below it is an artifact.
      if (/^[\d.]/.test(name) || depth > deepestGroup) continue;
      add(found, name, { group: path.replaceAll('/', '.'), path: folder });
      await visit(folder, depth + 1);
    }
  };
  await visit('', 0);
  return found;
}

async function gradleFolders(disk: RepositoryDisk): Promise<ArtifactFolders> {
  const found = new Map<string, ArtifactFolder[]>();
  const root = await gradleRoot(disk);
  for (const group of await foldersIn(disk, root)) {
    for (const path of await foldersIn(disk, group))
      add(found, lastName(path), { group: lastName(group), path });
  }
  return found;
}

async function gradleRoot(disk: RepositoryDisk): Promise<string> {
  for (const root of ['caches/modules-2/files-2.1', 'modules-2/files-2.1', 'files-2.1']) {
    if ((await disk.list(root)).length > 0) return root;
  }
  return '';
}

async function foldersIn(disk: RepositoryDisk, path: string): Promise<string[]> {
  const names = await disk.list(path);
  return names
    .filter((name) => name.endsWith('/'))
    .map((name) => (path === '' ? name.slice(0, -1) : `${path}/${name.slice(0, -1)}`));
}

function add(folders: Map<string, ArtifactFolder[]>, artifact: string, folder: ArtifactFolder): void {
  const known = folders.get(artifact);
  if (known === undefined) folders.set(artifact, [folder]);
  else known.push(folder);
}

function lastName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
